#include "prover/shards.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/keccak.h"
#include "base/log.h"
#include "prover/backend.h"
#include "prover/job.h"
#include "prover/memory.h"
#include "verifier/verify.h"

/* --- the run ------------------------------------------------------------------------------- */

mgp_status_t mgp_shards_open(mgp_session_t *s) {
  mgp_shards_t *sh;
  MGP_TRY(mgp_ledger_alloc(s->ahead, MGP_MEM_PROOF, sizeof *sh, (void **)&sh));
  memset(sh, 0, sizeof *sh);
  sh->late = s->nranks > 1;
  s->shards = sh;
  return s->rank == 0 ? mgp_pass_create(s, mgp_plan_likely_budget(s), &sh->pass) : MGP_OK;
}

static mgp_recorder_t *next(const mgp_shards_t *sh) {
  return sh->recorder[sh->turn];
}

/* Records the first shard behind the pass, where its pieces are to be seen. */
static void follow_pass(mgp_session_t *s) {
  mgp_shards_t *sh = s->shards;
  mgp_stream_t *stream = sh->pass ? mgp_pass_stream(sh->pass) : mgp_pool_front(s->pool);
  if (!stream || sh->begun || sh->follows) return;
  sh->follows = 1;
  mgp_recorder_follow(next(sh), stream, mgp_plan_room_ahead(s));
}

mgp_status_t mgp_shards_follow(mgp_session_t *s) {
  MGP_TRY(mgp_recorder_create(s, NULL, &s->shards->recorder[0]));
  if (mgp_session_on_device(s) && !s->resumes) follow_pass(s);
  return MGP_OK;
}

/* The pass has gone too far, and so has who follows it. */
static mgp_status_t execute_again(mgp_session_t *s) {
  mgp_shards_t *sh = s->shards;
  mgp_recorder_destroy(sh->recorder[0]); /* there is no other yet */
  sh->recorder[0] = NULL;
  sh->follows = 0;
  MGP_TRY(mgp_comm_barrier(s->comm)); /* nobody looks at its pieces any more */
  if (sh->pass) MGP_TRY(mgp_pass_restart(sh->pass));
  return mgp_recorder_create(s, NULL, &sh->recorder[0]);
}

mgp_status_t mgp_shards_begin(mgp_session_t *s) {
  mgp_shards_t *sh = s->shards;
  mgp_status_t st = MGP_OK;
  mgp_chain_begin(s->prog, &s->chain);
  s->run.nshards = 0;
  uint32_t again = sh->pass && !mgp_pass_settle(sh->pass, s->run.budget);
  MGP_TRY(mgp_comm_bcast(s->comm, &again, sizeof again, 0));
  if (again) st = execute_again(s);
  if (st == MGP_OK) st = mgp_last_create(s->ahead, &sh->last);
  return mgp_comm_agree(s->comm, st);
}

/* The public output that travels with the proof, from the run as it has halted. Rank 0. */
static mgp_status_t take_output(mgp_session_t *s, const mgp_vm_state_t *v) {
  uint8_t digest[32];
  uint32_t words[8];
  mgp_keccak256(v->output, v->noutput, digest);
  for (int i = 0; i < 8; i++)
    words[i] = (uint32_t)digest[4 * i] | (uint32_t)digest[4 * i + 1] << 8 |
               (uint32_t)digest[4 * i + 2] << 16 | (uint32_t)digest[4 * i + 3] << 24;
  s->run.has_output = !v->committed || memcmp(words, v->commit, sizeof words) == 0;
  if (!v->committed && v->noutput)
    mgp_log_warn("the guest wrote %zu bytes to fd 3 but committed to no digest: they are not part "
                 "of the proof",
                 v->noutput);
  if (!v->committed || !s->run.has_output || v->noutput == 0) return MGP_OK;
  s->output = malloc(v->noutput);
  if (!s->output) return mgp_fail(MGP_RESOURCES, "out of memory for the public output");
  memcpy(s->output, v->output, v->noutput);
  s->run.output_bytes = (uint32_t)v->noutput;
  return MGP_OK;
}

/* What is known once the run has halted. */
static mgp_status_t know_run(mgp_session_t *s, const mgp_cut_t *cut) {
  s->run.nshards = cut->id;
  s->run.exit_code = cut->end.exit_code;
  s->run.has_output = 1;
  s->steps = cut->end.steps;
  if (cut->id == 1) s->run.budget = 0; /* nothing was cut: what it was leaves no trace */
  return s->rank == 0 ? take_output(s, mgp_vm_state(mgp_pass_vm(s->shards->pass))) : MGP_OK;
}

/* One shard more is recorded. */
static mgp_status_t start_recording(mgp_session_t *s) {
  mgp_shards_t *sh = s->shards;
  mgp_recorder_t **r = &sh->recorder[(sh->turn + sh->ahead) % MGP_SHARDS_AHEAD];
  mgp_cut_t cut;
  double start = mgp_clock_seconds();
  mgp_status_t st = mgp_cut_share(s, sh->pass, 1, &cut);
  s->cut_seconds += mgp_clock_seconds() - start;
  MGP_TRY(st);
  sh->all_cut = cut.last;
  if (!*r) st = mgp_recorder_create(s, sh->recorder[0], r);
  if (st == MGP_OK)
    st = mgp_recorder_start(*r, &cut, mgp_plan_room_ahead(s));
  else
    mgp_cut_free(s, &cut);
  if (st == MGP_OK && s->opt->trace_log && *r != sh->recorder[0])
    fprintf(s->opt->trace_log, "second recorder rank %u shard %u\n", s->rank,
            mgp_recorder_cut(*r)->id);
  sh->ahead += st == MGP_OK;
  return st;
}

/* The next shard may go to the device before its turn. */
static mgp_status_t place_next(mgp_session_t *s) {
  mgp_shards_t *sh = s->shards;
  const uint64_t before = mgp_ledger_live_total(s->device_ledger);
  mgp_status_t st = mgp_recorder_place(next(sh));
  sh->held += mgp_ledger_live_total(s->device_ledger) - before;
  return st;
}

mgp_status_t mgp_shards_ahead(mgp_session_t *s) {
  mgp_status_t st = MGP_OK;
  if (s->run.nshards) return MGP_OK;
  if (!s->shards->ahead) {
    follow_pass(s);
    st = start_recording(s);
    if (mgp_comm_failure(s->comm)) return st;
  }
  if (st == MGP_OK) st = place_next(s);
  return mgp_comm_agree(s->comm, st);
}

mgp_status_t mgp_shards_further(mgp_session_t *s) {
  mgp_shards_t *sh = s->shards;
  uint32_t has = s->rank == 0 && mgp_pass_has_next(sh->pass);
  if (!mgp_session_on_device(s) || !sh->late || s->run.nshards || sh->ahead != 1 || sh->all_cut)
    return MGP_OK;
  MGP_TRY(mgp_comm_bcast(s->comm, &has, sizeof has, 0));
  if (!has) return MGP_OK;
  mgp_status_t st = start_recording(s);
  if (mgp_comm_failure(s->comm)) return st;
  if (st == MGP_OK && s->opt->trace_log)
    fprintf(s->opt->trace_log, "further rank %u shard %u\n", s->rank,
            mgp_recorder_cut(sh->recorder[1 - sh->turn])->id);
  return mgp_comm_agree(s->comm, st);
}

double mgp_shards_record_seconds(const mgp_session_t *s) {
  double seconds = 0;
  for (unsigned i = 0; i < MGP_SHARDS_AHEAD; i++)
    if (s->shards->recorder[i]) seconds += mgp_recorder_seconds(s->shards->recorder[i]);
  return seconds;
}

/* --- beside another shard ------------------------------------------------------------------- */

/* Most bytes of a device: for a touch or a word of memory, from the lists of touches to rows of the
 * shard RAM, with what sorts and exchanges take; for a step, its rows' index lists. */
#define TOUCH_BYTES 384u
#define STEP_BYTES  8u
/* Touches of a rank's keys beyond its part of them, which are dealt out by ranges. */
#define UNEVEN_TOUCHES (1u << 16)

typedef struct {
  uint64_t ready, steps_nbytes, touches, room;
} beside_t;

static void describe_next(mgp_session_t *s, beside_t *b) {
  b->ready = 1;
  b->room = s->be->ops->room(s->be);
  if (s->run.nshards == 0)
    b->ready = (uint64_t)mgp_recorder_ready(next(s->shards), &b->steps_nbytes, &b->touches);
  else if (s->rank == 0)
    b->touches = mgp_memory_words_left(s);
}

static uint64_t raw_bytes(const mgp_session_t *s, const beside_t *b, uint64_t touches) {
  const uint64_t own = b->touches + touches / s->nranks + UNEVEN_TOUCHES;
  const uint64_t steps = s->run.budget / MGP_STEP_COST / s->partitions * (s->nparts + 1);
  return b->steps_nbytes + own * TOUCH_BYTES + steps * STEP_BYTES;
}

mgp_status_t mgp_shards_fit_beside(mgp_session_t *s, int *fits) {
  beside_t mine = {0}, all[MGP_MAX_RANKS];
  uint64_t touches = 0;
  describe_next(s, &mine);
  MGP_TRY(mgp_comm_allgather(s->comm, MGP_OK, &mine, sizeof mine, all));
  for (uint32_t r = 0; r < s->nranks; r++) touches += all[r].touches;
  *fits = 1;
  for (uint32_t r = 0; r < s->nranks; r++) {
    *fits &= all[r].ready && raw_bytes(s, &all[r], touches) <= all[r].room;
    s->shards->late |= !all[r].ready;
  }
  return MGP_OK;
}

mgp_status_t mgp_shards_send(mgp_session_t *s) {
  return s->shards->ahead ? mgp_recorder_send(next(s->shards)) : MGP_OK;
}

/* --- raw state ----------------------------------------------------------------------------- */

/* Statement of a program shard, as far as the cut says it. */
static void state_program(mgp_session_t *s, const mgp_cut_t *cut) {
  int whole = cut->last && cut->id == 1;
  mgp_chain_context(&s->chain, whole ? MGP_SHARD_WHOLE : MGP_SHARD_PROGRAM, cut->last ? cut->id : 0,
                    cut->end.exit_code, &s->now->st);
  int commits = cut->end.committed && !cut->start.committed;
  mgp_statement_commit(&s->now->st, (uint32_t)commits, cut->end.commit);
  s->now->st.end_pc = cut->end.pc;
  if (!commits) return;
  s->run.has_commit = 1;
  memcpy(s->run.commit, cut->end.commit, sizeof s->run.commit);
}

static mgp_status_t check_registers(const mgp_session_t *s, const mgp_cut_t *cut) {
  if (memcmp(s->now->st.reg_value, cut->end.x, sizeof cut->end.x) == 0) return MGP_OK;
  return mgp_fail(MGP_INTERNAL, "the records of shard %u do not end in the state of the plain pass",
                  cut->id);
}

static mgp_status_t record_program(mgp_session_t *s) {
  mgp_touch_list_t lists[MGP_MAX_PARTITIONS];
  mgp_shards_t *sh = s->shards;
  memset(lists, 0, sizeof lists);
  mgp_status_t st = mgp_recorder_finish(next(sh), lists);
  s->now->held = sh->held;
  sh->held = 0;
  sh->cut = *mgp_recorder_cut(next(sh));
  if (--sh->ahead) sh->turn = (sh->turn + 1) % MGP_SHARDS_AHEAD; /* else the same one goes on */
  for (unsigned i = 0; i < MGP_SHARDS_AHEAD && st == MGP_OK && sh->cut.last; i++)
    mgp_recorder_rest(sh->recorder[i]);
  if (st == MGP_OK && sh->cut.last) st = know_run(s, &sh->cut);
  state_program(s, &sh->cut);
  st = mgp_comm_agree(s->comm, st);
  if (st == MGP_OK) st = mgp_link_ready(&s->link); /* connected while the run was recorded */
  const double start = mgp_clock_seconds();
  if (st == MGP_OK) st = mgp_exchange_accesses(s, lists);
  s->exchange_seconds += mgp_clock_seconds() - start;
  if (st == MGP_OK) st = mgp_comm_agree(s->comm, check_registers(s, &sh->cut));
  for (uint32_t i = 0; i < s->nparts; i++) s->be->ops->free(s->be, lists[i].d_touches);
  return st;
}

mgp_status_t mgp_shards_pass_over(mgp_session_t *s) {
  mgp_shards_t *sh = s->shards;
  if (s->run.nshards) {
    mgp_chain_context(&s->chain, MGP_SHARD_MEMORY, s->run.nshards, 0, &s->now->st);
    return MGP_OK;
  }
  MGP_TRY(mgp_cut_share(s, sh->pass, 0, &sh->cut));
  mgp_recorder_skip(next(sh), &sh->cut);
  mgp_status_t st = sh->cut.last ? know_run(s, &sh->cut) : MGP_OK;
  state_program(s, &sh->cut);
  return mgp_comm_agree(s->comm, st);
}

static mgp_status_t make_memory(mgp_session_t *s) {
  MGP_TRY(mgp_link_ready(&s->link));
  const double start = mgp_clock_seconds();
  const mgp_status_t st = mgp_memory_shard(s);
  s->exchange_seconds += mgp_clock_seconds() - start;
  return st;
}

mgp_status_t mgp_phase_record(mgp_session_t *s) {
  return s->run.nshards == 0 ? record_program(s) : make_memory(s);
}

int mgp_shards_left(const mgp_session_t *s) {
  const mgp_shards_t *sh = s->shards;
  if (s->run.nshards == 0) return 1;
  if (s->run.nshards == 1) return sh->begun == 0;
  return mgp_last_next(sh->last, sh->next_key) < MGP_LAST_KEYS;
}

/* --- finished shards ------------------------------------------------------------------------ */

static mgp_status_t reserve(mgp_session_t *s, void **array, size_t used, size_t wanted,
                            size_t *cap) {
  size_t n = *cap ? *cap : 1u << 16;
  if (wanted <= *cap) return MGP_OK;
  while (n < wanted) n *= 2;
  MGP_TRY(mgp_ledger_grow(s->ahead, MGP_MEM_PROOF, used, n, array));
  *cap = n;
  return MGP_OK;
}

/* The block is filled. */
static mgp_status_t begin_check(mgp_session_t *s, const mgp_check_t *check) {
  mgp_shards_t *sh = s->shards;
  const mgp_status_t st = sh->checker ? MGP_OK : mgp_checker_create(s, &sh->checker);
  if (st == MGP_OK) return mgp_checker_begin(sh->checker, check);
  mgp_ledger_free(s->ahead, check->block);
  return st;
}

static mgp_status_t copy_shard(mgp_session_t *s, const uint8_t *bytes, size_t n, mgp_check_t *out) {
  MGP_TRY(mgp_ledger_alloc(s->ahead, MGP_MEM_PROOF, n, (void **)&out->block));
  memcpy(out->block, bytes, n);
  out->nbytes = n;
  return MGP_OK;
}

/* Room for one more shard of n bytes behind the others. */
static mgp_status_t make_room(mgp_session_t *s, size_t n) {
  mgp_shards_t *sh = s->shards;
  size_t params = (sh->done + 1) * sizeof *sh->params, cap = sh->cap_params * sizeof *sh->params;
  MGP_TRY(reserve(s, (void **)&sh->bytes, sh->nbytes, sh->nbytes + n, &sh->cap_bytes));
  MGP_TRY(reserve(s, (void **)&sh->params, sh->done * sizeof *sh->params, params, &cap));
  sh->cap_params = (uint32_t)(cap / sizeof *sh->params);
  return MGP_OK;
}

/* Verified and kept beside what follows; if it is the only one and not kept, with the file. */
static mgp_status_t check(mgp_session_t *s, const uint8_t *bytes, size_t n) {
  mgp_check_t what = {
      .body_words = s->now->body.n, .verify = !s->opt->no_self_check, .keep = s->opt->has_store};
  if (!what.keep && (!what.verify || s->run.nshards == 1)) return MGP_OK;
  MGP_TRY(what.keep ? mgp_job_record(s, bytes, n, &what) : copy_shard(s, bytes, n, &what));
  return begin_check(s, &what);
}

static mgp_status_t append(mgp_session_t *s) {
  mgp_shards_t *sh = s->shards;
  size_t n = mgp_shard_bytes(&s->now->params, s->now->st.kind, s->now->st.ngaps, s->now->body.n);
  if (s->now->body.n != s->now->shape.body_words)
    return mgp_fail(MGP_INTERNAL, "the body has %zu words instead of %zu", s->now->body.n,
                    s->now->shape.body_words);
  MGP_TRY(make_room(s, n));
  mgp_shard_write(&s->now->params, &s->now->st, s->now->body.w, s->now->body.n,
                  sh->bytes + sh->nbytes);
  MGP_TRY(check(s, sh->bytes + sh->nbytes, n));
  sh->params[sh->done] = s->now->params;
  sh->nbytes += n;
  return MGP_OK;
}

mgp_status_t mgp_shards_adopt(mgp_session_t *s, const uint8_t *bytes, size_t nbytes,
                              size_t body_words) {
  mgp_shards_t *sh = s->shards;
  mgp_check_t what = {.body_words = body_words, .verify = 1};
  uint32_t words[MGP_MAX_STATEMENT_WORDS];
  const size_t n = mgp_statement_words(s->now->st.kind, s->partitions, s->now->st.ngaps);
  for (size_t i = 0; i < n; i++)
    words[i] = (uint32_t)bytes[4 * i] | (uint32_t)bytes[4 * i + 1] << 8 |
               (uint32_t)bytes[4 * i + 2] << 16 | (uint32_t)bytes[4 * i + 3] << 24;
  mgp_statement_unpack(words, s->partitions, &s->now->st);
  if (s->now->st.kind != MGP_SHARD_MEMORY) MGP_TRY(check_registers(s, &sh->cut));
  MGP_TRY(make_room(s, nbytes));
  memcpy(sh->bytes + sh->nbytes, bytes, nbytes);
  MGP_TRY(copy_shard(s, bytes, nbytes, &what));
  MGP_TRY(begin_check(s, &what));
  sh->params[sh->done] = s->now->params;
  sh->nbytes += nbytes;
  return MGP_OK;
}

/* Of both kinds; 0 as long as that is not known. */
static uint32_t shards_in_all(const mgp_session_t *s) {
  const uint64_t words = mgp_last_words(s->shards->last), most = mgp_memory_shard_words(s);
  if (s->run.nshards <= 1) return s->run.nshards;
  if (s->shards->done < s->run.nshards) return 0; /* more words may be touched */
  return s->run.nshards + (uint32_t)((words + most - 1) / most);
}

/* Who watches is told of a shard once it is verified and kept. */
static void tell(mgp_session_t *s) {
  mgp_shards_t *sh = s->shards;
  const uint32_t good = sh->checker ? mgp_checker_ended(sh->checker) : sh->done;
  while (sh->told < good) {
    const int restored = ++sh->told <= sh->restored;
    if (s->opt->shard) s->opt->shard(s->opt->progress_arg, sh->told, shards_in_all(s), restored);
  }
}

void mgp_shards_join(mgp_session_t *s) {
  mgp_shards_t *sh = s->shards;
  if (sh->done == 0 || s->now->security.min_bits < sh->bits) sh->bits = s->now->security.min_bits;
  sh->done++;
  if (s->rank == 0) tell(s);
}

static mgp_status_t end_checks(mgp_session_t *s, int all) {
  if (s->shards->checker) MGP_TRY(mgp_checker_end(s->shards->checker, all));
  return MGP_OK;
}

mgp_status_t mgp_shards_append(mgp_session_t *s) {
  mgp_status_t st = s->rank == 0 ? append(s) : MGP_OK;
  if (st == MGP_OK) st = end_checks(s, 0);
  MGP_TRY(mgp_comm_agree(s->comm, st));
  mgp_shards_join(s);
  return MGP_OK;
}

mgp_status_t mgp_shards_checked(mgp_session_t *s) {
  MGP_TRY(mgp_comm_agree(s->comm, end_checks(s, 1)));
  if (s->rank == 0) tell(s);
  return MGP_OK;
}

mgp_status_t mgp_shards_write(mgp_session_t *s) {
  mgp_prove_result_t *r = s->result;
  mgp_shards_t *sh = s->shards;
  s->run.memory_shards = sh->done - s->run.nshards;
  r->exit_code = s->run.exit_code;
  MGP_TRY(mgp_chain_finish(&s->chain, &s->run));
  if (s->rank != 0) return MGP_OK;
  MGP_TRY(end_checks(s, 1));
  tell(s);
  MGP_TRY(mgp_proof_serialize(&s->run, sh->params, sh->bytes, sh->nbytes, s->output, &r->bytes,
                              &r->nbytes));
  r->output = s->output;
  r->output_nbytes = s->run.output_bytes;
  s->output = NULL;
  if (!sh->checker) return MGP_OK;
  mgp_verified_t v;
  return mgp_verify_headers(s->chips, mgp_checker_program(sh->checker), r->bytes, r->nbytes, &v);
}

void mgp_shards_end(mgp_session_t *s) {
  mgp_shards_t *sh = s->shards;
  if (!sh) return;
  for (unsigned i = MGP_SHARDS_AHEAD; i-- > 0;) mgp_recorder_destroy(sh->recorder[i]);
  mgp_pass_destroy(sh->pass);
  mgp_last_destroy(sh->last);
  mgp_checker_destroy(sh->checker);
  mgp_ledger_free(s->ahead, sh->bytes);
  mgp_ledger_free(s->ahead, sh->params);
  mgp_ledger_free(s->ahead, sh);
  s->shards = NULL;
}
