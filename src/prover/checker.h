/* Finished shards are verified as anybody would verify them, against the program read back from its
 * key, by a thread of its own beside the proof of the next one. Of rank 0; private to src/prover.
 */
#ifndef MGP_PROVER_CHECKER_H
#define MGP_PROVER_CHECKER_H

#include "prover/session.h"

typedef struct mgp_checker mgp_checker_t;

mgp_status_t mgp_checker_create(mgp_session_t *s, mgp_checker_t **out);
/* Begins with the shard that s->now has; one that is begun must have been waited for. bytes, with
 * statement and body of body_words words, stay where they are until then. */
mgp_status_t mgp_checker_begin(mgp_checker_t *c, const uint8_t *bytes, size_t body_words);
/* Ends the one that was begun, if there is one, with what has come of it. */
mgp_status_t mgp_checker_wait(mgp_checker_t *c);
/* The program that is verified against. */
const mgp_program_t *mgp_checker_program(const mgp_checker_t *c);
/* Seconds of verification so far, without one under way. */
double mgp_checker_seconds(const mgp_checker_t *c);
/* Of those: in mgp_checker_wait. */
double mgp_checker_waited(const mgp_checker_t *c);
void mgp_checker_destroy(mgp_checker_t *c); /* waits; NULL is fine */

#endif
