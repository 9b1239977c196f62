#include "prover/checker.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "prover/shards.h"
#include "verifier/verify.h"

struct mgp_checker {
  mgp_session_t *s;
  mgp_program_t program;
  /* the shard */
  mgp_shard_t shard;
  size_t body_words;
  uint32_t number; /* from 1 */
  uint64_t budget;
  pthread_t thread;
  int begun, running; /* running: in the thread */
  mgp_status_t status;
  char message[512];
  double seconds, waited;
};

mgp_status_t mgp_checker_create(mgp_session_t *s, mgp_checker_t **out) {
  mgp_checker_t *c;
  uint8_t *vk;
  size_t nvk;
  MGP_TRY(mgp_ledger_alloc(s->ahead, MGP_MEM_PROOF, sizeof *c, (void **)&c));
  memset(c, 0, sizeof *c);
  c->s = s;
  *out = c;
  MGP_TRY(mgp_vk_serialize(s->prog, &vk, &nvk));
  const mgp_status_t st = mgp_vk_parse(vk, nvk, &c->program);
  free(vk);
  return st;
}

static void *verify(void *arg) {
  mgp_checker_t *c = arg;
  const double start = mgp_clock_seconds();
  double bits;
  c->status =
      mgp_verify_shard(c->s->chips, &c->program, c->budget, &c->shard, c->body_words, &bits);
  if (c->status != MGP_OK) snprintf(c->message, sizeof c->message, "%s", mgp_error_message());
  c->seconds += mgp_clock_seconds() - start;
  return NULL;
}

mgp_status_t mgp_checker_begin(mgp_checker_t *c, const uint8_t *bytes, size_t body_words) {
  const mgp_hand_t *h = c->s->now;
  if (c->begun) return mgp_fail(MGP_INTERNAL, "two shards are verified at a time");
  c->shard = (mgp_shard_t){.params = h->params, .statement = h->st};
  c->shard.body = bytes + mgp_shard_bytes(&h->params, h->st.kind, h->st.ngaps, 0);
  c->body_words = body_words;
  c->number = c->s->shards->done + 1;
  c->budget = c->s->run.budget;
  c->begun = 1;
  const double before = c->seconds;
  c->running = pthread_create(&c->thread, NULL, verify, c) == 0;
  if (c->running) return MGP_OK;
  (void)verify(c); /* there is no thread for it */
  c->waited += c->seconds - before;
  return MGP_OK;
}

mgp_status_t mgp_checker_wait(mgp_checker_t *c) {
  const double start = mgp_clock_seconds();
  if (c->running) pthread_join(c->thread, NULL);
  c->waited += mgp_clock_seconds() - start;
  const int failed = c->begun && c->status != MGP_OK;
  c->begun = c->running = 0;
  if (!failed) return MGP_OK;
  return mgp_fail(MGP_INTERNAL, "the finished proof of shard %u does not verify: %s", c->number,
                  c->message);
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
  if (c->running) pthread_join(c->thread, NULL);
  mgp_program_free(&c->program);
  mgp_ledger_free(c->s->ahead, c);
}
