/* Messages of the main transcript: every rank absorbs them, rank 0 writes them to the body. */
#ifndef MGP_PROVER_MESSAGES_H
#define MGP_PROVER_MESSAGES_H

#include "prover/session.h"

mgp_status_t mgp_send(mgp_session_t *s, mgp_label_t label, const mgp_f_t *words, size_t n);
mgp_status_t mgp_send_ext(mgp_session_t *s, mgp_label_t label, const mgp_e_t *v, size_t n);
/* Squeezes the seed, finds the smallest nonce, each rank looking through its share, sends it, if
 * all ranks have come so far, which `local` says. Collective. */
mgp_status_t mgp_send_nonce(mgp_session_t *s, mgp_status_t local, unsigned bits);

#define MGP_SUM_EXT_MAX 9
/* Sum over ranks of n <= MGP_SUM_EXT_MAX extension elements, the same on all, if all ranks have
 * their own, which `local` says. Collective. */
mgp_status_t mgp_sum_ext(mgp_session_t *s, mgp_status_t local, mgp_e_t *v, size_t n);

/* eq(r, .): out[2^n]. */
void mgp_eq_table_host(const mgp_e_t *r, unsigned n, mgp_e_t *out);

#endif
