#include "prover/job.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/keccak.h"
#include "base/log.h"
#include "base/stop.h"
#include "base/store.h"
#include "prover/memory.h"
#include "prover/shards.h"

#define JOB_VERSION 1u

/* Most bytes of a record: no shard's proof is longer. */
#define MAX_RECORD ((size_t)1 << 30)

static mgp_store_t *store_of(const mgp_session_t *s) {
  return s->opt->store;
}

static mgp_status_t wrong(const mgp_session_t *s, const char *name, const char *what) {
  return mgp_fail(MGP_BAD_INPUT, "%s/%s: %s", mgp_store_path(store_of(s)), name, what);
}

/* --- the plan ------------------------------------------------------------------------------- */

/* The record `job`, as it is written (little-endian, like every machine this runs on; the version
 * comes first), followed by the parameters of a plan that was given. */
typedef struct {
  uint32_t version, format, degree;
  uint32_t partitions, log_rows, log_height, log_chunk;
  uint32_t nparams;
  uint64_t budget;
  uint8_t program[32], hints[32];
} plan_t;
_Static_assert(sizeof(plan_t) == 104, "no holes");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "records are written as they lie");

static void describe(const mgp_session_t *s, plan_t *p) {
  memset(p, 0, sizeof *p);
  p->version = JOB_VERSION;
  p->format = MGP_FORMAT_VERSION;
  p->degree = MGP_D;
  memcpy(p->program, s->prog->digest, sizeof p->program);
  mgp_keccak256(s->opt->hints, s->opt->hints_nbytes, p->hints);
}

/* Whether the job in the folder is the one that is asked for. */
static mgp_status_t check_plan(const mgp_session_t *s, const plan_t *p, size_t n) {
  const mgp_prove_options_t *o = s->opt;
  const char *folder = mgp_store_path(store_of(s));
  plan_t mine;
  describe(s, &mine);
  if (n < sizeof *p || p->version != JOB_VERSION)
    return mgp_fail(MGP_BAD_INPUT, "%s: a job of version %u, this mgprove reads version %u", folder,
                    n < 4 ? 0 : p->version, JOB_VERSION);
  if (p->format != MGP_FORMAT_VERSION || p->degree != MGP_D)
    return mgp_fail(
        MGP_BAD_INPUT,
        "%s: a job for proofs of version %u and degree %u, this mgprove makes version %u "
        "and degree %u",
        folder, p->format, p->degree, MGP_FORMAT_VERSION, MGP_D);
  if (n != sizeof *p + p->nparams * sizeof(mgp_params_t))
    return wrong(s, MGP_JOB_RECORD, "has a wrong length");
  if (memcmp(p->program, mine.program, sizeof mine.program) != 0)
    return mgp_fail(MGP_USAGE, "%s: a job for another program", folder);
  if (memcmp(p->hints, mine.hints, sizeof mine.hints) != 0)
    return mgp_fail(MGP_USAGE, "%s: a job for other hints", folder);
  if (o->partitions && o->partitions != p->partitions)
    return mgp_fail(MGP_USAGE, "%s: the job has %u partitions, not %u", folder, p->partitions,
                    o->partitions);
  if ((o->shard_steps && o->shard_steps * MGP_STEP_COST != p->budget) ||
      (o->plan && o->plan->budget && o->plan->budget != p->budget))
    return mgp_fail(MGP_USAGE, "%s: the job has shards of another size (budget %llu)", folder,
                    (unsigned long long)p->budget);
  if (o->log_rows && o->log_rows != p->log_rows)
    return mgp_fail(MGP_USAGE, "%s: the job has traces of 2^%u rows, not 2^%u", folder, p->log_rows,
                    o->log_rows);
  return MGP_OK;
}

/* A plan that was given must be that of the job. */
static mgp_status_t check_params(const mgp_session_t *s, const plan_t *p,
                                 const mgp_params_t *params) {
  const mgp_plan_t *plan = s->opt->plan;
  if (!plan || (plan->nshards == p->nparams &&
                memcmp(plan->params, params, p->nparams * sizeof *params) == 0))
    return MGP_OK;
  return mgp_fail(MGP_USAGE, "%s: the job has another plan", mgp_store_path(store_of(s)));
}

/* Rank 0. */
static mgp_status_t read_plan(const mgp_session_t *s, plan_t *p, mgp_params_t **params) {
  uint8_t *bytes;
  size_t n;
  if (!mgp_store_has(store_of(s), MGP_JOB_RECORD)) return MGP_OK;
  MGP_TRY(mgp_store_get(store_of(s), MGP_JOB_RECORD, MAX_RECORD, &bytes, &n));
  memcpy(p, bytes, n < sizeof *p ? n : sizeof *p);
  mgp_status_t st = check_plan(s, p, n);
  size_t nbytes = p->nparams * sizeof **params;
  if (st == MGP_OK) st = mgp_ledger_alloc(s->ahead, MGP_MEM_PLAN, nbytes + 1, (void **)params);
  if (st == MGP_OK && nbytes) memcpy(*params, bytes + sizeof *p, nbytes);
  if (st == MGP_OK) st = check_params(s, p, *params);
  free(bytes);
  return st;
}

mgp_status_t mgp_job_begin(mgp_session_t *s, mgp_prove_options_t *own) {
  plan_t p = {0};
  mgp_params_t *params = NULL;
  mgp_status_t st = MGP_OK;
  if (!own->has_store) return MGP_OK;
  if (s->rank == 0) st = read_plan(s, &p, &params);
  s->job_params = params;
  MGP_TRY(mgp_comm_agree(s->comm, st));
  MGP_TRY(mgp_comm_bcast(s->comm, &p, sizeof p, 0));
  /* so that no later start chooses otherwise for want of memory */
  if (!own->log_rows && !own->plan) own->log_rows = MGP_DEFAULT_LOG_ROWS;
  if (p.version == 0) return MGP_OK; /* a new job */
  size_t nbytes = p.nparams * sizeof *params;
  if (s->rank != 0) st = mgp_ledger_alloc(s->ahead, MGP_MEM_PLAN, nbytes + 1, (void **)&params);
  MGP_TRY(mgp_comm_agree(s->comm, st));
  if (nbytes) MGP_TRY(mgp_comm_bcast(s->comm, params, nbytes, 0));
  s->job_params = params;
  own->partitions = p.partitions;
  own->log_rows = p.log_rows;
  own->log_height = p.log_height;
  own->log_chunk = p.log_chunk;
  own->budget = p.budget;
  s->job_plan = (mgp_plan_t){p.budget, p.nparams, params};
  own->plan = p.nparams ? &s->job_plan : NULL;
  s->resumes = 1;
  return MGP_OK;
}

/* Rank 0. */
static mgp_status_t write_plan(const mgp_session_t *s) {
  const mgp_plan_t *plan = s->opt->plan;
  plan_t p;
  uint8_t *bytes;
  describe(s, &p);
  p.partitions = s->partitions;
  p.log_rows = s->opt->log_rows;
  p.log_height = s->opt->log_height;
  p.log_chunk = s->opt->log_chunk;
  p.budget = s->run.budget;
  p.nparams = plan ? plan->nshards : 0;
  size_t nparams = p.nparams * sizeof(mgp_params_t);
  MGP_TRY(mgp_ledger_alloc(s->ahead, MGP_MEM_PLAN, sizeof p + nparams, (void **)&bytes));
  memcpy(bytes, &p, sizeof p);
  if (plan) memcpy(bytes + sizeof p, plan->params, nparams);
  mgp_status_t st = mgp_store_put(store_of(s), MGP_JOB_RECORD, bytes, sizeof p + nparams);
  mgp_ledger_free(s->ahead, bytes);
  return st;
}

mgp_status_t mgp_job_planned(mgp_session_t *s) {
  if (!s->opt->has_store || s->resumes) return MGP_OK;
  return mgp_comm_agree(s->comm, s->rank == 0 ? write_plan(s) : MGP_OK);
}

/* --- shards --------------------------------------------------------------------------------- */

/* A shard's record: this, statement and body as in the proof's file, keys of the words touched. */
typedef struct {
  uint32_t kind, id;
  mgp_params_t params;
  uint32_t nkeys, zero;
  uint64_t nbytes; /* of statement and body */
  double bits;
} head_t;
_Static_assert(sizeof(head_t) == 72, "no holes");

static const char *record_name(uint32_t number, char out[MGP_STORE_NAME_MAX]) {
  (void)snprintf(out, MGP_STORE_NAME_MAX, "shard.%05u", number);
  return out;
}

mgp_status_t mgp_job_record(mgp_session_t *s, const uint8_t *bytes, size_t nbytes,
                            mgp_check_t *out) {
  mgp_hand_t *hand = s->now;
  const head_t h = {hand->st.kind,          hand->st.id, hand->params, hand->nkeys, 0, nbytes,
                    hand->security.min_bits};
  const size_t nkeys = hand->nkeys * sizeof *hand->keys;
  out->at = sizeof h;
  out->nbytes = sizeof h + nbytes + nkeys;
  MGP_TRY(mgp_ledger_alloc(s->ahead, MGP_MEM_PROOF, out->nbytes, (void **)&out->block));
  memcpy(out->block, &h, sizeof h);
  memcpy(out->block + sizeof h, bytes, nbytes);
  if (nkeys) memcpy(out->block + sizeof h + nbytes, hand->keys, nkeys);
  mgp_ledger_free(s->ahead, hand->keys);
  hand->keys = NULL;
  hand->nkeys = 0;
  return MGP_OK;
}

mgp_status_t mgp_job_put(const mgp_session_t *s, uint32_t number, const uint8_t *record, size_t n) {
  char name[MGP_STORE_NAME_MAX];
  return mgp_store_put(store_of(s), record_name(number, name), record, n);
}

/* Rank 0: the record's parts point into *record. Sets params and second half of the statement. */
static mgp_status_t read_shard(mgp_session_t *s, const char *name, uint8_t **record, head_t *h) {
  size_t n;
  MGP_TRY(mgp_store_get(store_of(s), name, MAX_RECORD, record, &n));
  if (n < sizeof *h) return wrong(s, name, "is too short");
  memcpy(h, *record, sizeof *h);
  if (h->nbytes > n || n != sizeof *h + h->nbytes + (size_t)h->nkeys * sizeof(uint32_t))
    return wrong(s, name, "has a wrong length");
  if (h->kind != s->now->st.kind || h->id != s->now->st.id ||
      h->params.partitions != s->partitions || mgp_params_check(&h->params) != MGP_OK)
    return wrong(s, name, "is not this shard of this run");
  const size_t nst = mgp_shard_bytes(&h->params, s->now->st.kind, s->now->st.ngaps, 0);
  if (h->nbytes < nst || (h->nbytes - nst) % 4) return wrong(s, name, "has a wrong length");
  s->now->params = h->params;
  return mgp_shards_adopt(s, *record + sizeof *h, h->nbytes, (h->nbytes - nst) / 4);
}

static mgp_status_t set_last(mgp_session_t *s, const uint32_t *keys, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) {
    if (keys[i] >= MGP_LAST_KEYS) return mgp_fail(MGP_BAD_INPUT, "a saved shard has a wrong key");
    MGP_TRY(mgp_last_set(s->shards->last, keys[i], s->now->st.id));
  }
  return MGP_OK;
}

/* Of rank 0: a record that is wrong may follow from one before it, which is still being verified.
 */
static mgp_status_t first_wrong(const mgp_session_t *s, mgp_status_t st) {
  if (st != MGP_OK && s->shards->checker) MGP_TRY(mgp_checker_end(s->shards->checker, 1));
  return st;
}

/* The next shard from the folder; its context is set. */
static mgp_status_t restore_shard(mgp_session_t *s, const char *name) {
  uint8_t *record = NULL;
  uint32_t *keys = NULL;
  head_t h = {0};
  mgp_status_t st = MGP_OK;
  if (s->rank == 0) st = first_wrong(s, read_shard(s, name, &record, &h));
  MGP_TRY_GOTO(st, mgp_comm_agree(s->comm, st), out);
  MGP_TRY_GOTO(st, mgp_comm_bcast(s->comm, &h, sizeof h, 0), out);
  MGP_TRY_GOTO(st, mgp_comm_bcast(s->comm, &s->now->st, sizeof s->now->st, 0), out);
  size_t nbytes = (size_t)h.nkeys * sizeof *keys;
  st = mgp_ledger_alloc(s->ahead, MGP_MEM_ACCUMULATOR, nbytes + 1, (void **)&keys);
  MGP_TRY_GOTO(st, mgp_comm_agree(s->comm, st), out);
  if (s->rank == 0) memcpy(keys, record + sizeof h + h.nbytes, nbytes);
  if (nbytes) MGP_TRY_GOTO(st, mgp_comm_bcast(s->comm, keys, nbytes, 0), out);
  s->now->params = h.params;
  s->now->security.min_bits = h.bits;
  if (s->now->st.kind == MGP_SHARD_PROGRAM) st = set_last(s, keys, h.nkeys);
  if (s->now->st.kind == MGP_SHARD_MEMORY) mgp_memory_shard_skip(s);
  if (st == MGP_OK) st = mgp_chain_advance(&s->chain, &s->now->st);
  if (s->rank == 0) st = first_wrong(s, st);
  MGP_TRY_GOTO(st, mgp_comm_agree(s->comm, st), out);
  s->shards->begun++;
  mgp_shards_join(s);
out:
  mgp_ledger_free(s->ahead, keys);
  free(record);
  return st;
}

mgp_status_t mgp_job_restore(mgp_session_t *s) {
  char name[MGP_STORE_NAME_MAX];
  if (!s->resumes) return MGP_OK;
  while (mgp_shards_left(s)) {
    uint8_t there =
        s->rank == 0 && mgp_store_has(store_of(s), record_name(s->shards->done + 1, name));
    MGP_TRY(mgp_comm_agree(s->comm, mgp_stop_check()));
    MGP_TRY(mgp_comm_bcast(s->comm, &there, sizeof there, 0));
    if (!there) break;
    MGP_TRY(mgp_shards_pass_over(s));
    s->shards->restored++;
    MGP_TRY(restore_shard(s, name));
  }
  MGP_TRY(mgp_shards_checked(s));
  if (s->rank == 0)
    mgp_log_info("going on with the job in %s: %u shard%s finished", mgp_store_path(store_of(s)),
                 s->shards->done, s->shards->done == 1 ? "" : "s");
  return MGP_OK;
}
