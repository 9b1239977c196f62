/* Soundness error of every round, from the actual parameters of a proof (docs/security.md). */
#ifndef MGP_PROTOCOL_SECURITY_H
#define MGP_PROTOCOL_SECURITY_H

#include "protocol/shape.h"

/* Proven bits that every round must reach: 100 for degree 4, 128 for degree 5. */
#define MGP_TARGET_BITS (MGP_D == 4 ? 100.0 : 128.0)
/* What the hash and, for runs of several shards, the curve stand for, whatever the parameters:
 * collisions of an 8-word digest, |F|^4 = 2^123.6 evaluations; logarithms in a group of about
 * 2^216.3 elements by Pollard's rho with negation, sqrt(pi n) / 2 = 2^107.99 steps. */
#define MGP_HASH_BITS  123.6
#define MGP_CURVE_BITS 107.0

typedef struct {
  const char *name;
  const char *formula; /* error times |K|, or the formula, for people */
  double bits;         /* before grinding */
  double grind;        /* bits of work per attempt added by grinding */
} mgp_round_bits_t;

#define MGP_MAX_ROUND_KINDS 16
typedef struct {
  uint32_t nrounds;
  mgp_round_bits_t round[MGP_MAX_ROUND_KINDS];
  double min_bits; /* smallest bits + grind over the rounds */
} mgp_security_t;

void mgp_security_compute(const mgp_chipset_t *chips, const mgp_params_t *params,
                          const mgp_shape_t *shape, uint32_t npublic, mgp_security_t *out);

/* The bits of a proof whose rounds have `bits`: not more than those of hash and, if it has several
 * shards, curve. */
double mgp_security_assumed(double bits, int several);

/* Sets queries and grinding of `params` (log_height etc. given) to the least that reaches the
 * target: grind_query = 20 and as many queries as that needs, grind_alpha and grind_u minimal. */
mgp_status_t mgp_security_choose(const mgp_chipset_t *chips, const mgp_shape_t *shape,
                                 uint32_t npublic, mgp_params_t *params);

#endif
