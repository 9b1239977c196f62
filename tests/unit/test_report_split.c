/* Where the wall time of several ranks went, from reports that are made up. */
#include <math.h>

#include "cli/report.h"
#include "test.h"

static int near(double a, double b) {
  return fabs(a - b) < 1e-9;
}
#define CHECK_NEAR(a, b) CHECK_MSG(near(a, b), "%s is %.9f, not %.9f", #a, (double)(a), (double)(b))

/* A phase of two ranks: wall time, and of that in collectives. */
static void phase(mgp_rank_report_t *r, mgp_phase_t p, double wall, double comm0, double comm1) {
  r[0].seconds[p] = r[1].seconds[p] = wall;
  r[0].comm_seconds[p] = comm0;
  r[1].comm_seconds[p] = comm1;
}

static double sum(const mgp_report_split_t *s) {
  return s->pass + s->recording + s->work + s->imbalance + s->comm + s->tail + s->other;
}

int main(void) {
  mgp_rank_report_t ranks[2];
  mgp_prove_report_t r = {.nranks = 2, .ranks = ranks, .total_seconds = 10};
  mgp_report_split_t s;
  memset(ranks, 0, sizeof ranks);
  r.verify_seconds = 0.7;
  r.verify_waited = 0.5; /* of all, among what is other */
  ranks[0].cut_seconds = 0.3;
  ranks[1].cut_seconds = 0.2; /* came later to the same wait */
  phase(ranks, MGP_PHASE_RECORD, 1.0, 0.4, 0.1);
  phase(ranks, MGP_PHASE_ASSIGN, 1.0, 0.0, 0.2);
  phase(ranks, MGP_PHASE_COMMIT, 2.0, 0.5, 0.1);
  phase(ranks, MGP_PHASE_TASKS, 3.0, 0.25, 0.25);
  phase(ranks, MGP_PHASE_FOLD, 1.0, 0.0, 1.0); /* rank 0 alone */
  ranks[0].load = 300;
  ranks[1].load = 100;
  mgp_report_split(&r, &s);
  CHECK_NEAR(s.all, 10.0);
  CHECK_NEAR(s.pass, 0.2);
  CHECK_NEAR(s.recording, 0.9);
  CHECK_NEAR(s.work, 0.9 + 1.7 + 2.75 + 0.5);
  CHECK_NEAR(s.imbalance, 0.1 + 0.2 + 0);
  CHECK_NEAR(s.comm, 0.1 + 0 + 0.1 + 0.25 + 0);
  CHECK_NEAR(s.tail, 0.5);
  CHECK_NEAR(sum(&s), s.all);
  /* busy from assign to tasks: 1 + 1.5 + 2.75 and 0.8 + 1.9 + 2.75 */
  CHECK_NEAR(s.load, 5.45 * 2 / (5.25 + 5.45));
  CHECK_NEAR(s.predicted_load, 1.5);

  /* a rank that leaves one phase late is waited for in the next: once */
  const mgp_report_split_t before = s;
  ranks[0].seconds[MGP_PHASE_ASSIGN] += 0.25;
  ranks[0].comm_seconds[MGP_PHASE_ASSIGN] += 0.25;
  ranks[1].seconds[MGP_PHASE_COMMIT] += 0.25;
  ranks[1].comm_seconds[MGP_PHASE_COMMIT] += 0.25;
  r.total_seconds += 0.25;
  mgp_report_split(&r, &s);
  CHECK_NEAR(s.comm, before.comm + 0.25);
  CHECK_NEAR(s.other, before.other);
  CHECK_NEAR(sum(&s), s.all);
  ranks[0].seconds[MGP_PHASE_ASSIGN] -= 0.25;
  ranks[0].comm_seconds[MGP_PHASE_ASSIGN] -= 0.25;
  ranks[1].seconds[MGP_PHASE_COMMIT] -= 0.25;
  ranks[1].comm_seconds[MGP_PHASE_COMMIT] -= 0.25;
  r.total_seconds -= 0.25;

  /* devices that look for each other while records wait */
  const double other = s.other;
  ranks[0].link[MGP_LINK_CONNECT].ns = 60000000;
  ranks[1].link[MGP_LINK_CONNECT].ns = 50000000;
  mgp_report_split(&r, &s);
  CHECK_NEAR(s.comm, 0.45 - 0.05);
  CHECK_NEAR(s.other, other + 0.05);

  /* one rank: nothing to wait for */
  r.nranks = 1;
  ranks[0].link[MGP_LINK_CONNECT].ns = 0;
  mgp_report_split(&r, &s);
  CHECK_NEAR(s.imbalance + s.tail, 0);
  CHECK(s.load == 1 && s.predicted_load == 1);
  CHECK_NEAR(sum(&s), s.all);

  /* nothing at all */
  memset(ranks, 0, sizeof ranks);
  r = (mgp_prove_report_t){.nranks = 2, .ranks = ranks};
  mgp_report_split(&r, &s);
  CHECK(s.all == 0 && s.work == 0 && s.comm == 0 && s.load == 1 && s.predicted_load == 1);
  return test_result();
}
