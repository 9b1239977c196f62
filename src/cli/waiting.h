/* How the threads of a proof wait for each other, and what a device works on for one. */
#ifndef MGP_CLI_WAITING_H
#define MGP_CLI_WAITING_H

/* GNU's OpenMP lets a thread that has nothing to do spin for milliseconds: best on idle cores, but
 * where others want the cores too, it takes them from the thread that it waits for, and a proof may
 * last several times as long. The number of turns is read from the environment when the process is
 * loaded, so this sets it there to some tens of microseconds and starts the program once more, in
 * the same process. Returns if the user has chosen (OMP_WAIT_POLICY, GOMP_SPINCOUNT), if it was
 * done, or if it cannot be done. Before anything else has been begun. */
void mgp_bound_waiting(char **argv);

/* A GPU takes work from as many streams at a time as its driver finds in the environment: as many
 * as the CUDA backend wants, unless the user has chosen (CUDA_DEVICE_MAX_CONNECTIONS). Before
 * anything else has been begun. */
void mgp_widen_device(void);

#endif
