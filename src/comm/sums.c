/* Sums and maxima over all ranks. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "comm/meet.h"

/* acc[i] op= x[i] for n elements; returns whether a result did not fit, or an element was not below
 * the modulus. */
typedef bool fold_t(void *acc, const void *x, uint64_t n, uint32_t modulus);

static bool add_u32(void *acc_, const void *x_, uint64_t n, uint32_t modulus) {
  (void)modulus;
  uint32_t *acc = acc_, carry = 0;
  const uint32_t *x = x_;
  for (uint64_t i = 0; i < n; i++) {
    acc[i] += x[i];
    carry |= acc[i] < x[i];
  }
  return carry != 0;
}

static bool add_mod(void *acc_, const void *x_, uint64_t n, uint32_t modulus) {
  uint32_t *acc = acc_, wrong = 0;
  const uint32_t *x = x_;
  for (uint64_t i = 0; i < n; i++) {
    wrong |= acc[i] >= modulus || x[i] >= modulus;
    acc[i] += x[i];
    acc[i] -= acc[i] >= modulus ? modulus : 0;
  }
  return wrong != 0;
}

static bool max_u64(void *acc_, const void *x_, uint64_t n, uint32_t modulus) {
  (void)modulus;
  uint64_t *acc = acc_;
  const uint64_t *x = x_;
  for (uint64_t i = 0; i < n; i++)
    if (acc[i] < x[i]) acc[i] = x[i];
  return false;
}

static uint64_t slice_start(uint64_t n, uint32_t size, uint32_t rank) {
  uint64_t rest = n % size;
  return n / size * rank + (rank < rest ? rank : rest);
}

/* What was lost in a sum, agreed on. */
static mgp_status_t meet_lost(mgp_comm_t *c, bool lost, uint64_t n, uint64_t width,
                              uint32_t modulus) {
  mgp_status_t st = MGP_OK;
  if (lost && modulus != 0)
    st = mgp_fail(MGP_INTERNAL, "%s: an element that is not below %u", mgp_comm_op_text(c->op),
                  modulus);
  else if (lost)
    st = mgp_fail(MGP_RESOURCES, "a sum over %u ranks does not fit in %u bits", c->t->size,
                  (unsigned)(8 * width));
  return mgp_meet(c, st, n, true, 0, (mgp_load_t){NULL, 0});
}

/* Few elements have come in the headers, and every rank folds them; it meets the others again only
 * if something is lost, which all of them see. */
static mgp_status_t fold_headers(mgp_comm_t *c, void *buf, uint64_t n, uint64_t width, fold_t *fold,
                                 uint32_t modulus) {
  _Static_assert(offsetof(mgp_header_t, bytes) % sizeof(uint64_t) == 0, "elements are aligned");
  bool lost = false;
  memcpy(buf, c->headers[0].bytes, n * width);
  for (uint32_t r = 1; r < c->t->size; r++) lost |= fold(buf, c->headers[r].bytes, n, modulus);
  if (lost) return meet_lost(c, lost, n, width, modulus);
  for (uint32_t r = 0; r < c->t->size; r++) c->send_nbytes[r] = c->recv_nbytes[r] = n * width;
  mgp_meet_count(c);
  return MGP_OK;
}

/* Many: each rank folds its slice of the n elements over all ranks, in rank order; then the slices
 * go to every rank. scratch: [size][block] elements. */
static mgp_status_t fold_slices(mgp_comm_t *c, uint8_t *buf, uint64_t n, uint64_t width,
                                uint8_t *scratch, uint64_t block, fold_t *fold, uint32_t modulus) {
  const uint32_t size = c->t->size, rank = c->t->rank;
  const uint64_t longest = n / size + (n % size != 0);
  const uint64_t mine = slice_start(n, size, rank);
  const uint64_t mine_n = slice_start(n, size, rank + 1) - mine;
  bool lost = false;
  for (uint64_t at = 0; at < longest; at += block) {
    uint64_t mine_block = at >= mine_n ? 0 : (mine_n - at < block ? mine_n - at : block);
    for (uint32_t r = 0; r < size; r++) {
      uint64_t start = slice_start(n, size, r), len = slice_start(n, size, r + 1) - start;
      uint64_t len_block = at >= len ? 0 : (len - at < block ? len - at : block);
      c->send[r] = buf + (start + at) * width;
      c->send_nbytes[r] = len_block * width;
      c->recv[r] = scratch + r * block * width;
      c->recv_nbytes[r] = mine_block * width;
    }
    mgp_meet_exchange(c);
    for (uint32_t r = 1; r < size; r++) lost |= fold(scratch, c->recv[r], mine_block, modulus);
    if (mine_block != 0) memcpy(buf + (mine + at) * width, scratch, mine_block * width);
  }
  MGP_TRY(meet_lost(c, lost, n, width, modulus));
  for (uint32_t r = 0; r < size; r++) {
    uint64_t start = slice_start(n, size, r), len = slice_start(n, size, r + 1) - start;
    c->send[r] = buf + mine * width;
    c->send_nbytes[r] = mine_n * width;
    c->recv[r] = buf + start * width;
    c->recv_nbytes[r] = len * width;
  }
  mgp_meet_exchange(c);
  return MGP_OK;
}

static mgp_status_t allreduce(mgp_comm_t *c, mgp_comm_op_t op, void *buf, uint64_t n,
                              uint64_t width, fold_t *fold, uint32_t modulus) {
  enum { SCRATCH_NBYTES = 16 << 20 };
  if (c->status != MGP_OK) return mgp_meet_closed(c, MGP_OK);
  mgp_meet_enter(c, op);
  const uint32_t size = c->t->size;
  const bool small = n <= MGP_COMM_SMALL_MAX / width;
  const uint64_t longest = n / size + (n % size != 0);
  uint64_t block = SCRATCH_NBYTES / (width * size); /* elements of a slice in one round */
  uint8_t *scratch = NULL;
  mgp_status_t st = MGP_OK;
  if (block == 0) block = 1;
  if (block > longest) block = longest;
  if (!small && size > 1) {
    scratch = malloc(block * width * size);
    if (scratch == NULL)
      st = mgp_fail(MGP_RESOURCES, "out of memory for %llu bytes of %s",
                    (unsigned long long)(block * width * size), mgp_comm_op_text(op));
  }
  st = mgp_meet(c, st, n, true, 0, (mgp_load_t){buf, small ? n * width : 0});
  if (st == MGP_OK && n != 0 && size > 1)
    st = small ? fold_headers(c, buf, n, width, fold, modulus)
               : fold_slices(c, buf, n, width, scratch, block, fold, modulus);
  free(scratch);
  return mgp_meet_end(c, st);
}

mgp_status_t mgp_comm_allreduce_sum_mod(mgp_comm_t *c, uint32_t *buf, uint64_t n,
                                        uint32_t modulus) {
  return allreduce(c, MGP_COMM_ALLREDUCE_SUM_MOD, buf, n, sizeof *buf, add_mod, modulus);
}

mgp_status_t mgp_comm_allreduce_sum_u32(mgp_comm_t *c, uint32_t *buf, uint64_t n) {
  return allreduce(c, MGP_COMM_ALLREDUCE_SUM, buf, n, sizeof *buf, add_u32, 0);
}

mgp_status_t mgp_comm_allreduce_max_u64(mgp_comm_t *c, uint64_t *buf, uint64_t n) {
  return allreduce(c, MGP_COMM_ALLREDUCE_MAX, buf, n, sizeof *buf, max_u64, 0);
}
