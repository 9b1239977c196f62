/* The backend of a session and its ledgers: s->ledger for host memory, s->device_ledger for the
 * backend's, which is the same one if its memory is the host's. */
#ifndef MGP_PROVER_BACKEND_H
#define MGP_PROVER_BACKEND_H

#include "prover/session.h"

/* s->ledger and s->ahead. Local. */
mgp_status_t mgp_session_open_ledgers(mgp_session_t *s);
/* A device is taken if there is one. */
static inline int mgp_options_want_device(const mgp_prove_options_t *o) {
  return o->device && (o->backend == MGP_BACKEND_CUDA || o->backend == MGP_BACKEND_AUTO);
}
/* The ranks agree on who takes which device (placement.h); nothing of it is taken yet, but this
 * thread, and those that it starts from now on, stay near to it. sizes_only: for the *_bytes
 * functions; they need not. Collective. */
mgp_status_t mgp_session_place(mgp_session_t *s, int sizes_only);
/* The backend on that device, or on the host. sizes_only: no device memory is taken. Local. */
mgp_status_t mgp_session_open_backend(mgp_session_t *s, int sizes_only);
/* Also after a failure of any of these. Returns how many allocations were still live. */
size_t mgp_session_close_backend(mgp_session_t *s);

/* Bytes of witness that a device is given at a time, so that it has enough to do. */
#define MGP_DEVICE_PIECE (16u << 20)

static inline int mgp_session_shares_memory(const mgp_session_t *s) {
  return s->device_ledger == s->ledger;
}

/* Known as soon as the rank has its place. */
static inline int mgp_session_on_device(const mgp_session_t *s) {
  return s->place.sharers > 0;
}

/* How devices add up among themselves, if the backend is on one that can. */
static inline const mgp_device_link_ops_t *mgp_session_link_ops(const mgp_session_t *s) {
  return mgp_session_shares_memory(s) ? NULL : s->opt->device->link;
}

/* Host threads of this rank: as asked for, else its share of the cores that it may use. A backend
 * on a device has one thread of its own. */
int mgp_session_threads(const mgp_session_t *s);

#endif
