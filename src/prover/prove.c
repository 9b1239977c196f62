/* mgp_prove: the phases in order, their times, and the finished file. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/machine.h"
#include "base/stop.h"
#include "base/verify.h"
#include "mgprove/verify.h"
#include "prover/backend.h"
#include "prover/job.h"
#include "prover/messages.h"
#include "prover/shards.h"
#include "vm/program.h"

const char *mgp_cache_name(mgp_cache_t cache) {
  static const char *const names[] = {"auto", "none", "trace", "full"};
  return (unsigned)cache < 4 ? names[cache] : "?";
}

const char *mgp_build_use_name(mgp_build_use_t use) {
  static const char *const names[] = {
#define NAME(name, text) text,
      MGP_BUILD_USE_LIST(NAME)
#undef NAME
  };
  return (unsigned)use < MGP_BUILD_USES ? names[use] : "?";
}

static mgp_status_t open_session(mgp_session_t *s) {
  mgp_comm_set_phase(s->comm, mgp_phase_name(MGP_PHASE_SETUP));
  MGP_TRY(mgp_session_open_ledgers(s));
  for (int i = 0; i < 2; i++) s->hands[i].body.ledger = s->hands[i].task_words.ledger = s->ledger;
  return mgp_chipset_create(&s->chips);
}

/* While a device is looked for and opened, which takes longer than anything before the proof, the
 * run is executed, and recorded once this thread and its children are near to the device. */
static mgp_status_t open_backend(mgp_session_t *s) {
  MGP_TRY(mgp_session_place(s, 0));
  MGP_TRY(mgp_shards_follow(s));
  MGP_TRY(mgp_session_open_backend(s, 0));
  return s->be->ops->set_program(s->be, s->prog, &s->d_insns);
}

static mgp_status_t share_partitions(mgp_session_t *s) {
  uint32_t want = s->opt->plan ? s->opt->plan->params[0].partitions : s->opt->partitions;
  s->partitions = want ? want : s->nranks;
  if (s->partitions > MGP_MAX_PARTITIONS)
    return mgp_fail(MGP_USAGE, "%u partitions; the most is %u", s->partitions, MGP_MAX_PARTITIONS);
  uint32_t per = mgp_parts_per_rank(s->partitions, s->nranks);
  s->first_part = s->rank * per;
  if (s->first_part > s->partitions) s->first_part = s->partitions;
  s->nparts = s->partitions - s->first_part < per ? s->partitions - s->first_part : per;
  for (int k = 0; k < 2; k++) {
    mgp_hand_t *h = &s->hands[k];
    MGP_TRY(mgp_host_alloc(s, MGP_MEM_PLAN, (s->nparts + 1) * sizeof *h->parts, &h->parts));
    memset(h->parts, 0, (s->nparts + 1) * sizeof *h->parts);
    for (uint32_t i = 0; i < s->nparts; i++) h->parts[i].p = s->first_part + i;
  }
  return MGP_OK;
}

static mgp_status_t open_pool(mgp_session_t *s) {
  const uint64_t given = s->opt->pool_nbytes;
  return mgp_pool_create(s->comm, s->ahead, mgp_stream_bytes(), given ? given : MGP_POOL_NBYTES,
                         &s->pool);
}

/* What needs no backend. */
static mgp_status_t begin_run(mgp_session_t *s) {
  MGP_TRY(share_partitions(s));
  return mgp_shards_open(s);
}

static void free_part(mgp_session_t *s, mgp_part_t *part) {
  s->be->ops->tree_free(s->be, part->tree);
  s->be->ops->free(s->be, part->d_stack);
  for (uint32_t c = 0; c < MGP_CHIP_FIRST_TABLE; c++) s->be->ops->free(s->be, part->d_index[c]);
  s->be->ops->free(s->be, (void *)(uintptr_t)part->raw.steps);
  s->be->ops->free(s->be, (void *)(uintptr_t)part->raw.commits);
  s->be->ops->free(s->be, (void *)(uintptr_t)part->raw.ram);
  for (int k = 0; k < 3; k++) s->be->ops->free(s->be, (void *)(uintptr_t)part->raw.bounds[k]);
  *part = (mgp_part_t){.p = part->p};
}

/* Gives back what the shard has taken: its hand is empty. */
static void release_shard(mgp_session_t *s) {
  mgp_hand_t *h = s->now;
  mgp_tasks_free(s);
  for (uint32_t i = 0; h->parts && i < s->nparts; i++) free_part(s, &h->parts[i]);
  s->be->ops->free(s->be, h->d_q);
  s->be->ops->free(s->be, h->d_counts);
  mgp_host_free(s, h->query_pos);
  mgp_host_free(s, h->rho);
  mgp_host_free(s, h->points);
  mgp_words_free(&h->body);
  mgp_words_free(&h->task_words);
  mgp_answers_free(s);
  mgp_ledger_free(s->ahead, h->keys);
  if (h->have_shape) mgp_shape_free(&h->shape);
  *h = (mgp_hand_t){.parts = h->parts, .body = h->body, .task_words = h->task_words};
}

/* Releases everything; a ledger that is not empty then is a leak, which tests assert. Returns the
 * allocations that were left. */
static size_t close_session(mgp_session_t *s) {
  for (int k = 0; k < 2; k++) {
    s->now = &s->hands[k];
    if (s->be) release_shard(s);
    if (s->ledger) mgp_host_free(s, s->now->parts);
  }
  mgp_shards_end(s);
  mgp_pool_destroy(s->pool);
  if (s->ahead) mgp_ledger_free(s->ahead, s->job_params);
  size_t left = mgp_session_close_backend(s);
  mgp_chipset_destroy(s->chips);
  free(s->output);
  return left;
}

/* The steady state between two phases (docs/architecture.md): a witness or codeword is there only
 * if the cache level keeps it, working memory only for the combined polynomial and for chip proofs
 * that are prepared. */
static void check_resident(const mgp_session_t *s, const uint64_t *resident) {
  uint64_t stacks = 0, scratch = 0;
  int full = 0;
  for (int k = 0; k < 2; k++) {
    const mgp_hand_t *h = &s->hands[k];
    const uint64_t height = sizeof(mgp_f_t) << h->params.log_height;
    for (uint32_t i = 0; i < s->nparts; i++)
      if (h->parts[i].d_stack) stacks += h->shape.ncols[h->parts[i].p] * height;
    scratch += (h->d_q ? MGP_D * height : 0) + mgp_tasks_bytes(h);
    full |= h->cache == MGP_CACHE_FULL;
  }
  MGP_VERIFY_CHECK(resident[MGP_MEM_WITNESS] == stacks);
  MGP_VERIFY_CHECK(resident[MGP_MEM_SCRATCH] == scratch);
  MGP_VERIFY_CHECK(full || resident[MGP_MEM_CODEWORD] == 0);
  (void)resident, (void)stacks, (void)scratch, (void)full; /* where nothing is checked */
}

static double communication(const mgp_session_t *s) {
  return mgp_comm_seconds(s->comm) + mgp_link_seconds(&s->link);
}

static mgp_status_t run_phase(mgp_session_t *s, mgp_phase_t phase,
                              mgp_status_t (*fn)(mgp_session_t *)) {
  double start = mgp_clock_seconds(), comm = communication(s);
  const uint64_t before = mgp_ledger_live_total(s->device_ledger);
  mgp_ledger_set_phase(s->ledger, phase);
  mgp_ledger_set_phase(s->device_ledger, phase);
  mgp_comm_set_phase(s->comm, mgp_phase_name(phase));
  mgp_session_progress(s, phase, 0, 1);
  if (s->opt->kill_phase && strcmp(s->opt->kill_phase, mgp_phase_name(phase)) == 0 &&
      (!s->opt->kill_shard || s->opt->kill_shard == s->now->number + 1))
    (void)raise(s->opt->kill_signal);
  mgp_status_t st = mgp_stop_check();
  if (s->opt->fail_phase && strcmp(s->opt->fail_phase, mgp_phase_name(phase)) == 0)
    st = mgp_fail(MGP_INTERNAL, "failure injected for a test");
  if (st == MGP_OK) st = mgp_shards_send(s);
  if (st == MGP_OK) st = fn(s); /* who does not come here is noticed in its first collective */
  st = mgp_comm_agree(s->comm, st);
  s->phase_seconds[phase] += mgp_clock_seconds() - start;
  s->phase_comm[phase] += communication(s) - comm;
  for (unsigned c = 0; c < MGP_MEM_CLASSES; c++)
    s->resident[phase][c] = mgp_ledger_live(s->device_ledger, (mgp_mem_class_t)c);
  s->resident[phase][MGP_MEM_CLASSES] = mgp_ledger_live_total(s->device_ledger);
  s->now->held += mgp_ledger_live_total(s->device_ledger) - before;
  if (st == MGP_OK) check_resident(s, s->resident[phase]);
  return st;
}

/* The whole file as somebody else would verify it. */
static mgp_status_t self_check(mgp_session_t *s, const mgp_prove_result_t *r, double *seconds,
                               double *bits) {
  uint8_t *vk = NULL;
  size_t nvk = 0;
  char err[256] = "";
  mgprove_program_t *program = NULL;
  mgprove_result_t result;
  MGP_TRY(mgp_vk_serialize(s->prog, &vk, &nvk));
  mgprove_verdict_t v = mgprove_program_from_vk(vk, nvk, &program, err, sizeof err);
  free(vk);
  if (v != MGPROVE_ACCEPTED) return mgp_fail(MGP_INTERNAL, "self check: %s", err);
  double start = mgp_clock_seconds();
  v = mgprove_verify(program, r->bytes, r->nbytes, &result);
  *seconds = mgp_clock_seconds() - start;
  mgprove_program_destroy(program);
  if (v != MGPROVE_ACCEPTED)
    return mgp_fail(MGP_INTERNAL, "the finished proof does not verify (%s): %s", result.check,
                    result.message);
  *bits = result.security_bits;
  return MGP_OK;
}

static mgp_status_t write_file(mgp_session_t *s) {
  mgp_prove_report_t *r = &s->result->report;
  MGP_TRY(mgp_shards_write(s));
  if (s->rank != 0) return MGP_OK;
  r->proof_bytes = s->result->nbytes;
  r->security_bits = mgp_security_assumed(s->shards->bits, s->run.nshards > 1);
  if (s->shards->checker) {
    r->verify_seconds = mgp_checker_seconds(s->shards->checker);
    r->verify_waited = mgp_checker_waited(s->shards->checker);
  }
  /* the shards of a longer run, or of a folder, have been checked one by one, and their headers
   * just now */
  if (s->opt->no_self_check || s->shards->checker) return MGP_OK;
  MGP_TRY(self_check(s, s->result, &r->verify_seconds, &r->security_bits));
  r->verify_waited = r->verify_seconds;
  return MGP_OK;
}

static void fill_rank_report(const mgp_session_t *s, mgp_rank_report_t *r) {
  mgp_memory_t info;
  memset(r, 0, sizeof *r);
  r->rank = s->rank;
  r->partitions = s->nparts;
  snprintf(r->host, sizeof r->host, "%s", mgp_comm_host(s->comm));
  memcpy(r->seconds, s->phase_seconds, sizeof r->seconds);
  memcpy(r->comm_seconds, s->phase_comm, sizeof r->comm_seconds);
  r->cut_seconds = s->cut_seconds;
  r->exchange_seconds = s->exchange_seconds;
  r->load = s->total.load;
  for (unsigned p = 0; p < MGP_PHASES; p++)
    for (unsigned c = 0; c <= MGP_MEM_CLASSES; c++)
      r->peak[p][c] = mgp_ledger_peak(s->device_ledger, (mgp_phase_t)p, c);
  memcpy(r->resident, s->resident, sizeof r->resident);
  r->predicted_peak = s->worst_peak;
  if (!mgp_session_shares_memory(s))
    r->host_peak = mgp_ledger_peak(s->ledger, MGP_PHASES, MGP_MEM_CLASSES);
  r->ahead_peak = mgp_ledger_peak(s->ahead, MGP_PHASES, MGP_MEM_CLASSES);
  r->record_seconds = mgp_shards_record_seconds(s);
  if (mgp_machine_memory(&info) == MGP_OK) r->rss_peak = info.rss_peak;
  memcpy(r->builds, s->builds, sizeof r->builds);
  memcpy(r->link, s->link.stats, sizeof r->link);
  r->tasks = s->ntasks;
  r->tasks_early = s->ntasks_early;
  r->steps = s->total.steps;
  for (unsigned op = 0; op < MGP_COMM_OP_COUNT; op++) {
    const mgp_comm_stats_t *start = &s->comm_start[op];
    mgp_comm_stats_t now = mgp_comm_stats(s->comm, (mgp_comm_op_t)op);
    r->comm[op] =
        (mgp_comm_stats_t){now.calls - start->calls, now.sent_nbytes - start->sent_nbytes,
                           now.received_nbytes - start->received_nbytes, now.ns - start->ns};
  }
}

static mgp_status_t make_report(mgp_session_t *s) {
  mgp_prove_report_t *r = &s->result->report;
  mgp_rank_report_t mine;
  mgp_comm_parts_t all = {0};
  fill_rank_report(s, &mine);
  MGP_TRY(mgp_comm_allgatherv(s->comm, MGP_OK, &mine, sizeof mine, &all));
  r->ranks = malloc(s->nranks * sizeof *r->ranks);
  if (r->ranks) memcpy(r->ranks, all.data, s->nranks * sizeof *r->ranks);
  mgp_comm_parts_free(&all);
  if (!r->ranks) return mgp_fail(MGP_RESOURCES, "out of memory for the report");
  r->nranks = s->nranks;
  r->threads = s->be->threads;
  r->backend = s->be->name;
  snprintf(r->isa, sizeof r->isa, "%s", s->be->isa);
  r->transport = mgp_comm_transport(s->comm);
  mgp_link_name(&s->link, r->link);
  r->steps = s->steps;
  r->shards = s->run.nshards;
  r->memory_shards = s->run.memory_shards;
  r->beside = s->beside;
  r->budget = s->run.budget;
  r->traces = s->total.traces;
  r->stacked_columns = s->total.stacked_columns;
  r->cells = s->total.cells;
  r->rows = s->total.rows;
  r->interactions = s->total.interactions;
  if (s->shards->pass) r->pass_seconds = mgp_pass_seconds(s->shards->pass);
  for (uint32_t k = 0; k < s->nranks; k++) {
    double prove = 0;
    for (unsigned p = MGP_PHASE_ASSIGN; p < MGP_PHASE_FINISH; p++) prove += r->ranks[k].seconds[p];
    if (prove > r->prove_seconds) r->prove_seconds = prove;
    if (r->ranks[k].record_seconds > r->record_seconds)
      r->record_seconds = r->ranks[k].record_seconds;
    if (r->ranks[k].seconds[MGP_PHASE_RECORD] > r->execute_seconds)
      r->execute_seconds = r->ranks[k].seconds[MGP_PHASE_RECORD];
  }
  return MGP_OK;
}

static void add_totals(mgp_session_t *s) {
  s->total.traces += s->now->shape.ntraces;
  s->total.stacked_columns += s->now->shape.total_cols;
  s->total.cells += s->now->shape.total_cells;
  for (uint32_t k = 0; k < s->now->shape.ntraces; k++) {
    const mgp_trace_t *t = &s->now->shape.traces[k];
    s->total.rows += t->rows;
    s->total.interactions += (uint64_t)t->rows * s->chips->chip[t->chip].ninteractions;
    if (mgp_part_owner(s, t->partition) == s->rank)
      s->total.load += (uint64_t)t->rows * s->chips->chip[t->chip].cost;
  }
  for (uint32_t i = 0; i < s->nparts; i++) s->total.steps += s->now->parts[i].nsteps;
  if (s->now->number == 0) s->result->report.params = s->now->params;
  s->result->report.cache = s->now->cache;
}

/* To its commitment. If it does not fit beside the other shard, only to where that is known: its
 * cache is AUTO then, and this is called again when it is alone. */
static mgp_status_t commit_shard(mgp_session_t *s) {
  mgp_hand_t *h = s->now;
  if (!h->indexed) {
    h->number = s->shards->begun++;
    mgp_ledger_set_limit(s->device_ledger, 0, "the memory limit"); /* until there is a plan */
    MGP_TRY(run_phase(s, MGP_PHASE_RECORD, mgp_phase_record));
  }
  MGP_TRY(run_phase(s, MGP_PHASE_ASSIGN, mgp_phase_assign));
  if (h->cache == MGP_CACHE_AUTO) return MGP_OK;
  MGP_TRY(mgp_chain_advance(&s->chain, &h->st));
  MGP_TRY(mgp_shards_ahead(s));
  MGP_TRY(run_phase(s, MGP_PHASE_REDUCE, mgp_phase_reduce));
  const uint64_t tables = s->be->ops->table_bytes(s->be, h->params.log_height);
  const mgp_status_t st = run_phase(s, MGP_PHASE_COMMIT, mgp_phase_commit);
  h->held -= tables; /* which stay */
  return st;
}

static mgp_status_t open_shard(mgp_session_t *s) {
  MGP_TRY(run_phase(s, MGP_PHASE_OPEN, mgp_phase_open));
  MGP_TRY(run_phase(s, MGP_PHASE_FOLD, mgp_phase_fold));
  MGP_TRY(run_phase(s, MGP_PHASE_QUERY, mgp_phase_query));
  add_totals(s);
  return run_phase(s, MGP_PHASE_FINISH, mgp_shards_append);
}

/* Its chip proofs begin, unless nothing else is to be done while a device makes them. */
static mgp_status_t begin_tasks(mgp_session_t *s) {
  if (!mgp_session_overlaps(s) || !(mgp_shards_left(s) || mgp_session_other(s))) return MGP_OK;
  return run_phase(s, MGP_PHASE_TASKS, mgp_phase_tasks_begin);
}

/* The next shard beside the one whose chip proofs are under way, if there is one and it is recorded
 * and there is room: *begun. */
static mgp_status_t commit_beside(mgp_session_t *s, mgp_hand_t *next, int *begun) {
  *begun = 0;
  if (!mgp_session_overlaps(s) || !mgp_shards_left(s)) return MGP_OK;
  MGP_TRY(mgp_shards_fit_beside(s, begun));
  if (!*begun) return MGP_OK;
  s->now = next;
  return commit_shard(s);
}

/* Shard after shard. A device makes chip proofs without the host: meanwhile the shard before them
 * is opened, and the one after them committed. In the order of what a device is given, for shards
 * 1, 2, 3:
 *
 *   commit 1, chip proofs 1 begin, commit 2, 1 end, 2 begin, open 1, commit 3, 2 end, 3 begin, ...
 *
 * All ranks go through this in the same order, and nothing of it is in the proof. */
static mgp_status_t prove_shards(mgp_session_t *s) {
  mgp_hand_t *first = s->now, *next = &s->hands[s->now == s->hands];
  while (mgp_shards_left(s)) {
    MGP_TRY(commit_shard(s));
    MGP_TRY(begin_tasks(s));
    for (int more = 1; more;) {
      MGP_TRY(mgp_shards_further(s));
      MGP_TRY(commit_beside(s, next, &more));
      s->now = first;
      MGP_TRY(run_phase(s, MGP_PHASE_TASKS, mgp_phase_tasks));
      const int committed = more && next->cache != MGP_CACHE_AUTO;
      s->now = next;
      if (committed) MGP_TRY(begin_tasks(s));
      s->beside += committed;
      s->now = first;
      MGP_TRY(open_shard(s));
      release_shard(s);
      s->now = next;
      if (more && !committed) {
        MGP_TRY(commit_shard(s));
        MGP_TRY(begin_tasks(s));
      }
      next = first;
      first = s->now;
    }
  }
  return MGP_OK;
}

static mgp_status_t prove(mgp_session_t *s, mgp_prove_options_t *own) {
  MGP_TRY(mgp_comm_agree(s->comm, open_session(s)));
  MGP_TRY(mgp_job_begin(s, own));
  if (s->nranks > 1) MGP_TRY(open_pool(s));
  MGP_TRY(mgp_comm_agree(s->comm, begin_run(s)));
  MGP_TRY(mgp_comm_agree(s->comm, open_backend(s)));
  MGP_TRY(mgp_link_open(&s->link, s->comm, s->be, s->ledger, mgp_session_link_ops(s)));
  MGP_TRY(mgp_plan_budget(s));
  MGP_TRY(mgp_job_planned(s));
  MGP_TRY(mgp_shards_begin(s));
  MGP_TRY(mgp_job_restore(s));
  MGP_TRY(mgp_shards_ahead(s));
  MGP_TRY(prove_shards(s));
  s->now->number = s->shards->done; /* behind the last shard */
  MGP_TRY(run_phase(s, MGP_PHASE_FINISH, write_file));
  return make_report(s);
}

mgp_status_t mgp_prove(mgp_comm_t *comm, const mgp_program_t *prog,
                       const mgp_prove_options_t *options, mgp_prove_result_t *out) {
  double start = mgp_clock_seconds();
  mgp_prove_options_t own = *options; /* with the plan of the job's folder */
  mgp_session_t s;
  memset(&s, 0, sizeof s);
  memset(out, 0, sizeof *out);
  s.comm = comm;
  s.now = &s.hands[0];
  s.prog = prog;
  s.opt = &own;
  s.result = out;
  s.rank = mgp_comm_rank(comm);
  s.nranks = mgp_comm_size(comm);
  for (unsigned op = 0; op < MGP_COMM_OP_COUNT; op++)
    s.comm_start[op] = mgp_comm_stats(comm, (mgp_comm_op_t)op);
  mgp_status_t st = prove(&s, &own);
  const size_t left = close_session(&s);
  if (left && st == MGP_OK)
    st = mgp_fail(MGP_INTERNAL, "%zu allocations were not released", left);
  else if (left) /* the error that came first is the one to be told */
    mgp_log_error("%zu allocations were not released", left);
  out->report.total_seconds = mgp_clock_seconds() - start;
  if (st != MGP_OK) mgp_prove_result_free(out);
  return st;
}

void mgp_prove_result_free(mgp_prove_result_t *r) {
  free(r->bytes);
  free(r->output);
  free(r->report.ranks);
  memset(r, 0, sizeof *r);
}
