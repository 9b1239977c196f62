/* Jobs that can be stopped without loss. */
#ifndef MGP_CLI_STOPPING_H
#define MGP_CLI_STOPPING_H

#include "base/status.h"

/* From now on a stop loses nothing that is finished: it ends with exit code 75. Inside a Slurm job
 * that says when it ends (SLURM_JOB_END_TIME), the stop comes by itself before that: 60 s, but not
 * more than a fifth of the time that is left now. MGP_USAGE if the variable is no time. */
mgp_status_t mgp_stopping_saves(void);

#endif
