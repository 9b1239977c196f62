#include "cli/report.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "base/log.h"
#include "base/parse.h"
#include "base/version.h"
#include "cli/plan_file.h"
#include "cli/text.h"

typedef struct {
  double min, avg, max;
} spread_t;

static spread_t spread_of_phase(const mgp_prove_report_t *r, unsigned phase) {
  spread_t s = {r->ranks[0].seconds[phase], 0, 0};
  for (uint32_t k = 0; k < r->nranks; k++) {
    double v = r->ranks[k].seconds[phase];
    if (v < s.min) s.min = v;
    if (v > s.max) s.max = v;
    s.avg += v / r->nranks;
  }
  return s;
}

/* Operations of the comm, then those between devices. */
#define OPS ((unsigned)MGP_COMM_OP_COUNT + (unsigned)MGP_LINK_OPS)

static void op_text(unsigned op, char out[32]) {
  if (op < MGP_COMM_OP_COUNT)
    (void)snprintf(out, 32, "%s", mgp_comm_op_text((mgp_comm_op_t)op));
  else
    (void)snprintf(out, 32, "device_%s", mgp_link_op_text((mgp_link_op_t)(op - MGP_COMM_OP_COUNT)));
}

/* Sums over the ranks; time of the slowest. */
static mgp_comm_stats_t total_of_op(const mgp_prove_report_t *r, unsigned op) {
  mgp_comm_stats_t sum = {0};
  for (uint32_t k = 0; k < r->nranks; k++) {
    const mgp_rank_report_t *rank = &r->ranks[k];
    const mgp_comm_stats_t *c =
        op < MGP_COMM_OP_COUNT ? &rank->comm[op] : &rank->link[op - MGP_COMM_OP_COUNT];
    if (c->calls > sum.calls) sum.calls = c->calls;
    sum.sent_nbytes += c->sent_nbytes;
    sum.received_nbytes += c->received_nbytes;
    if (c->ns > sum.ns) sum.ns = c->ns;
  }
  return sum;
}

/* Peak of a class on one rank over all phases; *phase: where. cls = MGP_MEM_CLASSES: the total. */
static uint64_t peak_of_class(const mgp_rank_report_t *rank, unsigned cls, unsigned *phase) {
  uint64_t most = 0;
  *phase = 0;
  for (unsigned p = 0; p < MGP_PHASES; p++) {
    if (rank->peak[p][cls] <= most) continue;
    most = rank->peak[p][cls];
    *phase = p;
  }
  return most;
}

static uint64_t worst_peak(const mgp_prove_report_t *r, unsigned cls, uint32_t *rank,
                           unsigned *phase) {
  uint64_t most = 0;
  *rank = 0;
  *phase = 0;
  for (uint32_t k = 0; k < r->nranks; k++) {
    unsigned p;
    uint64_t v = peak_of_class(&r->ranks[k], cls, &p);
    if (v <= most) continue;
    most = v;
    *rank = k;
    *phase = p;
  }
  return most;
}

void mgp_report_figures(const mgp_prove_report_t *r, mgp_report_figures_t *out) {
  uint32_t rank;
  unsigned phase;
  out->seconds = r->total_seconds;
  double per_s = out->seconds > 0 ? 1 / out->seconds : 0;
  out->steps_per_s = (double)r->steps * per_s;
  out->cells_per_s = (double)r->cells * per_s;
  out->interactions_per_s = (double)r->interactions * per_s;
  out->peak = worst_peak(r, MGP_MEM_CLASSES, &rank, &phase);
  out->rss_peak = 0;
  for (uint32_t k = 0; k < r->nranks; k++)
    if (r->ranks[k].rss_peak > out->rss_peak) out->rss_peak = r->ranks[k].rss_peak;
}

/* --- where the time went --- */

typedef struct {
  double busy, busy_avg; /* of the busiest; on average */
} phase_time_t;

static phase_time_t time_of_phase(const mgp_prove_report_t *r, unsigned phase) {
  phase_time_t t = {0};
  for (uint32_t k = 0; k < r->nranks; k++) {
    const mgp_rank_report_t *rank = &r->ranks[k];
    double busy = rank->seconds[phase] - rank->comm_seconds[phase];
    if (busy < 0) busy = 0;
    if (busy > t.busy) t.busy = busy;
    t.busy_avg += busy / r->nranks;
  }
  return t;
}

/* The largest over the average, at least 1. */
static double unevenness(double most, double sum, uint32_t n) {
  return sum > 0 && most * n > sum ? most * n / sum : 1;
}

/* With the work of its own partitions. */
static double busy_of(const mgp_rank_report_t *k) {
  double busy = 0;
  for (unsigned p = MGP_PHASE_ASSIGN; p <= MGP_PHASE_TASKS; p++)
    busy += k->seconds[p] - k->comm_seconds[p];
  return busy;
}

static void split_load(const mgp_prove_report_t *r, mgp_report_split_t *out) {
  double most = 0, sum = 0, most_cost = 0, sum_cost = 0;
  for (uint32_t k = 0; k < r->nranks; k++) {
    const mgp_rank_report_t *rank = &r->ranks[k];
    double busy = busy_of(rank);
    if (busy > most) most = busy;
    if ((double)rank->load > most_cost) most_cost = (double)rank->load;
    sum += busy;
    sum_cost += (double)rank->load;
  }
  out->load = unevenness(most, sum, r->nranks);
  out->predicted_load = unevenness(most_cost, sum_cost, r->nranks);
}

/* What was left of the devices' search for each other when the first records were there. */
static double connecting(const mgp_prove_report_t *r) {
  double least = INFINITY;
  for (uint32_t k = 0; k < r->nranks; k++) {
    double s = (double)r->ranks[k].link[MGP_LINK_CONNECT].ns * 1e-9;
    if (s < least) least = s;
  }
  return least;
}

/* From record to query, by the rank that took longest. Not phase by phase: what a rank leaves one
 * later than it could, having no core, the others wait in the next. */
static double time_of_phases(const mgp_prove_report_t *r) {
  double most = 0;
  for (uint32_t k = 0; k < r->nranks; k++) {
    double sum = 0;
    for (unsigned p = MGP_PHASE_RECORD; p <= MGP_PHASE_QUERY; p++) sum += r->ranks[k].seconds[p];
    if (sum > most) most = sum;
  }
  return most;
}

void mgp_report_split(const mgp_prove_report_t *r, mgp_report_split_t *out) {
  mgp_report_split_t s = {.all = r->total_seconds, .pass = INFINITY};
  for (uint32_t k = 0; k < r->nranks; k++)
    if (r->ranks[k].cut_seconds < s.pass) s.pass = r->ranks[k].cut_seconds;
  s.comm = time_of_phases(r) - connecting(r);
  for (unsigned p = MGP_PHASE_RECORD; p <= MGP_PHASE_QUERY; p++) {
    phase_time_t t = time_of_phase(r, p);
    s.comm -= t.busy;
    if (p == MGP_PHASE_RECORD) {
      s.recording = t.busy;
      continue;
    }
    s.work += t.busy_avg;
    *(p >= MGP_PHASE_OPEN ? &s.tail : &s.imbalance) += t.busy - t.busy_avg;
  }
  if (s.comm < 0) s.comm = 0;
  s.other = s.all - s.pass - s.recording - s.work - s.imbalance - s.comm - s.tail;
  if (s.other < 0) s.other = 0; /* the clocks of several ranks */
  split_load(r, &s);
  *out = s;
}

void mgp_report_split_json(mgp_json_t *j, const mgp_report_split_t *s) {
  mgp_json_f64(j, "all_s", s->all);
  mgp_json_f64(j, "pass_s", s->pass);
  mgp_json_f64(j, "recording_s", s->recording);
  mgp_json_f64(j, "work_s", s->work);
  mgp_json_f64(j, "imbalance_s", s->imbalance);
  mgp_json_f64(j, "comm_s", s->comm);
  mgp_json_f64(j, "tail_s", s->tail);
  mgp_json_f64(j, "other_s", s->other);
  mgp_json_f64(j, "load", s->load);
  mgp_json_f64(j, "predicted_load", s->predicted_load);
}

/* --- the closing report --- */

static void log_split(const mgp_prove_report_t *r) {
  mgp_report_split_t s;
  if (r->nranks == 1) return;
  mgp_report_split(r, &s);
  const double percent = s.all > 0 ? 100 / s.all : 0;
  mgp_log_info("of the time: work %.1f %%, plain pass %.1f, recording %.1f, imbalance %.1f, "
               "communication %.1f, tail of the opening %.1f, other %.1f",
               percent * s.work, percent * s.pass, percent * s.recording, percent * s.imbalance,
               percent * s.comm, percent * s.tail, percent * s.other);
  mgp_log_info("load of the busiest rank: %.3f times the average, %.3f predicted", s.load,
               s.predicted_load);
}

static void log_phases(const mgp_prove_report_t *r) {
  mgp_log_info("# %-12s %9s %9s %9s %10s", "phase", "min", "avg", "max", "imbalance");
  mgp_log_info("# %-12s %9s %9s %9s %10s", "", "s", "s", "s", "max/avg");
  for (unsigned p = 0; p < MGP_PHASES; p++) {
    spread_t s = spread_of_phase(r, p);
    if (s.max > 0)
      mgp_log_info("  %-12s %9.3f %9.3f %9.3f %10.2f", mgp_phase_name((mgp_phase_t)p), s.min, s.avg,
                   s.max, s.avg > 0 ? s.max / s.avg : 1.0);
  }
}

static void log_comm(const mgp_prove_report_t *r) {
  if (r->nranks == 1) return;
  mgp_log_info("# %-19s %8s %12s %10s", "collective", "calls", "sent", "time");
  mgp_log_info("# %-19s %8s %12s %10s", "", "", "all ranks", "slowest, s");
  for (unsigned op = 0; op < OPS; op++) {
    mgp_comm_stats_t s = total_of_op(r, op);
    char size[32], name[32];
    op_text(op, name);
    if (s.calls)
      mgp_log_info("  %-19s %8" PRIu64 " %12s %10.4f", name, s.calls,
                   mgp_format_size(s.sent_nbytes, size), (double)s.ns * 1e-9);
  }
}

static void log_memory(const mgp_prove_report_t *r) {
  uint32_t rank;
  unsigned phase;
  char size[32], planned[32], rss[32];
  uint64_t predicted = 0;
  mgp_report_figures_t f;
  mgp_report_figures(r, &f);
  mgp_log_info("# %-12s %12s %6s  %s", "memory", "peak", "rank", "phase");
  for (unsigned c = 0; c < MGP_MEM_CLASSES; c++) {
    uint64_t v = worst_peak(r, c, &rank, &phase);
    if (v)
      mgp_log_info("  %-12s %12s %6" PRIu32 "  %s", mgp_mem_class_name((mgp_mem_class_t)c),
                   mgp_format_size(v, size), rank, mgp_phase_name((mgp_phase_t)phase));
  }
  uint64_t total = worst_peak(r, MGP_MEM_CLASSES, &rank, &phase);
  for (uint32_t k = 0; k < r->nranks; k++)
    if (r->ranks[k].predicted_peak > predicted) predicted = r->ranks[k].predicted_peak;
  mgp_log_info("  %-12s %12s %6" PRIu32 "  %s (planned: %s; process: %s)", "total",
               mgp_format_size(total, size), rank, mgp_phase_name((mgp_phase_t)phase),
               mgp_format_size(predicted, planned), mgp_format_size(f.rss_peak, rss));
}

static double per_second(uint64_t n, double seconds) {
  return seconds > 0 ? (double)n / seconds : 0;
}
/* In hundredths. */
static double share(double seconds, double of) {
  return of > 0 ? 100 * seconds / of : 0;
}

void mgp_report_log(const mgp_prove_report_t *r) {
  mgp_report_figures_t f;
  mgp_report_figures(r, &f);
  log_phases(r);
  log_comm(r);
  log_split(r);
  log_memory(r);
  mgp_log_info("%" PRIu32
               " rank%s (%s, sums: %s), %d thread%s each, %s backend (%s), cache %s, %" PRIu32
               " partition%s",
               r->nranks, r->nranks == 1 ? "" : "s", r->transport, r->link, r->threads,
               r->threads == 1 ? "" : "s", r->backend, r->isa, mgp_cache_name(r->cache),
               r->params.partitions, r->params.partitions == 1 ? "" : "s");
  if (r->memory_shards)
    mgp_log_info("%" PRIu32 " shards and %" PRIu32
                 " of memory; plain pass %.2f s (%.0f M steps/s, %.1f %% of "
                 "the time), recording %.2f s (%.0f M steps/s, %.1f %%) beside the proofs, which "
                 "waited %.2f s "
                 "(%.1f %%) for them",
                 r->shards, r->memory_shards, r->pass_seconds,
                 per_second(r->steps, r->pass_seconds) * 1e-6, share(r->pass_seconds, f.seconds),
                 r->record_seconds, per_second(r->steps, r->record_seconds) * 1e-6,
                 share(r->record_seconds, f.seconds), r->execute_seconds,
                 share(r->execute_seconds, f.seconds));
  mgp_log_info("%" PRIu64 " steps in %.2f s, %.3f of them waiting for verification: %.0f steps/s, "
               "%.4f Gcell/s, %.4f G interactions/s",
               r->steps, f.seconds, r->verify_waited, f.steps_per_s, f.cells_per_s * 1e-9,
               f.interactions_per_s * 1e-9);
}

/* --- JSON --- */

static void json_rank(mgp_json_t *j, const mgp_rank_report_t *k) {
  mgp_json_object_begin(j, NULL);
  mgp_json_u64(j, "rank", k->rank);
  mgp_json_string(j, "host", k->host);
  mgp_json_u64(j, "partitions", k->partitions);
  mgp_json_u64(j, "steps", k->steps);
  mgp_json_u64(j, "tasks", k->tasks);
  mgp_json_u64(j, "tasks_early", k->tasks_early);
  mgp_json_u64(j, "predicted_load", k->load);
  mgp_json_f64(j, "busy_s", busy_of(k));
  mgp_json_f64(j, "exchange_s", k->exchange_seconds);
  mgp_json_u64(j, "predicted_peak_bytes", k->predicted_peak);
  if (k->host_peak) mgp_json_u64(j, "host_peak_bytes", k->host_peak);
  mgp_json_u64(j, "ahead_peak_bytes", k->ahead_peak);
  mgp_json_u64(j, "rss_peak_bytes", k->rss_peak);
  mgp_json_object_begin(j, "witness_builds");
  for (unsigned u = 0; u < MGP_BUILD_USES; u++)
    mgp_json_u64(j, mgp_build_use_name((mgp_build_use_t)u), k->builds[u]);
  mgp_json_object_end(j);
  mgp_json_object_end(j);
}

static void json_phases(mgp_json_t *j, const mgp_prove_report_t *r) {
  mgp_json_object_begin(j, "phases");
  for (unsigned p = 0; p < MGP_PHASES; p++) {
    spread_t s = spread_of_phase(r, p);
    if (s.max <= 0) continue;
    mgp_json_object_begin(j, mgp_phase_name((mgp_phase_t)p));
    mgp_json_f64(j, "min_s", s.min);
    mgp_json_f64(j, "avg_s", s.avg);
    mgp_json_f64(j, "max_s", s.max);
    phase_time_t t = time_of_phase(r, p);
    mgp_json_f64(j, "busy_avg_s", t.busy_avg);
    mgp_json_f64(j, "busy_max_s", t.busy);
    mgp_json_object_end(j);
  }
  mgp_json_object_end(j);
}

static void json_comm(mgp_json_t *j, const mgp_prove_report_t *r) {
  mgp_json_object_begin(j, "collectives");
  for (unsigned op = 0; op < OPS; op++) {
    mgp_comm_stats_t s = total_of_op(r, op);
    char name[32];
    if (!s.calls) continue;
    op_text(op, name);
    mgp_json_object_begin(j, name);
    mgp_json_u64(j, "calls", s.calls);
    mgp_json_u64(j, "sent_bytes", s.sent_nbytes);
    mgp_json_u64(j, "received_bytes", s.received_nbytes);
    mgp_json_f64(j, "slowest_s", (double)s.ns * 1e-9);
    mgp_json_object_end(j);
  }
  mgp_json_object_end(j);
}

static void json_plan(mgp_json_t *j, const mgp_params_t *p) {
  mgp_json_object_begin(j, "plan");
#define MEMBER(name) mgp_json_u64(j, #name, p->name);
  MGP_PARAM_LIST(MEMBER)
#undef MEMBER
  mgp_json_object_end(j);
}

static void json_class_peaks(mgp_json_t *j, const mgp_prove_report_t *r) {
  uint32_t rank;
  unsigned phase;
  mgp_json_object_begin(j, "peak_bytes");
  for (unsigned c = 0; c < MGP_MEM_CLASSES; c++)
    mgp_json_u64(j, mgp_mem_class_name((mgp_mem_class_t)c), worst_peak(r, c, &rank, &phase));
  mgp_json_u64(j, "total", worst_peak(r, MGP_MEM_CLASSES, &rank, &phase));
  mgp_json_object_end(j);
}

void mgp_report_json(mgp_json_t *j, const mgp_prove_report_t *r) {
  mgp_report_figures_t f;
  mgp_report_figures(r, &f);
  mgp_json_string(j, "mgprove", mgp_version());
  mgp_json_string(j, "commit", mgp_version_commit());
  mgp_json_u64(j, "ranks", r->nranks);
  mgp_json_string(j, "transport", r->transport);
  mgp_json_string(j, "link", r->link);
  mgp_json_i64(j, "threads", r->threads);
  mgp_json_string(j, "backend", r->backend);
  mgp_json_string(j, "isa", r->isa);
  mgp_json_string(j, "cache", mgp_cache_name(r->cache));
  mgp_json_u64(j, "extension_degree", MGP_D);
  json_plan(j, &r->params);
  mgp_json_f64(j, "security_bits", r->security_bits);
  mgp_json_u64(j, "steps", r->steps);
  mgp_json_u64(j, "shards", r->shards);
  mgp_json_u64(j, "memory_shards", r->memory_shards);
  mgp_json_u64(j, "shards_beside", r->beside);
  mgp_json_u64(j, "budget", r->budget);
  mgp_json_f64(j, "pass_seconds", r->pass_seconds);
  mgp_json_f64(j, "record_seconds", r->record_seconds);
  mgp_json_f64(j, "pass_steps_per_s", per_second(r->steps, r->pass_seconds));
  mgp_json_f64(j, "record_steps_per_s", per_second(r->steps, r->record_seconds));
  mgp_json_f64(j, "pass_percent", share(r->pass_seconds, f.seconds));
  mgp_json_f64(j, "record_percent", share(r->record_seconds, f.seconds));
  mgp_json_f64(j, "waited_percent", share(r->execute_seconds, f.seconds));
  mgp_json_u64(j, "rows", r->rows);
  mgp_json_u64(j, "cells", r->cells);
  mgp_json_u64(j, "interactions", r->interactions);
  mgp_json_u64(j, "traces", r->traces);
  mgp_json_u64(j, "stacked_columns", r->stacked_columns);
  mgp_json_u64(j, "proof_bytes", r->proof_bytes);
  mgp_json_f64(j, "seconds", f.seconds);
  mgp_json_f64(j, "execute_seconds", r->execute_seconds);
  mgp_json_f64(j, "prove_seconds", r->prove_seconds);
  mgp_json_f64(j, "verify_seconds", r->verify_seconds);
  mgp_json_f64(j, "verify_waited_seconds", r->verify_waited);
  mgp_json_f64(j, "prove_steps_per_s", f.steps_per_s);
  mgp_json_f64(j, "gcells_per_s", f.cells_per_s * 1e-9);
  mgp_json_f64(j, "ginteractions_per_s", f.interactions_per_s * 1e-9);
  mgp_json_u64(j, "rss_peak_bytes", f.rss_peak);
  json_class_peaks(j, r);
  json_phases(j, r);
  json_comm(j, r);
  mgp_report_split_t split;
  mgp_report_split(r, &split);
  mgp_json_object_begin(j, "split");
  mgp_report_split_json(j, &split);
  mgp_json_object_end(j);
  mgp_json_array_begin(j, "by_rank");
  for (uint32_t k = 0; k < r->nranks; k++) json_rank(j, &r->ranks[k]);
  mgp_json_array_end(j);
}

mgp_status_t mgp_report_write_memory(const char *path, const mgp_prove_report_t *r) {
  mgp_json_t *j;
  MGP_TRY(mgp_json_create(&j));
  mgp_json_object_begin(j, NULL);
  mgp_json_u64(j, "version", 1);
  mgp_json_string(j, "cache", mgp_cache_name(r->cache));
  mgp_json_array_begin(j, "ranks");
  for (uint32_t k = 0; k < r->nranks; k++) {
    const mgp_rank_report_t *rank = &r->ranks[k];
    mgp_json_object_begin(j, NULL);
    mgp_json_u64(j, "rank", rank->rank);
    mgp_json_string(j, "host", rank->host);
    mgp_json_u64(j, "steps", rank->steps);
    mgp_json_u64(j, "predicted_peak_bytes", rank->predicted_peak);
    if (rank->host_peak) mgp_json_u64(j, "host_peak_bytes", rank->host_peak);
    mgp_json_u64(j, "rss_peak_bytes", rank->rss_peak);
    mgp_json_object_begin(j, "phases");
    for (unsigned p = 0; p < MGP_PHASES; p++) {
      mgp_json_object_begin(j, mgp_phase_name((mgp_phase_t)p));
      for (unsigned c = 0; c < MGP_MEM_CLASSES; c++)
        mgp_json_u64(j, mgp_mem_class_name((mgp_mem_class_t)c), rank->peak[p][c]);
      mgp_json_u64(j, "total", rank->peak[p][MGP_MEM_CLASSES]);
      mgp_json_object_begin(j, "resident"); /* when the phase had ended */
      for (unsigned c = 0; c < MGP_MEM_CLASSES; c++)
        mgp_json_u64(j, mgp_mem_class_name((mgp_mem_class_t)c), rank->resident[p][c]);
      mgp_json_u64(j, "total", rank->resident[p][MGP_MEM_CLASSES]);
      mgp_json_object_end(j);
      mgp_json_object_end(j);
    }
    mgp_json_object_end(j);
    mgp_json_object_end(j);
  }
  mgp_json_array_end(j);
  mgp_json_object_end(j);
  return mgp_json_write(j, path);
}
