#include <stdlib.h>

#include "comm/comm.h"

uint32_t mgp_comm_launched_size(void) {
  /* Open MPI; Hydra and Slurm's pmi2; MVAPICH. Slurm sets SLURM_NTASKS also in the batch script
   * itself, where nothing has been launched yet: it counts only in a step started by srun. */
  static const char *const names[] = {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "MV2_COMM_WORLD_SIZE"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    const char *text = getenv(names[i]);
    if (text != NULL && atoi(text) > 0) return (uint32_t)atoi(text);
  }
  const char *step_tasks = getenv("SLURM_STEP_NUM_TASKS");
  if (getenv("SLURM_PROCID") != NULL && getenv("PMIX_RANK") != NULL && step_tasks != NULL &&
      atoi(step_tasks) > 0)
    return (uint32_t)atoi(step_tasks);
  return 0;
}

uint32_t mgp_comm_launched_rank(void) {
  static const char *const names[] = {"OMPI_COMM_WORLD_RANK", "PMI_RANK", "MV2_COMM_WORLD_RANK",
                                      "SLURM_PROCID"};
  if (mgp_comm_launched_size() == 0) return 0;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (getenv(names[i]) != NULL) return (uint32_t)atoi(getenv(names[i]));
  return 0;
}

mgp_status_t mgp_comm_world_create(mgp_status_t (*create_mpi)(mgp_comm_t **out), mgp_comm_t **out) {
  uint32_t launched = mgp_comm_launched_size();
  if (launched == 0) return mgp_comm_self_create(out);
  if (create_mpi != NULL) return create_mpi(out);
  if (launched == 1) return mgp_comm_self_create(out);
  return mgp_fail(MGP_USAGE,
                  "started as one of %u MPI ranks, but this build has no MPI: configure with "
                  "-DMGP_MPI=ON, or start it without mpirun or srun",
                  launched);
}
