#include "backend/cpu/ntt.h"

#include <string.h>

#define BLOCK_LOG  13u   /* a thread finishes blocks of this size alone: they fit the L1/L2 cache */
#define CHUNK      4096u /* butterflies of a pass dealt out at a time */
#define MIN_STREAM 4u    /* a pass needs 2^4 neighbours */

static size_t twiddle_count(unsigned log_n) {
  return log_n ? (size_t)1 << (log_n - 1) : 1;
}

static int has_twiddles(const mgp_cpu_t *cpu, unsigned log_n) {
  return cpu->twiddle_memory && log_n <= cpu->twiddle_log;
}

uint64_t mgp_ntt_prepare_bytes(const mgp_cpu_t *cpu, unsigned log_n) {
  return has_twiddles(cpu, log_n) ? 0 : 2 * twiddle_count(log_n) * sizeof(mgp_f_t);
}

mgp_status_t mgp_ntt_prepare(mgp_cpu_t *cpu, unsigned log_n) {
  if (log_n > MGP_NTT_MAX_LOG)
    return mgp_fail(MGP_INTERNAL, "transform of 2^%u points; the field has roots of order 2^%u",
                    log_n, MGP_NTT_MAX_LOG);
  if (has_twiddles(cpu, log_n)) return MGP_OK;
  const size_t count = twiddle_count(log_n);
  mgp_f_t *w;
  MGP_TRY(MGP_NEW(&cpu->base, MGP_MEM_PLAN, 2 * count, &w));
  uint32_t *wq = w + count;
  w[0] = mgp_f_one();
  for (unsigned k = 0; k + 1 < log_n; k++) {
    const size_t half = (size_t)1 << k;
    const mgp_f_t root = mgp_f_omega(k + 2);
    MGP_OMP(omp parallel for num_threads(cpu->base.threads) if (half > CHUNK))
    for (size_t i = 0; i < half; i++) w[half + i] = mgp_f_mul(root, w[i]);
  }
  for (size_t i = 0; i < count; i++) wq[i] = w[i] * MGP_P_INV;
  mgp_ledger_free(cpu->base.ledger, cpu->twiddle_memory);
  cpu->twiddle_memory = w;
  cpu->twiddles = (mgp_twiddles_t){w, wq};
  cpu->twiddle_log = log_n;
  return MGP_OK;
}

/* The blocks to compute, seen at any level: NULL stands for all. */
typedef struct {
  const uint32_t *ids;
  size_t count;
  unsigned depth;
} wanted_t;

static size_t wanted_count(const wanted_t *b, unsigned depth) {
  return b->ids ? b->count : (size_t)1 << depth;
}
/* Block number i at a level, or UINT32_MAX if it is the one before. */
static uint32_t wanted_at(const wanted_t *b, unsigned depth, size_t i) {
  if (!b->ids) return (uint32_t)i;
  uint32_t id = b->ids[i] >> (b->depth - depth);
  return i && b->ids[i - 1] >> (b->depth - depth) == id ? UINT32_MAX : id;
}

static void encode(mgp_cpu_t *cpu, const mgp_f_t *col, unsigned s, const wanted_t *wanted,
                   mgp_f_t *out) {
  const mgp_ntt_kernels_t *k = mgp_ntt_kernels(cpu->isa);
  const mgp_twiddles_t tw = cpu->twiddles;
  const mgp_f_t *src = col; /* only the first pass reads the column; the upper half of it is zero,
                               so both blocks of depth 1 start as copies */
  unsigned depth = 1;
  while (depth < wanted->depth) {
    const unsigned log_n = s + 1 - depth, r = mgp_ntt_radix(wanted->depth - depth);
    if (log_n < r + MIN_STREAM) break;
    const size_t step = (size_t)1 << (log_n - r), chunk = step < CHUNK ? step : CHUNK;
    const size_t per_block = step / chunk, jobs = wanted_count(wanted, depth) * per_block;
    MGP_OMP(omp parallel for schedule(dynamic, 1) num_threads(cpu->base.threads) if (jobs > 1))
    for (size_t j = 0; j < jobs; j++) {
      uint32_t b = wanted_at(wanted, depth, j / per_block);
      if (b == UINT32_MAX) continue;
      mgp_f_t *dst = out + ((size_t)b << log_n);
      size_t first = j % per_block * chunk;
      k->pass(src ? src : dst, dst, log_n, b, r, first, first + chunk, tw);
    }
    src = NULL;
    depth += r;
  }
  const unsigned log_n = s + 1 - depth;
  const size_t jobs = wanted_count(wanted, depth);
  MGP_OMP(omp parallel for schedule(dynamic, 1) num_threads(cpu->base.threads) if (jobs << log_n > CHUNK))
  for (size_t j = 0; j < jobs; j++) {
    uint32_t b = wanted_at(wanted, depth, j);
    if (b == UINT32_MAX) continue;
    mgp_f_t *dst = out + ((size_t)b << log_n);
    if (src) memcpy(dst, src, sizeof *dst << log_n);
    k->finish(dst, log_n, b, tw);
  }
}

void mgp_ntt_encode(mgp_cpu_t *cpu, const mgp_f_t *col, unsigned s, mgp_f_t *out) {
  wanted_t all = {NULL, 0, s > BLOCK_LOG + 1 ? s + 1 - BLOCK_LOG : 1};
  encode(cpu, col, s, &all, out);
}

void mgp_ntt_encode_blocks(mgp_cpu_t *cpu, const mgp_f_t *col, unsigned s, unsigned depth,
                           const uint32_t *blocks, size_t nblocks, mgp_f_t *out) {
  wanted_t some = {blocks, nblocks, depth};
  encode(cpu, col, s, &some, out);
}
