#include "prover/checker.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "prover/backend.h"
#include "prover/job.h"
#include "prover/shards.h"
#include "verifier/verify.h"

typedef struct {
  mgp_checker_t *c;
  mgp_check_t what;
  mgp_shard_t shard;
  uint32_t number; /* from 1 */
  uint64_t budget;
  pthread_t thread;
  int running;
  mgp_status_t status;
  int told; /* what is wrong with it, or with one before it */
  char message[1024];
  double seconds;
} check_t;

struct mgp_checker {
  mgp_session_t *s;
  mgp_program_t program;
  check_t check[MGP_CHECKS]; /* shard after shard, in turn */
  uint32_t most;             /* at a time */
  uint32_t begun, ended;
  double seconds, waited;
  pthread_mutex_t lock; /* of the next two, which threads wait for */
  pthread_cond_t moved;
  uint32_t good; /* so many are verified and kept */
  int bad;       /* the one behind them is not */
};

mgp_status_t mgp_checker_create(mgp_session_t *s, mgp_checker_t **out) {
  mgp_checker_t *c;
  uint8_t *vk;
  size_t nvk;
  MGP_TRY(mgp_ledger_alloc(s->ahead, MGP_MEM_PROOF, sizeof *c, (void **)&c));
  memset(c, 0, sizeof *c);
  c->s = s;
  pthread_mutex_init(&c->lock, NULL);
  pthread_cond_init(&c->moved, NULL);
  const unsigned threads = (unsigned)mgp_session_threads(s);
  c->most = threads < MGP_CHECKS ? threads : MGP_CHECKS;
  *out = c;
  MGP_TRY(mgp_vk_serialize(s->prog, &vk, &nvk));
  const mgp_status_t st = mgp_vk_parse(vk, nvk, &c->program);
  free(vk);
  return st;
}

static mgp_status_t verify(const check_t *k) {
  double bits;
  char why[sizeof k->message];
  if (mgp_verify_shard(k->c->s->chips, &k->c->program, k->budget, &k->shard, k->what.body_words,
                       &bits) == MGP_OK)
    return MGP_OK;
  snprintf(why, sizeof why, "%s", mgp_error_message());
  return mgp_fail(MGP_INTERNAL, "the finished proof of shard %u does not verify: %s", k->number,
                  why);
}

/* Whether all shards before it are verified and kept: a folder has no gaps, and nothing behind a
 * shard that is wrong. */
static int wait_for_those_before(mgp_checker_t *c, uint32_t number) {
  pthread_mutex_lock(&c->lock);
  while (c->good + 1 < number && !c->bad) pthread_cond_wait(&c->moved, &c->lock);
  const int good = !c->bad;
  pthread_mutex_unlock(&c->lock);
  return good;
}

static void let_others_go(mgp_checker_t *c, int good) {
  pthread_mutex_lock(&c->lock);
  c->good += good != 0;
  c->bad |= !good;
  pthread_cond_broadcast(&c->moved);
  pthread_mutex_unlock(&c->lock);
}

static void *run(void *arg) {
  check_t *k = arg;
  const double start = mgp_clock_seconds();
  if (k->what.verify) k->status = verify(k);
  k->seconds = mgp_clock_seconds() - start;
  k->told = !wait_for_those_before(k->c, k->number);
  if (k->status == MGP_OK && k->told)
    k->status = mgp_fail(MGP_INTERNAL, "shard %u is behind a wrong one", k->number);
  if (k->status == MGP_OK && k->what.keep)
    k->status = mgp_job_put(k->c->s, k->number, k->what.block, k->what.nbytes);
  if (k->status != MGP_OK) snprintf(k->message, sizeof k->message, "%s", mgp_error_message());
  let_others_go(k->c, k->status == MGP_OK);
  return NULL;
}

static void finish(check_t *k) {
  if (k->running) pthread_join(k->thread, NULL);
  mgp_ledger_free(k->c->s->ahead, k->what.block);
  k->what.block = NULL;
  k->running = 0;
}

static mgp_status_t end_first(mgp_checker_t *c) {
  check_t *k = &c->check[c->ended % MGP_CHECKS];
  const double start = mgp_clock_seconds();
  finish(k);
  c->waited += mgp_clock_seconds() - start;
  if (k->status != MGP_OK) {
    k->told = 1;
    return mgp_fail(k->status, "%s", k->message);
  }
  c->seconds += k->seconds;
  c->ended++;
  return MGP_OK;
}

mgp_status_t mgp_checker_begin(mgp_checker_t *c, const mgp_check_t *what) {
  const mgp_hand_t *h = c->s->now;
  check_t *k = &c->check[c->begun % MGP_CHECKS];
  const mgp_status_t st = c->begun - c->ended == c->most ? end_first(c) : MGP_OK;
  if (st != MGP_OK) {
    mgp_ledger_free(c->s->ahead, what->block);
    return st;
  }
  *k = (check_t){.c = c, .what = *what, .number = ++c->begun, .budget = c->s->run.budget};
  k->shard = (mgp_shard_t){.params = h->params, .statement = h->st};
  k->shard.body = what->block + what->at + mgp_shard_bytes(&h->params, h->st.kind, h->st.ngaps, 0);
  k->running = pthread_create(&k->thread, NULL, run, k) == 0;
  if (k->running) return MGP_OK;
  const double start = mgp_clock_seconds();
  (void)run(k); /* there is no thread for it */
  c->waited += mgp_clock_seconds() - start;
  return MGP_OK;
}

/* Whether the first of those under way has come to an end. */
static int first_is_done(mgp_checker_t *c) {
  pthread_mutex_lock(&c->lock);
  const int done = c->good > c->ended || c->bad;
  pthread_mutex_unlock(&c->lock);
  return done;
}

mgp_status_t mgp_checker_end(mgp_checker_t *c, int all) {
  while (c->ended < c->begun && (all || first_is_done(c))) MGP_TRY(end_first(c));
  return MGP_OK;
}

uint32_t mgp_checker_ended(const mgp_checker_t *c) {
  return c->ended;
}

const mgp_program_t *mgp_checker_program(const mgp_checker_t *c) {
  return &c->program;
}

double mgp_checker_seconds(const mgp_checker_t *c) {
  return c->seconds;
}

double mgp_checker_waited(const mgp_checker_t *c) {
  return c->waited;
}

void mgp_checker_destroy(mgp_checker_t *c) {
  if (!c) return;
  for (; c->ended < c->begun; c->ended++) { /* the run has failed, or was stopped */
    check_t *k = &c->check[c->ended % MGP_CHECKS];
    finish(k);
    if (k->status != MGP_OK && !k->told) mgp_log_error("%s", k->message);
  }
  mgp_program_free(&c->program);
  pthread_cond_destroy(&c->moved);
  pthread_mutex_destroy(&c->lock);
  mgp_ledger_free(c->s->ahead, c);
}
