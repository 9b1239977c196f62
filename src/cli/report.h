/* What a proof took: as a table for people and as JSON. */
#ifndef MGP_CLI_REPORT_H
#define MGP_CLI_REPORT_H

#include "base/json.h"
#include "prover/prover.h"

/* Figures that follow from a report. Speeds count the whole of mgp_prove: running the program,
 * recording, proving, and what is waited for until all is verified. */
typedef struct {
  double seconds;
  double steps_per_s, cells_per_s, interactions_per_s;
  uint64_t peak;     /* bytes of the ledger, most of any rank */
  uint64_t rss_peak; /* of the process, likewise */
} mgp_report_figures_t;
void mgp_report_figures(const mgp_prove_report_t *r, mgp_report_figures_t *out);

/* Where the wall time of a proof went, in seconds that add up to `all`. A rank is busy where it is
 * not inside a collective; phases end together. */
typedef struct {
  double all;
  double pass;      /* proving stood still for the plain pass, or for its pages */
  double recording; /* ... and for the slowest rank's records, upload included */
  double work;      /* assign to query: what a rank was busy on average */
  double imbalance; /* assign to tasks: by how much the slowest one was busy longer */
  double comm;      /* all phases: what is left when the slowest one was not busy */
  double tail;      /* open to query: as imbalance */
  double other;     /* opening and connecting devices, planning, checking, writing */
  /* busy from assign to tasks: the slowest rank to the average; and as predicted from the costs of
   * rows; at least 1 */
  double load, predicted_load;
} mgp_report_split_t;
void mgp_report_split(const mgp_prove_report_t *r, mgp_report_split_t *out);
/* As members of an open object: pass_s, ... */
void mgp_report_split_json(mgp_json_t *j, const mgp_report_split_t *split);

/* The closing report, on stderr, unless quiet. */
void mgp_report_log(const mgp_prove_report_t *r);

/* Members of an open object. */
void mgp_report_json(mgp_json_t *j, const mgp_prove_report_t *r);

/* The memory ledger's peaks by rank, phase and class. */
mgp_status_t mgp_report_write_memory(const char *path, const mgp_prove_report_t *r);

#endif
