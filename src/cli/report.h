/* What a proof took: as a table for people and as JSON. */
#ifndef MGP_CLI_REPORT_H
#define MGP_CLI_REPORT_H

#include "base/json.h"
#include "prover/prover.h"

/* Figures that follow from a report. Speeds count the whole of mgp_prove but the self check:
 * running the program, recording, proving. */
typedef struct {
  double seconds;
  double steps_per_s, cells_per_s, interactions_per_s;
  uint64_t peak;     /* bytes of the ledger, most of any rank */
  uint64_t rss_peak; /* of the process, likewise */
} mgp_report_figures_t;
void mgp_report_figures(const mgp_prove_report_t *r, mgp_report_figures_t *out);

/* The closing report, on stderr, unless quiet. */
void mgp_report_log(const mgp_prove_report_t *r);

/* Members of an open object. */
void mgp_report_json(mgp_json_t *j, const mgp_prove_report_t *r);

/* The memory ledger's peaks by rank, phase and class. */
mgp_status_t mgp_report_write_memory(const char *path, const mgp_prove_report_t *r);

#endif
