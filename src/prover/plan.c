/* The plan of a proof: parameters from the row counts, cache level and peak memory before anything
 * large starts. Everything decided here is the same on all ranks. */
#include <stdio.h>

#include "base/machine.h"
#include "prover/backend.h"
#include "prover/messages.h"
#include "prover/shards.h"

#define MIN_LOG_ROWS 14u
#define LOG_COLUMNS  6u /* aim at 33..64 stacked columns in the largest partition */
#define FINAL_LOG    5u
#define FOLD_LOG     3u
/* Small things that the formulas below leave out: row descriptors, messages, points. */
#define SLACK        (512u << 10)
#define HOST_RESERVE (32u << 20)

static uint64_t max_u64(uint64_t a, uint64_t b) {
  return a > b ? a : b;
}

static unsigned ceil_log2(uint64_t x) {
  unsigned n = 0;
  while (n < 63 && ((uint64_t)1 << n) < x) n++;
  return n;
}

/* Cells of the largest partition, tables included, before padding. */
static uint64_t largest_partition_cells(const mgp_session_t *s, uint32_t partitions) {
  uint64_t most = 0;
  for (uint32_t p = 0; p < partitions; p++) {
    uint64_t cells = 0;
    for (uint32_t c = 1; c < MGP_CHIP_COUNT; c++) {
      uint64_t rows = c < MGP_CHIP_FIRST_TABLE ? s->now->st.rows[p][c]
                      : c % partitions == p    ? mgp_table_rows((mgp_chip_id_t)c, s->prog)
                                               : 0;
      cells += rows * s->chips->chip[c].ncols;
    }
    most = max_u64(most, cells);
  }
  return most;
}

/* Parameters of this shard in a plan that was given. */
static mgp_status_t planned_params(mgp_session_t *s) {
  const mgp_plan_t *plan = s->opt->plan;
  const uint32_t i = s->now->number;
  if (i >= plan->nshards)
    return mgp_fail(MGP_USAGE, "the run has more shards than the plan, which is for %u",
                    plan->nshards);
  if (plan->params[i].partitions != s->partitions)
    return mgp_fail(MGP_USAGE, "the plan has %u partitions in shard 1 and %u in shard %u",
                    s->partitions, plan->params[i].partitions, i + 1);
  s->now->params = plan->params[i];
  return MGP_OK;
}

static void choose_params(mgp_session_t *s, uint32_t log_rows) {
  const mgp_prove_options_t *o = s->opt;
  mgp_params_t *p = &s->now->params;
  unsigned cells = ceil_log2(largest_partition_cells(s, s->partitions));
  p->partitions = s->partitions;
  p->log_height = o->log_height              ? o->log_height
                  : cells > LOG_COLUMNS + 10 ? cells - LOG_COLUMNS
                                             : 10;
  if (p->log_height > 24 && !o->log_height) p->log_height = 24;
  p->log_chunk = o->log_chunk ? o->log_chunk : p->log_height > 9 + 6 ? p->log_height - 9 : 6;
  if (p->log_chunk > MGP_MAX_LOG_CHUNK) p->log_chunk = MGP_MAX_LOG_CHUNK;
  p->log_rows = log_rows;
  if (p->log_chunk > p->log_rows) p->log_chunk = p->log_rows;
  p->log_final = FINAL_LOG;
  p->log_fold = FOLD_LOG;
  p->queries = 1;
  p->grind_alpha = p->grind_u = p->grind_query = 0;
}

mgp_status_t mgp_plan_shape(mgp_session_t *s, uint32_t log_rows) {
  mgp_public_term_t terms[MGP_MAX_PUBLIC_TERMS];
  if (s->now->have_shape) mgp_shape_free(&s->now->shape);
  s->now->have_shape = 0;
  if (s->opt->plan)
    MGP_TRY(planned_params(s));
  else
    choose_params(s, log_rows);
  MGP_TRY(mgp_shape_create(s->chips, s->prog, &s->now->params, &s->now->st, &s->now->shape));
  s->now->have_shape = 1;
  uint32_t npublic = mgp_public_terms(&s->now->st, &s->now->shape, terms);
  if (!s->opt->plan) {
    MGP_TRY(mgp_security_choose(s->chips, &s->now->shape, npublic, &s->now->params));
    mgp_shape_free(&s->now->shape); /* the body's length depends on the number of queries */
    s->now->have_shape = 0;
    MGP_TRY(mgp_shape_create(s->chips, s->prog, &s->now->params, &s->now->st, &s->now->shape));
    s->now->have_shape = 1;
  }
  mgp_security_compute(s->chips, &s->now->params, &s->now->shape, npublic, &s->now->security);
  if (s->now->security.min_bits < MGP_TARGET_BITS)
    return mgp_fail(MGP_USAGE,
                    "the plan gives %.1f bits of proven security, below the %.0f required",
                    s->now->security.min_bits, MGP_TARGET_BITS);
  return MGP_OK;
}

/* Bytes of a shard's proof from now on, from exact sizes. */
typedef struct {
  uint64_t base;        /* all the while: counters, tables of the backend */
  uint64_t commit;      /* beside that, up to the commitment */
  uint64_t kept;        /* from then on */
  uint64_t tasks, back; /* beside both: for the chip proofs; after them */
} needs_t;

static uint64_t most_beside(const needs_t *n) {
  return max_u64(n->commit, n->kept + max_u64(n->tasks, n->back));
}

/* 0 if out of memory. Needs the shape. */
static int count_needs(mgp_session_t *s, mgp_cache_t cache, needs_t *out) {
  const uint64_t host = mgp_session_shares_memory(s); /* 0: what is on the host does not count */
  const mgp_params_t *p = &s->now->params;
  const mgp_shape_t *shape = &s->now->shape;
  const mgp_backend_ops_t *ops = s->be->ops;
  unsigned S = p->log_height, hi = S - p->log_chunk;
  uint32_t depth = S + 1 - mgp_cap_log(S + 1), nq = p->queries;
  uint64_t height = (uint64_t)4 << S, slab = mgp_slab_bytes(s);
  uint64_t base = s->count_total * 4 + ops->table_bytes(s->be, S) + SLACK;
  uint64_t column = cache == MGP_CACHE_NONE ? height + slab : 0;
  uint64_t kept = 0, commit = 0, query = 0, piece = 0, answers = 0;
  uint32_t end = s->first_part + s->nparts;
  uint64_t ntraces = shape->first_trace[end] - shape->first_trace[s->first_part];
  uint64_t ncols = shape->first_col[end] - shape->first_col[s->first_part];
  uint64_t tasks = mgp_tasks_peak(s);
  if (tasks == UINT64_MAX) return 0;
  if (s->rank == 0) base += host * shape->body_words * 4;
  const uint64_t early = s->now->tasks_early ? tasks : 0;
  uint64_t stacks = 0, block = 0; /* block: of tasks, from the first commitment on */
  if (cache >= MGP_CACHE_TRACE) stacks = ncols * height;
  for (uint32_t i = 0; i < s->nparts; i++) {
    uint32_t n = shape->ncols[s->first_part + i];
    uint64_t tree = cache == MGP_CACHE_FULL
                        ? 2 * n * height + ((uint64_t)64 << (S + 1))
                        : (uint64_t)64 << (MGP_KEEP_LOG < S + 1 ? MGP_KEEP_LOG : S + 1);
    if (n == 0) continue;
    const uint64_t stream =
        kept + stacks + ops->commit_bytes(s->be, S, n, MGP_KEEP_LOG, cache == MGP_CACHE_FULL);
    commit = max_u64(commit, stream + max_u64(block + column, early));
    block = early;
    kept += tree;
    answers += host * nq * (n + depth * MGP_DIGEST_WORDS) * 4;
    uint64_t own = host * nq * (n + depth * MGP_DIGEST_WORDS) * 4 +
                   (cache == MGP_CACHE_FULL ? 0 : ops->query_bytes(s->be, S, n, MGP_KEEP_LOG, nq));
    query = max_u64(query, own + column);
  }
  kept += stacks;
  for (uint32_t i = s->first_part; i < end; i++) piece = max_u64(piece, mgp_count_bytes(s, i));
  uint64_t task_proofs =
      host * (shape->body_words * 4 + ntraces * MGP_MAX_LOG_ROWS * sizeof(mgp_e_t));
  uint64_t ge = ntraces * (8 * MGP_D << p->log_chunk);
  uint64_t values = ncols * (4 * MGP_D << hi), weights = values, pairs = 2 * values;
  uint64_t slabs = cache == MGP_CACHE_NONE ? slab : 0;
  /* adding up over the ranks: pieces on the host, or slices on devices */
  uint64_t pieces = s->nranks > 1 ? host * MGP_LINK_PIECE * 4 : 0;
  uint64_t slices =
      mgp_link_bytes(mgp_session_link_ops(s), (uint64_t)MGP_D << p->log_height, s->nranks);
  uint64_t q = MGP_D * height, eq = (uint64_t)(4 * MGP_D) << p->log_chunk; /* eq: all the while */
  uint64_t open = eq + max_u64(weights + max_u64(ge + slabs, values + max_u64(slabs, pairs)),
                               q + max_u64(slabs, pieces + slices));
  uint64_t fold = q + ops->fold_bytes(s->be, S, p->log_fold);
  uint64_t words = host * nq * S * 200; /* openings of the folded words */
  *out = (needs_t){.base = base,
                   .commit = max_u64(max_u64(piece, pieces), commit),
                   .kept = kept,
                   .tasks = tasks + task_proofs,
                   .back = max_u64(open, max_u64(fold, query) + answers + words) + task_proofs};
  return 1;
}

uint64_t mgp_plan_peak(mgp_session_t *s, mgp_cache_t cache, uint64_t live) {
  needs_t n;
  return count_needs(s, cache, &n) ? live + n.base + most_beside(&n) : UINT64_MAX;
}

/* Host memory beside a device's: messages, chunk values, answers, pieces of sums over ranks. */
static uint64_t host_peak(const mgp_session_t *s) {
  const mgp_params_t *p = &s->now->params;
  const uint32_t end = s->first_part + s->nparts, S = p->log_height;
  const uint64_t ncols = s->now->shape.first_col[end] - s->now->shape.first_col[s->first_part];
  const uint64_t ntraces =
      s->now->shape.first_trace[end] - s->now->shape.first_trace[s->first_part];
  const uint64_t depth = S + 1 - mgp_cap_log(S + 1);
  uint64_t tasks = s->now->shape.body_words * 8 + ntraces * MGP_MAX_LOG_ROWS * sizeof(mgp_e_t);
  uint64_t open = MGP_LINK_PIECE * 4 + ncols * (4 * MGP_D << (S - p->log_chunk));
  uint64_t answers = 2 * p->queries * (ncols + s->nparts * depth * MGP_DIGEST_WORDS) * 4 +
                     (uint64_t)p->queries * S * 200;
  return mgp_ledger_live_total(s->ledger) + tasks + max_u64(open, answers) + SLACK;
}

/* What there is for the ledgers: of the rank's share a tenth, and not less than HOST_RESERVE, is
 * left to what they do not know: code, libraries, their buffers. */
static uint64_t host_memory(const mgp_session_t *s) {
  mgp_memory_t info;
  if (mgp_machine_memory(&info) != MGP_OK) return UINT64_MAX;
  const uint64_t share = info.limit / mgp_comm_local_size(s->comm);
  const uint64_t reserve = max_u64(share / 10, HOST_RESERVE);
  return share > reserve ? share - reserve : 0;
}

static mgp_status_t check_host(const mgp_session_t *s) {
  const uint64_t needed = host_peak(s), limit = host_memory(s);
  if (mgp_session_shares_memory(s) || needed <= limit) return MGP_OK;
  return mgp_fail(MGP_RESOURCES,
                  "the plan needs %.2f GiB of host memory per rank beside the device's, and there "
                  "are %.2f GiB: use more hosts",
                  (double)needed / (1 << 30), (double)limit / (1 << 30));
}

uint64_t mgp_plan_memory(const mgp_session_t *s) {
  if (s->device_memory) return s->device_memory;
  if (s->opt->memory_limit) return s->opt->memory_limit;
  return host_memory(s);
}

uint64_t mgp_plan_room_ahead(const mgp_session_t *s) {
  uint64_t memory = mgp_session_shares_memory(s) ? mgp_plan_memory(s) : host_memory(s), used = 0;
  if (s->now->have_shape) used = mgp_session_shares_memory(s) ? s->predicted_peak : host_peak(s);
  return memory > used ? memory - used : 0;
}

/* The records that are made while this shard is proved want room too: as much as its own. On a
 * device they are placed only if that was left over (mgp_plan_extend), and cut its room in two. */
static uint64_t memory_for_shard(const mgp_session_t *s) {
  uint64_t memory = mgp_plan_memory(s), ahead = 0;
  if (!mgp_session_shares_memory(s)) return memory > s->now->placed ? memory - s->now->placed : 0;
  if (s->run.nshards == 0)
    for (uint32_t i = 0; i < s->nparts; i++) ahead += s->now->parts[i].nsteps * sizeof(mgp_step_t);
  return ahead < memory / 4 ? memory - ahead : memory / 4 * 3;
}

/* --- beside another shard ------------------------------------------------------------------- */

/* Peak while there are both: until the other's chip proofs have ended, this one comes to its
 * commitment; then its own are under way, while the other is opened. */
static uint64_t joint_peak(mgp_session_t *s, const needs_t *n) {
  const uint64_t live = mgp_ledger_live_total(s->device_ledger);
  const mgp_hand_t *other = mgp_session_other(s);
  uint64_t peak = live + n->base + most_beside(n);
  if (!other) return peak;
  peak -= other->held; /* once it is alone */
  peak = max_u64(peak, live + n->base + n->commit);
  return max_u64(peak, live - mgp_tasks_bytes(other) + n->base + n->kept + n->tasks + other->back);
}

/* All that it will take lies in one piece, so that what the other gives back, and where, does not
 * matter. */
static int fits_beside(mgp_session_t *s, const needs_t *n) {
  const mgp_hand_t *other = mgp_session_other(s);
  if (!other) return 1;
  const uint64_t needed = n->base + max_u64(most_beside(n), n->kept + n->tasks + other->back);
  return needed <= s->be->ops->room(s->be);
}

/* So much for a shard that is not alone: the one before it and the one after have as much. */
static uint64_t share_of(mgp_session_t *s, uint64_t limit) {
  const int alone = !mgp_session_other(s) && !mgp_shards_left(s);
  return mgp_session_overlaps(s) && !alone ? limit / 2 : limit;
}

/* Bytes of this shard's own, were it alone. */
static uint64_t own_live(mgp_session_t *s) {
  const mgp_hand_t *other = mgp_session_other(s);
  return mgp_ledger_live_total(s->device_ledger) - (other ? other->held : 0);
}

/* --- the choice ------------------------------------------------------------------------------ */

/* What a cache level takes on the rank that needs most, and whether it fits on all. A shard that
 * shares the device does so if half of its chip proofs can be under way together: with few of them,
 * and what they leave idle, nothing is gained. */
static mgp_status_t try_cache(mgp_session_t *s, mgp_status_t local, mgp_cache_t cache, int shares,
                              uint64_t limit, uint64_t *needed, int *fits) {
  struct {
    uint64_t needed, exceeds;
  } mine = {0, 0}, all[MGP_MAX_RANKS];
  if (local == MGP_OK) {
    needs_t n;
    const int counted = count_needs(s, cache, &n);
    if (counted && shares) n.tasks = max_u64(n.tasks, mgp_tasks_total(s) / 2);
    mine.needed = counted ? own_live(s) + n.base + most_beside(&n) : UINT64_MAX;
    mine.exceeds = !counted || mine.needed > limit || !fits_beside(s, &n);
  }
  MGP_TRY(mgp_comm_allgather(s->comm, local, &mine, sizeof mine, all));
  *needed = 0;
  *fits = 1;
  for (uint32_t r = 0; r < s->nranks; r++) {
    if (*needed < all[r].needed) *needed = all[r].needed;
    *fits &= !all[r].exceeds;
  }
  return MGP_OK;
}

/* The most caching that fits on every rank; AUTO if none does. All ranks must have their shape,
 * which `local` says. */
static mgp_status_t choose_cache(mgp_session_t *s, mgp_status_t local, int shares, uint64_t limit,
                                 uint64_t *needed) {
  mgp_cache_t wanted = s->opt->cache;
  mgp_cache_t from = wanted == MGP_CACHE_AUTO ? MGP_CACHE_FULL : wanted;
  mgp_cache_t to = wanted == MGP_CACHE_AUTO ? MGP_CACHE_NONE : wanted;
  s->now->cache = MGP_CACHE_AUTO;
  for (mgp_cache_t c = from; c >= to; c--) {
    int fits;
    MGP_TRY(try_cache(s, local, c, shares, limit, needed, &fits));
    if (fits) {
      s->now->cache = c;
      return MGP_OK;
    }
  }
  return MGP_OK;
}

/* A backend with several task slots uses them as far as there is memory, and prepares tasks early
 * if that leaves room for the commitment beside them. 0: out of host memory. */
static int widen_tasks(mgp_session_t *s, uint64_t limit, needs_t *n) {
  mgp_hand_t *h = s->now;
  const uint64_t live = own_live(s);
  if (!count_needs(s, h->cache, n)) return 0;
  const uint64_t peak = live + n->base + most_beside(n);
  if (s->be->task_slots < 2 || peak >= limit) return 1;
  h->task_room = n->tasks + (limit - peak);
  if (h->task_room < limit - peak) h->task_room = UINT64_MAX;
  h->tasks_early = 1;
  if (!count_needs(s, h->cache, n)) return 0;
  if (live + n->base + most_beside(n) <= limit && fits_beside(s, n)) return 1;
  h->tasks_early = 0;
  if (!count_needs(s, h->cache, n)) return 0;
  if (fits_beside(s, n)) return 1;
  h->task_room = 0;
  return count_needs(s, h->cache, n);
}

static void limit_to(mgp_session_t *s, uint64_t peak) {
  s->predicted_peak = peak;
  if (peak > s->worst_peak) s->worst_peak = peak;
  mgp_ledger_set_limit(s->device_ledger, peak, "the peak that was planned");
}

/* It has a cache level. */
static mgp_status_t settle(mgp_session_t *s, uint64_t limit) {
  needs_t n;
  if (!widen_tasks(s, limit, &n)) return mgp_fail(MGP_RESOURCES, "out of host memory for the plan");
  MGP_TRY(check_host(s));
  s->now->back = n.back;
  const uint64_t peak = joint_peak(s, &n);
  limit_to(s, s->opt->wrong_peak ? peak / 2 : peak);
  return MGP_OK;
}

/* The other shard alone, and what this one has until it goes on. */
static void wait_for(mgp_session_t *s, const mgp_hand_t *other) {
  const uint64_t live = mgp_ledger_live_total(s->device_ledger);
  const uint64_t opened = live - mgp_tasks_bytes(other) + other->back + SLACK;
  limit_to(s, max_u64(s->predicted_peak, max_u64(live, opened)));
}

/* Twice as much is left besides: what lives on where this shard's memory was taken cuts the room of
 * the next one in two. */
int mgp_plan_extend(mgp_session_t *s, uint64_t nbytes) {
  const uint64_t limit = mgp_plan_memory(s);
  if (s->predicted_peak > limit || nbytes > (limit - s->predicted_peak) / 3) return 0;
  limit_to(s, s->predicted_peak + nbytes);
  return 1;
}

/* With the numbers, and shards that fit, unless a plan or an earlier start says which there are. */
static mgp_status_t refuse(mgp_session_t *s, uint64_t needed, uint64_t limit) {
  uint64_t steps = 0;
  char smaller[64] = "";
  if (!s->opt->plan && !s->opt->budget) MGP_TRY(mgp_plan_smaller(s, &steps));
  if (steps)
    snprintf(smaller, sizeof smaller, "--shard-steps %llu (expected to fit), ",
             (unsigned long long)steps);
  const mgp_status_t st = mgp_fail(
      MGP_RESOURCES,
      "the plan needs %.2f GiB per rank, and there are %.2f GiB: use %s--cache none, more ranks, "
      "smaller --trace-rows, or raise --memory",
      (double)needed / (1 << 30), (double)limit / (1 << 30), smaller);
  return mgp_comm_agree(s->comm, st);
}

mgp_status_t mgp_plan_choose(mgp_session_t *s) {
  const mgp_prove_options_t *o = s->opt;
  const uint64_t limit = memory_for_shard(s), share = share_of(s, limit);
  uint64_t needed = 0;
  uint32_t log_rows = o->log_rows ? o->log_rows : MGP_DEFAULT_LOG_ROWS;
  s->now->task_room = 0;
  s->now->tasks_early = 0;
  mgp_status_t st = mgp_plan_shape(s, log_rows);
  if (share < limit) {
    MGP_TRY(choose_cache(s, st, 1, share, &needed));
    s->now->shares = s->now->cache != MGP_CACHE_AUTO;
    if (s->now->shares) return settle(s, share);
    if (mgp_session_other(s)) {
      wait_for(s, mgp_session_other(s));
      return MGP_OK;
    }
  }
  for (;; st = mgp_plan_shape(s, --log_rows)) {
    MGP_TRY(choose_cache(s, st, 0, limit, &needed));
    if (s->now->cache != MGP_CACHE_AUTO) return settle(s, limit);
    if (o->log_rows || o->plan || log_rows <= MIN_LOG_ROWS) return refuse(s, needed, limit);
  }
}
