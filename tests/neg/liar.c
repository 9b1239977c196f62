#include "liar.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "prover/crew.h"
#include "prover/messages.h"

static const liar_t *lie; /* NULL: honest, every call passes */
static mgp_session_t *session;

/* The linker does not look at types: the prover's declaration must be the same. */
#define WRAP(type, name, ...)                                                                      \
  type __real_##name(__VA_ARGS__);                                                                 \
  _Static_assert(__builtin_types_compatible_p(__typeof__(__real_##name), __typeof__(name)),        \
                 "not the type of " #name);                                                        \
  type __wrap_##name(__VA_ARGS__);                                                                 \
  type __wrap_##name(__VA_ARGS__)

/* --- the run ---------------------------------------------------------------------------------- */

/* The vms that have had their fault since they last came to it: of the plain pass, and of each
 * thread that records. A piece may be recorded twice. */
static const mgp_vm_t *faulted[1 + MGP_CREW_MAX];
static pthread_mutex_t fault_lock = PTHREAD_MUTEX_INITIALIZER;

/* Sets that; whether it is news. */
static int has_fault(const mgp_vm_t *vm, int has) {
  unsigned at = 0, room = 0;
  pthread_mutex_lock(&fault_lock);
  while (at <= MGP_CREW_MAX && faulted[at] != vm) at++;
  while (room < MGP_CREW_MAX && faulted[room]) room++;
  const int had = at <= MGP_CREW_MAX;
  if (had && !has) faulted[at] = NULL;
  if (has && !had) faulted[room] = vm;
  pthread_mutex_unlock(&fault_lock);
  return has != had;
}

static mgp_vm_limits_t before_fault(mgp_vm_t *vm, const mgp_vm_limits_t *limits) {
  mgp_vm_limits_t first = *limits;
  uint64_t steps = mgp_vm_state(vm)->steps;
  if (!lie || !lie->fault) return first;
  if (steps < lie->fault_at) (void)has_fault(vm, 0);
  if (steps == lie->fault_at && has_fault(vm, 1)) lie->fault(lie, vm);
  if (steps < lie->fault_at && lie->fault_at < first.max_steps) first.max_steps = lie->fault_at;
  return first;
}
static int goes_on(const mgp_vm_t *vm, const mgp_vm_limits_t *limits, mgp_vm_stop_t why) {
  return why == MGP_VM_LIMIT && mgp_vm_state(vm)->steps < limits->max_steps;
}

WRAP(mgp_status_t, mgp_vm_note, mgp_vm_t *vm, const mgp_vm_limits_t *limits, mgp_vm_notes_t *notes,
     mgp_vm_stop_t *why) {
  mgp_vm_limits_t first;
  do {
    first = before_fault(vm, limits);
    MGP_TRY(__real_mgp_vm_note(vm, &first, notes, why));
  } while (goes_on(vm, limits, *why));
  return MGP_OK;
}

WRAP(mgp_status_t, mgp_vm_record_noted, mgp_vm_t *vm, const mgp_vm_limits_t *limits,
     const uint32_t **words, mgp_record_t *rec, mgp_vm_stop_t *why) {
  mgp_vm_limits_t first;
  do {
    first = before_fault(vm, limits);
    MGP_TRY(__real_mgp_vm_record_noted(vm, &first, words, rec, why));
  } while (goes_on(vm, limits, *why));
  return MGP_OK;
}

WRAP(int, mgp_vm_check_access, mgp_vm_t *vm, uint32_t at, uint32_t a, uint32_t imm, uint32_t size) {
  if (lie && lie->misaligned) return 1;
  return __real_mgp_vm_check_access(vm, at, a, imm, size);
}

/* --- the books: what balances, by a sum of hashes for each bus -------------------------------- */

static struct {
  uint64_t sum[MGP_BUS_COUNT];
  char faults[256];
} books;

static uint64_t hash(uint64_t bus, const uint32_t *t, unsigned n) {
  uint64_t h = bus;
  for (unsigned i = 0; i <= n; i++) {
    h = (h ^ (i < n ? t[i] : n)) + 0x9e3779b97f4a7c15u;
    h = (h ^ (h >> 30)) * 0xbf58476d1ce4e5b9u;
    h = (h ^ (h >> 27)) * 0x94d049bb133111ebu;
    h ^= h >> 31;
  }
  return h;
}
static void enter(unsigned bus, int64_t times, const uint32_t *t, unsigned n) {
  books.sum[bus] += (uint64_t)times * hash(bus, t, n);
}
static int64_t signed_word(mgp_f_t x) {
  uint32_t v = mgp_f_to_u32(x);
  return v > MGP_P / 2 ? (int64_t)v - MGP_P : v;
}

static void note_fault(const char *text) {
  size_t n = strlen(books.faults);
  snprintf(books.faults + n, sizeof books.faults - n, "%s%s", n ? " " : "", text);
}

static void check_constraints(const mgp_chip_t *chip, const mgp_f_t *values) {
  for (uint32_t c = 0; c < chip->nconstraints && !books.faults[0]; c++)
    if (values[chip->constraints[c]] != 0) note_fault(chip->constraint_name[c]);
}

/* The tables' side, the public terms, and what is left. */
static void close_books(const mgp_session_t *s) {
  mgp_public_term_t terms[MGP_MAX_PUBLIC_TERMS];
  uint32_t n = mgp_public_terms(&s->now->st, &s->now->shape, terms);
  for (uint32_t i = 0; i < n; i++)
    enter(terms[i].bus, (int64_t)terms[i].sign * terms[i].count, terms[i].t, terms[i].len);
  for (unsigned bus = 1; bus < MGP_BUS_COUNT; bus++) {
    if (mgp_bus_is_lookup((mgp_bus_t)bus)) {
      mgp_chip_id_t table = mgp_bus_table((mgp_bus_t)bus);
      uint32_t rows = mgp_table_rows(table, s->prog) * s->chips->chip[table].ncols;
      const uint32_t *count = s->now->d_counts + s->count_offset[table - MGP_CHIP_FIRST_TABLE];
      for (uint32_t i = 0; i < rows; i++)
        if (count[i]) enter(bus, count[i], &i, 1);
    }
    if (books.sum[bus]) note_fault(mgp_bus_name((mgp_bus_t)bus));
  }
}

const char *liar_faults(void) {
  return books.faults;
}

/* --- phases ----------------------------------------------------------------------------------- */

static void begin_shard(void);

WRAP(mgp_status_t, mgp_phase_record, mgp_session_t *s) {
  session = s;
  begin_shard();
  MGP_TRY(__real_mgp_phase_record(s));
  if (lie && lie->raw) lie->raw(lie, s);
  return MGP_OK;
}

WRAP(mgp_status_t, mgp_plan_choose, mgp_session_t *s) {
  if (lie && lie->statement) lie->statement(lie, s);
  return __real_mgp_plan_choose(s);
}

WRAP(mgp_status_t, mgp_phase_reduce, mgp_session_t *s) {
  MGP_TRY(__real_mgp_phase_reduce(s));
  if (lie && lie->counts) lie->counts(lie, s);
  if (lie) close_books(s);
  return MGP_OK;
}

/* What the prover would notice of its own run: that two shards commit, that records do not cancel.
 * The verifier calls the same functions, after the lie. */
WRAP(mgp_status_t, mgp_chain_advance, mgp_chain_t *c, const mgp_statement_t *st) {
  const uint32_t commits = c->commits;
  if (!lie) return __real_mgp_chain_advance(c, st);
  c->commits = 0;
  mgp_status_t status = __real_mgp_chain_advance(c, st);
  c->commits += commits;
  return status;
}

WRAP(mgp_status_t, mgp_chain_finish, const mgp_chain_t *c, const mgp_run_t *run) {
  return lie ? MGP_OK : __real_mgp_chain_finish(c, run);
}

/* --- messages --------------------------------------------------------------------------------- */

static struct {
  mgp_chip_id_t chip;          /* of the task */
  uint32_t number[128];        /* messages so far, by label: of the task, or of the proof */
  uint32_t partition, columns; /* commit or query streams so far; columns of this one */
  mgp_digest_t *first_cap;
  const mgp_e_t *rho; /* of the main sumcheck, coordinates left */
  /* folding: our own copy of the polynomial; what goes on in place of it after a change */
  uint32_t rounds, words;
  mgp_e_t *q;
  mgp_fold_t *second;
  mgp_f_t *d_second;
  uint32_t second_word; /* its first word's number */
} now;
liar_view_t liar_view;

static void begin_shard(void) {
  memset(&now, 0, sizeof now);
  memset(books.sum, 0, sizeof books.sum);
}

static void tell(int label, mgp_chip_id_t chip, mgp_f_t *words, size_t n) {
  if (lie->message) lie->message(lie, session, label, chip, now.number[label], words, n);
  now.number[label]++;
}

WRAP(mgp_status_t, mgp_send, mgp_session_t *s, mgp_label_t label, const mgp_f_t *words, size_t n) {
  if (lie) tell(label, MGP_CHIP_NONE, (mgp_f_t *)(uintptr_t)words, n);
  return __real_mgp_send(s, label, words, n);
}

WRAP(mgp_status_t, mgp_send_ext, mgp_session_t *s, mgp_label_t label, const mgp_e_t *v, size_t n) {
  if (lie) tell(label, MGP_CHIP_NONE, (mgp_f_t *)(uintptr_t)v->c, n * MGP_D);
  return __real_mgp_send_ext(s, label, v, n);
}

WRAP(mgp_status_t, mgp_send_nonce, mgp_session_t *s, mgp_status_t local, unsigned bits) {
  MGP_TRY(__real_mgp_send_nonce(s, local, bits));
  mgp_transcript_t ahead = s->now->tr;
  if (lie)
    for (unsigned i = 0; i < 32; i++) liar_view.u[i] = mgp_transcript_squeeze_ext(&ahead);
  return MGP_OK;
}

WRAP(mgp_status_t, mgp_phase_open, mgp_session_t *s) {
  mgp_transcript_t ahead = s->now->tr;
  if (lie) liar_view.gamma = mgp_transcript_squeeze_ext(&ahead);
  return __real_mgp_phase_open(s);
}

WRAP(void, mgp_transcript_fork, mgp_transcript_t *t, const mgp_f_t seed[MGP_DIGEST_WORDS],
     uint32_t task) {
  __real_mgp_transcript_fork(t, seed, lie && lie->swap_tasks && task < 2 ? 1 - task : task);
}

/* --- the backend ------------------------------------------------------------------------------ */

static const mgp_backend_ops_t *real;
static mgp_backend_ops_t lying;

/* Rows are added or dropped at the end of a chip's list. */
static mgp_status_t lie_index(mgp_backend_t *be, const mgp_raw_t *raw, uint32_t nsteps,
                              uint32_t n[MGP_CHIP_FIRST_TABLE],
                              uint32_t *d_lists[MGP_CHIP_FIRST_TABLE]) {
  MGP_TRY(real->index(be, raw, nsteps, n, d_lists));
  for (unsigned c = 1; lie->rows && c < MGP_CHIP_FIRST_TABLE; c++) {
    uint32_t *list = NULL, rows = (uint32_t)((int32_t)n[c] + lie->rows[c]);
    if (n[c] == 0 || rows == n[c]) continue;
    MGP_TRY(real->alloc(be, MGP_MEM_PLAN, (n[c] + 1) * sizeof *list, (void **)&list));
    memcpy(list, d_lists[c], n[c] * sizeof *list);
    list[n[c]] = list[n[c] - 1];
    real->free(be, d_lists[c]);
    d_lists[c] = list;
    n[c] = rows;
  }
  return MGP_OK;
}

static mgp_status_t lie_table_columns(mgp_backend_t *be, mgp_chip_id_t table, uint32_t nrows,
                                      size_t stride, mgp_f_t *d_out) {
  MGP_TRY(real->table_columns(be, table, nrows, stride, d_out));
  for (uint32_t i = 0; lie->table_of && i < nrows; i++) {
    mgp_f_t v[MGP_MAX_VIRTUAL];
    mgp_table_virtual(table, lie->table_of, i, v);
    for (uint32_t c = 0; c < be->chips->chip[table].nvirtual; c++) d_out[c * stride + i] = v[c];
  }
  return MGP_OK;
}

static int pads(mgp_chip_id_t chip, uint64_t rows) {
  return lie->padding && lie->padding == chip && (rows & (rows - 1)) != 0;
}

static mgp_status_t lie_replay(mgp_backend_t *be, mgp_chip_id_t chip, const mgp_raw_t *raw,
                               const uint32_t *d_index, uint64_t first, uint32_t nrows,
                               uint32_t zero_to, size_t stride, mgp_f_t *d_out) {
  MGP_TRY(real->replay(be, chip, raw, d_index, first, nrows, zero_to, stride, d_out));
  if (lie->witness)
    for (uint32_t r = 0; r < nrows; r++)
      lie->witness(lie, chip, raw, d_index ? d_index[first + r] : (uint32_t)first + r, d_out + r,
                   stride);
  if (pads(chip, first + nrows) && nrows < zero_to)
    for (uint32_t c = 0; c < be->chips->chip[chip].ncols; c++)
      d_out[c * stride + nrows] = d_out[c * stride + nrows - 1];
  return MGP_OK;
}

/* Like the real one, but a request that no table has is left out. */
static mgp_status_t lie_count(mgp_backend_t *be, mgp_chip_id_t id, const mgp_f_t *d_trace,
                              size_t stride, uint32_t nrows, uint32_t *d_counts,
                              const uint64_t *offset) {
  const mgp_chip_t *chip = &be->chips->chip[id];
  const mgp_program_t *prog = lie->table_of ? lie->table_of : session->prog;
  for (uint32_t i = 0; i < nrows; i++) {
    mgp_f_t row[MGP_MAX_COLUMNS], values[MGP_MAX_NODES];
    for (uint32_t c = 0; c < chip->ncols; c++) row[c] = d_trace[c * stride + i];
    mgp_chip_eval_row(chip, row, NULL, values);
    check_constraints(chip, values);
    for (uint32_t j = 0; j < chip->ninteractions; j++) {
      const mgp_interaction_t *x = &chip->interactions[j];
      const mgp_bus_t bus = (mgp_bus_t)x->bus;
      uint32_t tuple[MGP_MAX_TUPLE], at;
      const int64_t times = signed_word(values[x->mult]);
      for (unsigned k = 0; k < x->len; k++) tuple[k] = mgp_f_to_u32(values[x->tuple[k]]);
      uint64_t index = mgp_bus_is_lookup(bus) ? mgp_table_index(bus, tuple, prog) : UINT64_MAX;
      if (index == UINT64_MAX) {
        enter(bus, times, tuple, x->len);
        continue;
      }
      at = (uint32_t)index;
      enter(bus, times, &at, 1);
      uint32_t *count = &d_counts[offset[mgp_bus_table(bus) - MGP_CHIP_FIRST_TABLE] + at];
      *count = (uint32_t)(((uint64_t)*count + mgp_f_to_u32(mgp_f_neg(values[x->mult]))) % MGP_P);
    }
  }
  return MGP_OK;
}

static mgp_status_t lie_commit_begin(mgp_backend_t *be, unsigned s, uint32_t ncols,
                                     unsigned keep_log, int keep_all, mgp_commit_stream_t **out) {
  now.columns = 0;
  return real->commit_begin(be, s, ncols, keep_log, keep_all, out);
}
static const mgp_f_t *other_column(const mgp_f_t *column) {
  size_t n = (size_t)1 << session->now->params.log_height;
  if (!lie->column) return NULL;
  mgp_f_t *copy = malloc(n * sizeof *copy);
  if (!copy) abort();
  memcpy(copy, column, n * sizeof *copy);
  lie->column(lie, now.partition, now.columns, copy, n);
  return copy;
}
static mgp_status_t lie_commit_column(mgp_backend_t *be, mgp_commit_stream_t *cs,
                                      const mgp_f_t *d_col) {
  const mgp_f_t *other = other_column(d_col);
  mgp_status_t st = real->commit_column(be, cs, other ? other : d_col);
  now.columns++;
  free((void *)(uintptr_t)other);
  return st;
}
static mgp_status_t lie_commit_end(mgp_backend_t *be, mgp_commit_stream_t *cs, mgp_digest_t *cap,
                                   mgp_tree_t **out) {
  MGP_TRY(real->commit_end(be, cs, cap, out));
  if (now.partition++ == 0) {
    now.first_cap = cap;
  } else if (lie->swap_roots && now.partition == 2) {
    size_t n = (size_t)1 << mgp_cap_log(session->now->params.log_height + 1);
    for (size_t i = 0; i < n; i++) {
      mgp_digest_t d;
      memcpy(d, cap[i], sizeof d);
      memcpy(cap[i], now.first_cap[i], sizeof d);
      memcpy(now.first_cap[i], d, sizeof d);
    }
  }
  if (now.partition == session->partitions) now.partition = 0;
  return MGP_OK;
}

static mgp_status_t lie_query_begin(mgp_backend_t *be, mgp_tree_t *tree, const uint32_t *pos,
                                    uint32_t npos, mgp_query_stream_t **out, int *needs_columns) {
  now.columns = 0;
  return real->query_begin(be, tree, pos, npos, out, needs_columns);
}
static mgp_status_t lie_query_column(mgp_backend_t *be, mgp_query_stream_t *qs,
                                     const mgp_f_t *d_col) {
  const mgp_f_t *other = other_column(d_col);
  mgp_status_t st = real->query_column(be, qs, other ? other : d_col);
  now.columns++;
  free((void *)(uintptr_t)other);
  return st;
}
static mgp_status_t lie_query_end(mgp_backend_t *be, mgp_query_stream_t *qs, mgp_f_t *rows,
                                  mgp_digest_t *paths) {
  const mgp_params_t *p = &session->now->params;
  MGP_TRY(real->query_end(be, qs, rows, paths));
  tell(LIAR_ROWS, MGP_CHIP_NONE, rows,
       (size_t)session->now->shape.ncols[now.partition++] * p->queries);
  tell(LIAR_ROW_PATHS, MGP_CHIP_NONE, paths[0],
       (size_t)(p->log_height + 1 - mgp_cap_log(p->log_height + 1)) * p->queries *
           MGP_DIGEST_WORDS);
  return MGP_OK;
}

static mgp_status_t lie_gkr_begin(mgp_backend_t *be, mgp_chip_id_t chip, const mgp_f_t *d_trace,
                                  const mgp_f_t *d_virt, size_t stride, uint32_t nrows,
                                  mgp_e_t alpha, mgp_e_t beta, mgp_gkr_t **out, mgp_e_t root[2]) {
  now.chip = chip;
  for (int l = MGP_LABEL_GKR_ROOT; l <= MGP_LABEL_COLUMNS; l++) now.number[l] = 0;
  nrows += pads(chip, nrows) != 0;
  MGP_TRY(real->gkr_begin(be, chip, d_trace, d_virt, stride, nrows, alpha, beta, out, root));
  tell(MGP_LABEL_GKR_ROOT, chip, root->c, 2 * MGP_D);
  return MGP_OK;
}
static mgp_status_t lie_gkr_round(mgp_backend_t *be, mgp_gkr_t *g, mgp_e_t out[2]) {
  MGP_TRY(real->gkr_round(be, g, out));
  tell(MGP_LABEL_GKR_ROUND, now.chip, out->c, 2 * MGP_D);
  return MGP_OK;
}
static mgp_status_t lie_gkr_evals(mgp_backend_t *be, mgp_gkr_t *g, mgp_e_t out[4]) {
  MGP_TRY(real->gkr_evals(be, g, out));
  tell(MGP_LABEL_GKR_EVALS, now.chip, out->c, 4 * MGP_D);
  return MGP_OK;
}
static mgp_status_t lie_main_begin(mgp_backend_t *be, mgp_chip_id_t chip, const mgp_f_t *d_trace,
                                   const mgp_f_t *d_virt, size_t stride, uint32_t nrows, unsigned n,
                                   const mgp_e_t *rho, mgp_e_t alpha, mgp_e_t beta, mgp_e_t lambda,
                                   const mgp_e_t *eq_int, mgp_main_t **out) {
  nrows += pads(chip, nrows) != 0;
  now.rho = rho;
  liar_view.main_factor = mgp_e_one();
  liar_view.main_rho = rho[0];
  return real->main_begin(be, chip, d_trace, d_virt, stride, nrows, n, rho, alpha, beta, lambda,
                          eq_int, out);
}
static mgp_status_t lie_main_round(mgp_backend_t *be, mgp_main_t *m, mgp_e_t out[3]) {
  MGP_TRY(real->main_round(be, m, out));
  tell(MGP_LABEL_MAIN_ROUND, now.chip, out->c, 3 * MGP_D);
  return MGP_OK;
}
/* The values at 1, 2, 3 stand; that at 0 takes the whole error, divided by 1 - rho_i. */
static mgp_status_t lie_main_bind(mgp_backend_t *be, mgp_main_t *m, mgp_e_t x) {
  mgp_e_t lagrange = mgp_e_inv(mgp_e_sub(mgp_e_one(), *now.rho++));
  for (uint32_t i = 1; i <= 3; i++)
    lagrange = mgp_e_mul(lagrange, mgp_e_mul_f(mgp_e_sub(mgp_e_from_f(mgp_f_from_u32(i)), x),
                                               mgp_f_inv(mgp_f_from_u32(i))));
  liar_view.main_factor = mgp_e_mul(liar_view.main_factor, lagrange);
  return real->main_bind(be, m, x);
}
static mgp_status_t lie_main_evals(mgp_backend_t *be, mgp_main_t *m, mgp_e_t *out) {
  MGP_TRY(real->main_evals(be, m, out));
  tell(MGP_LABEL_COLUMNS, now.chip, out->c, (size_t)be->chips->chip[now.chip].ncols * MGP_D);
  return MGP_OK;
}

static int tell_folding(void) {
  unsigned log_n = session->now->params.log_height - now.rounds;
  return lie->folding(lie, now.rounds, now.q, log_n, session->now->rho + now.rounds);
}
static void planes_of(const mgp_e_t *v, size_t n, mgp_f_t *out) {
  for (size_t k = 0; k < n; k++)
    for (size_t i = 0; i < MGP_D; i++) out[i * n + k] = v[k].c[i];
}
static mgp_status_t lie_fold_begin(mgp_backend_t *be, mgp_f_t *d_q, unsigned s,
                                   const mgp_e_t *point, mgp_fold_t **out) {
  size_t n = (size_t)1 << s;
  if (lie->folding) {
    now.q = malloc(n * sizeof *now.q);
    for (size_t k = 0; k < n; k++)
      for (size_t i = 0; i < MGP_D; i++) now.q[k].c[i] = d_q[i * n + k];
    if (tell_folding()) planes_of(now.q, n, d_q);
  }
  return real->fold_begin(be, d_q, s, point, out);
}
static mgp_fold_t *folding(mgp_fold_t *f) {
  return now.second ? now.second : f;
}
static mgp_status_t lie_fold_commit(mgp_backend_t *be, mgp_fold_t *f, unsigned k, uint32_t first,
                                    uint32_t n, mgp_digest_t *cap) {
  now.words++;
  return real->fold_commit(be, folding(f), k, first, n, cap);
}
static mgp_status_t lie_fold_round(mgp_backend_t *be, mgp_fold_t *f, mgp_e_t *h1) {
  return real->fold_round(be, folding(f), h1);
}
static mgp_status_t lie_fold_bind(mgp_backend_t *be, mgp_fold_t *f, mgp_e_t x) {
  MGP_TRY(real->fold_bind(be, folding(f), x));
  now.rounds++;
  if (!lie->folding) return MGP_OK;
  unsigned log_n = session->now->params.log_height - now.rounds;
  size_t n = (size_t)1 << log_n;
  for (size_t k = 0; k < n; k++)
    now.q[k] = mgp_e_add(now.q[2 * k], mgp_e_mul(x, mgp_e_sub(now.q[2 * k + 1], now.q[2 * k])));
  if (!tell_folding()) return MGP_OK;
  now.second_word = now.words;
  MGP_TRY(real->alloc(be, MGP_MEM_SCRATCH, n * sizeof *now.q, (void **)&now.d_second));
  planes_of(now.q, n, now.d_second);
  return real->fold_begin(be, now.d_second, log_n, session->now->rho + now.rounds, &now.second);
}
static mgp_status_t lie_fold_final(mgp_backend_t *be, mgp_fold_t *f, mgp_e_t *out) {
  return real->fold_final(be, folding(f), out);
}
/* Words up to the change come out of the first folding, the others out of the second. */
static mgp_status_t lie_fold_open(mgp_backend_t *be, mgp_fold_t *f, const uint32_t *n,
                                  const uint32_t *leaf, mgp_f_t *out) {
  MGP_TRY(real->fold_open(be, f, n, leaf, out));
  for (uint32_t w = 0; w < session->now->shape.ngroups; leaf += n[w++]) {
    const uint32_t k = session->now->shape.group[w];
    const uint32_t height = mgp_shape_word_log(&session->now->params, &session->now->shape, w) - k;
    const size_t cosets = ((size_t)n[w] << k) * MGP_D;
    const size_t paths = (size_t)n[w] * (height - mgp_cap_log(height)) * MGP_DIGEST_WORDS;
    if (now.second && w == now.second_word)
      MGP_TRY(real->fold_open(be, now.second, n + w, leaf, out));
    tell(LIAR_COSETS, MGP_CHIP_NONE, out, cosets);
    tell(LIAR_COSET_PATHS, MGP_CHIP_NONE, out + cosets, paths);
    out += cosets + paths;
  }
  return MGP_OK;
}
static void lie_fold_end(mgp_backend_t *be, mgp_fold_t *f) {
  real->fold_end(be, now.second);
  real->free(be, now.d_second);
  free(now.q);
  now.second = NULL;
  now.d_second = NULL;
  now.q = NULL;
  real->fold_end(be, f);
}

static mgp_status_t lie_grind(mgp_backend_t *be, const mgp_digest_t seed, unsigned bits,
                              uint32_t first, uint32_t n, uint32_t *nonce) {
  MGP_TRY(real->grind(be, seed, bits, first, n, nonce));
  if (lie->lazy_nonce == 1 + (int)now.number[MGP_LABEL_NONCE]++)
    while (mgp_grind_check(seed, *nonce, bits)) (*nonce)++;
  return MGP_OK;
}

WRAP(mgp_status_t, mgp_backend_cpu_create, const mgp_chipset_t *chips, mgp_ledger_t *ledger,
     mgp_isa_t isa, int threads, mgp_backend_t **out) {
  MGP_TRY(__real_mgp_backend_cpu_create(chips, ledger, isa, threads, out));
  if (!lie) return MGP_OK;
  real = (*out)->ops;
  lying = *real;
  lying.index = lie_index;
  lying.table_columns = lie_table_columns;
  lying.replay = lie_replay;
  lying.count = lie_count;
  lying.commit_begin = lie_commit_begin;
  lying.commit_column = lie_commit_column;
  lying.commit_end = lie_commit_end;
  lying.query_begin = lie_query_begin;
  lying.query_column = lie_query_column;
  lying.query_end = lie_query_end;
  lying.gkr_begin = lie_gkr_begin;
  lying.gkr_round = lie_gkr_round;
  lying.gkr_evals = lie_gkr_evals;
  lying.main_begin = lie_main_begin;
  lying.main_round = lie_main_round;
  lying.main_bind = lie_main_bind;
  lying.main_evals = lie_main_evals;
  lying.fold_begin = lie_fold_begin;
  lying.fold_commit = lie_fold_commit;
  lying.fold_round = lie_fold_round;
  lying.fold_bind = lie_fold_bind;
  lying.fold_final = lie_fold_final;
  lying.fold_end = lie_fold_end;
  lying.fold_open = lie_fold_open;
  lying.grind = lie_grind;
  (*out)->ops = &lying;
  return MGP_OK;
}

/* --- proving ---------------------------------------------------------------------------------- */

uint8_t *liar_prove(const liar_t *the_lie, const mgp_program_t *prog, const uint8_t *hints,
                    size_t nhints, const mgp_plan_t *plan, size_t *nbytes) {
  mgp_prove_options_t o = {.plan = plan,
                           .hints = hints,
                           .hints_nbytes = nhints,
                           .cache = MGP_CACHE_NONE,
                           .no_self_check = !(the_lie && the_lie->self_check),
                           .store = the_lie ? the_lie->store : NULL,
                           .has_store = the_lie && the_lie->store};
  mgp_prove_result_t r;
  mgp_comm_t *comm = NULL;
  uint8_t *bytes = NULL;
  memset(&books, 0, sizeof books);
  memset(faulted, 0, sizeof faulted);
  lie = the_lie;
  mgp_status_t st = mgp_comm_self_create(&comm);
  if (st == MGP_OK) st = mgp_prove(comm, prog, &o, &r);
  lie = NULL;
  mgp_comm_destroy(comm);
  if (st == MGP_OK) {
    bytes = r.bytes;
    *nbytes = r.nbytes;
    r.bytes = NULL;
    mgp_prove_result_free(&r);
  }
  return bytes;
}
