/* Verification of proofs, and of single shards: what libmgverify does, and the prover's own check.
 */
#ifndef MGP_VERIFIER_VERIFY_H
#define MGP_VERIFIER_VERIFY_H

#include "protocol/proof.h"

/* A proof that was accepted. */
typedef struct {
  mgp_proof_t proof;
  double security_bits; /* of the worst round of any shard */
} mgp_verified_t;
/* What can be checked without looking at a body: headers, lengths, security, how the shards fit
 * together but for the sum of their accumulators. */
mgp_status_t mgp_verify_headers(const mgp_chipset_t *chips, const mgp_program_t *prog,
                                const uint8_t *bytes, size_t nbytes, mgp_verified_t *out);
/* One shard by itself: parameters, statement with its context, body of body_words words. */
mgp_status_t mgp_verify_shard(const mgp_chipset_t *chips, const mgp_program_t *prog,
                              uint64_t budget, const mgp_shard_t *shard, size_t body_words,
                              double *bits);
/* All of it. *out is also written, as far as known, when the proof is rejected. */
mgp_status_t mgp_verify_proof(const mgp_chipset_t *chips, const mgp_program_t *prog,
                              const uint8_t *bytes, size_t nbytes, mgp_verified_t *out);

#endif
