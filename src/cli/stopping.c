#include "cli/stopping.h"

#include <stdlib.h>
#include <time.h>

#include "base/parse.h"
#include "base/stop.h"

mgp_status_t mgp_stopping_saves(void) {
  const double most = 60;
  const char *text = getenv("SLURM_JOB_END_TIME");
  uint64_t end = 0;
  mgp_stop_set_saved(true);
  if (!text) return MGP_OK;
  MGP_TRY(mgp_parse_u64(text, "SLURM_JOB_END_TIME", 0, UINT32_MAX, &end));
  if (end == 0) return MGP_OK; /* a job without a limit */
  double left = (double)end - (double)time(NULL), margin = left / 5;
  if (margin > most) margin = most;
  if (margin < 0) margin = 0;
  mgp_stop_at((double)end - margin);
  return MGP_OK;
}
