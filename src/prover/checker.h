/* Finished shards are verified as anybody would verify them, against the program read back from its
 * key, by threads of their own beside the proofs that follow: several at a time, as some devices
 * together make a shard in less time than one core verifies it. What a job's folder is to keep is
 * put there by the same threads, once it is verified and all before it are there. Of rank 0;
 * private to src/prover. */
#ifndef MGP_PROVER_CHECKER_H
#define MGP_PROVER_CHECKER_H

#include "prover/session.h"

#define MGP_CHECKS 8u /* at a time, with a copy of each shard */

typedef struct mgp_checker mgp_checker_t;

/* A finished shard: statement and body lie at `at` of block, an allocation of s->ahead. */
typedef struct {
  uint8_t *block;
  size_t at, nbytes; /* nbytes: of the block */
  size_t body_words;
  int verify, keep; /* keep: the block is a record for the folder */
} mgp_check_t;

mgp_status_t mgp_checker_create(mgp_session_t *s, mgp_checker_t **out);
/* Begins with the shard that s->now has, and takes its block over. If there are MGP_CHECKS already,
 * or as many as the rank has threads, the first of them is waited for. Shards come in their order.
 * Fails with what is wrong with one that was begun before. */
mgp_status_t mgp_checker_begin(mgp_checker_t *c, const mgp_check_t *check);
/* Ends those that are done, or all of them, in their order; fails with what is wrong with one. */
mgp_status_t mgp_checker_end(mgp_checker_t *c, int all);
/* How many have come to a good end. */
uint32_t mgp_checker_ended(const mgp_checker_t *c);
/* The program that is verified against. */
const mgp_program_t *mgp_checker_program(const mgp_checker_t *c);
/* Seconds of all threads in those that have ended. */
double mgp_checker_seconds(const mgp_checker_t *c);
/* Seconds that proving stood still for them, or for the folder. */
double mgp_checker_waited(const mgp_checker_t *c);
/* Waits for what is under way, so that what is good is kept, also after a failure; logs what is
 * wrong with it. NULL is fine. */
void mgp_checker_destroy(mgp_checker_t *c);

#endif
