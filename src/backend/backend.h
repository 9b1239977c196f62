/* The table of operations of a backend, cut by prover duty.
 *
 * "Device memory" is what `alloc` returns: for `cpu` it is host memory, for `strict` it is host
 * memory under device rules (host pointers refused, poisoned after free), for `cuda` it is the
 * GPU's. Parameters named d_* are device pointers; everything else is host memory. The transcript
 * stays with the caller, but for chip proofs, which draw their own challenges (task_begin).
 *
 * Layouts. Base vectors: n words, Montgomery form. Extension vectors: D planes of n words, plane i
 * at offset i * n ("ext planes"). Traces: column-major [ncols][stride], stride >= rows rounded up
 * to MGP_ROW_PAD, rows beyond N zero. All results are exact field values: they do not depend on
 * threads, instruction set or schedule. Every operation may allocate scratch from the ledger; the
 * *_bytes functions say at most how much, exactly (peak of scratch + codeword classes above what
 * was live before). */
#ifndef MGP_BACKEND_BACKEND_H
#define MGP_BACKEND_BACKEND_H

#include "base/ledger.h"
#include "chips/chip.h"
#include "math/poseidon2.h"
#include "protocol/transcript.h"
#include "vm/ram_row.h"

#define MGP_ROW_PAD 64u

typedef struct mgp_backend mgp_backend_t;
typedef struct mgp_commit_stream mgp_commit_stream_t; /* columns being committed */
typedef struct mgp_tree mgp_tree_t;                   /* what is kept of a committed matrix */
typedef struct mgp_query_stream mgp_query_stream_t;   /* columns being replayed for queries */
typedef struct mgp_fold mgp_fold_t;                   /* folding phase */
typedef struct mgp_gkr mgp_gkr_t;                     /* fraction tree of one trace */
typedef struct mgp_main mgp_main_t;                   /* main sumcheck of one trace */

typedef struct mgp_task mgp_task_t; /* chip proof under way */

typedef mgp_f_t mgp_digest_t[MGP_DIGEST_WORDS];

/* The chip proof of one trace: what it is about, and where its results go. */
typedef struct {
  mgp_chip_id_t chip;
  uint32_t nrows;
  size_t stride;
  const mgp_f_t *d_trace, *d_virt; /* [ncols][stride], [nvirtual][stride] or NULL */
  /* Makes them by the operations replay, unstack and table_columns; called once, on the thread that
   * prepares or begins the task. NULL: they are there when the task begins. */
  mgp_status_t (*build)(void *arg);
  void *arg;
  void *d_scratch; /* task_bytes, for a backend with several slots; one with one takes its own */
  int beside;      /* other operations are to go on while it is under way, and come first */
  uint32_t *words; /* [mgp_task_words] canonical: the messages in order */
  mgp_e_t *point;  /* n coordinates: where the columns were opened */
  mgp_f_t *digest; /* [MGP_DIGEST_WORDS] squeezed at the end */
} mgp_task_job_t;

/* What is drawn before chip proofs begin. */
typedef struct {
  mgp_e_t alpha, beta;
  mgp_transcript_t transcript; /* forked for the task */
} mgp_task_start_t;

/* Weights of the chunks of one trace: row by row of nrows <= 2^nvars chunk rows. */
#define MGP_WEIGHTS_VARS 22u /* at most, as no trace has more rows than that */
typedef struct {
  uint32_t first, nrows, ncols;
  unsigned nvars;
  const mgp_e_t *point; /* [nvars] */
  mgp_e_t scale;
} mgp_weights_t;

typedef struct {
  /* --- memory ----------------------------------------------------------------------------- */
  mgp_status_t (*alloc)(mgp_backend_t *be, mgp_mem_class_t cls, size_t nbytes, void **d_out);
  void (*free)(mgp_backend_t *be, void *d_ptr);
  /* The largest piece that alloc could give, whatever the ledger's limit. NULL: nobody knows. */
  uint64_t (*room)(mgp_backend_t *be);
  mgp_status_t (*upload)(mgp_backend_t *be, void *d_dst, const void *src, size_t nbytes);
  mgp_status_t (*download)(mgp_backend_t *be, void *dst, const void *d_src, size_t nbytes);
  mgp_status_t (*copy)(mgp_backend_t *be, void *d_dst, const void *d_src, size_t nbytes);
  mgp_status_t (*zero)(mgp_backend_t *be, void *d_dst, size_t nbytes);

  /* Copies to the device beside its other work, from host memory that was pinned for that and that
   * is neither changed nor freed before `sent` or `unpin`. pinned: 0 if the system does not let
   * this memory be pinned. sent: waits for all that was begun; what they write may be used then,
   * and freed. All NULL: there are none. */
  mgp_status_t (*pin)(mgp_backend_t *be, void *ptr, size_t nbytes, int *pinned);
  void (*unpin)(mgp_backend_t *be, void *ptr);
  mgp_status_t (*send)(mgp_backend_t *be, void *d_dst, const void *pinned, size_t nbytes);
  mgp_status_t (*sent)(mgp_backend_t *be);

  /* Whether work that was begun is not done yet. NULL with one task slot: never. */
  int (*busy)(mgp_backend_t *be);

  /* --- program and replay plans ------------------------------------------------------------ */
  /* The program that index, count and table_columns are about: stays the caller's, unchanged, until
   * the next call or destroy. d_insns: its instructions in device memory, valid as long. */
  mgp_status_t (*set_program)(mgp_backend_t *be, const mgp_program_t *prog,
                              const mgp_insn_t **d_insns);
  uint64_t (*program_bytes)(mgp_backend_t *be, const mgp_program_t *prog); /* of class RAW */
  /* Which of a partition's nsteps < 2^30 records give the rows of which chip (chips/replay.h). n:
   * rows; d_lists: fresh PLAN memory, NULL where n is 0. Scratch: at most 1 % of the records and
   * 1 MiB. */
  mgp_status_t (*index)(mgp_backend_t *be, const mgp_raw_t *raw, uint32_t nsteps,
                        uint32_t n[MGP_CHIP_FIRST_TABLE], uint32_t *d_lists[MGP_CHIP_FIRST_TABLE]);

  /* --- accesses (vm/access.h) --------------------------------------------------------------- */
  /* A partition's n touches, of keys that differ and of at most one of each register. Those of
   * registers go to regs[their number]; a register without one has is_register 0 there. Of those of
   * memory, *nwords: d_words gets the words, keys ascending. d_target [n] (or NULL): where their
   * previous timestamps lie, in the order of d_words, then those of the registers, numbers
   * ascending. The touches are left in any order. Scratch: 16 bytes a touch, and 1 KiB for every
   * 2^12 or thread. */
  mgp_status_t (*touch_words)(mgp_backend_t *be, mgp_touch_t *d_touches, uint32_t n,
                              mgp_touch_t regs[MGP_TOUCH_REGISTERS], mgp_word_t *d_words,
                              uint32_t *d_target, uint32_t *nwords);
  /* n words of several partitions, those of a key in the order of their times: d_prev[i] is the
   * timestamp of the word before word i with its key, 0 if there is none. d_merged [n] gets each
   * key's word once, keys ascending: first of its first, last and ts of its last. Scratch as
   * above. */
  mgp_status_t (*word_merge)(mgp_backend_t *be, const mgp_word_t *d_words, uint32_t n,
                             uint32_t *d_prev, mgp_word_t *d_merged, uint32_t *nmerged);
  /* Of n words with ascending keys: at[k] of them have keys below key[k], and last[k] is the key of
   * the last of those (0 if there is none); k < count. last may be NULL. Scratch: 12 bytes a key.
   */
  mgp_status_t (*word_find)(mgp_backend_t *be, const mgp_word_t *d_words, uint32_t n,
                            const uint32_t *key, uint32_t count, uint32_t *at, uint32_t *last);
  /* Previous timestamps to the raw state's steps and commits (mgp_target_patch): d_prev[i] to
   * d_target[i], which differ, unless it is 0. */
  mgp_status_t (*patch)(mgp_backend_t *be, const mgp_raw_t *raw, const uint32_t *d_target,
                        const uint32_t *d_prev, uint32_t n);
  /* Rows of the memory boundary: of word i the row mgp_bound_row says, to d_rows[kind] at its
   * number in the range and `row`. At most MGP_BOUND_RANGES ranges, of all n words. */
  mgp_status_t (*bound_rows)(mgp_backend_t *be, const mgp_word_t *d_words, uint32_t n,
                             const mgp_bound_range_t *ranges, uint32_t count,
                             mgp_bound_t *const d_rows[3]);

  /* --- rows of the shard RAM (vm/ram_row.h) ------------------------------------------------- */
  /* Of n words of a partition, which shards d_from had last, rows [0, n) that come in and [n, 2 n)
   * that go out, with numbers from `first` on. */
  mgp_status_t (*ram_rows)(mgp_backend_t *be, const mgp_word_t *d_words, const uint16_t *d_from,
                           uint32_t n, const mgp_ram_shard_t *shard, uint32_t first,
                           mgp_ram_t *d_rows);
  /* Their points: nonce, y and, in ax, the abscissa, from key, value, id and in. */
  mgp_status_t (*ram_points)(mgp_backend_t *be, mgp_ram_t *d_rows, uint32_t nrows);
  /* After that. total: sum of the points; d_before[b]: of those before row b MGP_RAM_BLOCK, for all
   * mgp_ram_blocks(nrows) of them. */
  mgp_status_t (*ram_sums)(mgp_backend_t *be, const mgp_ram_t *d_rows, uint32_t nrows,
                           mgp_point_t *d_before, mgp_point_t *total);
  /* After that: ax and slope of the chain that begins at `start`. d_before is overwritten.
   * MGP_INTERNAL if a sum is the identity, which no row can say; it takes a discrete logarithm to
   * find such records. */
  mgp_status_t (*ram_chain)(mgp_backend_t *be, mgp_ram_t *d_rows, uint32_t nrows,
                            const mgp_point_t *start, mgp_point_t *d_before);

  /* --- replay ----------------------------------------------------------------------------- */
  /* Builds rows [first, first + nrows) of a trace: row r of the output is
   * mgp_witness_row(chip, raw, d_index ? d_index[first + r] : first + r). Columns at
   * d_out + c * stride; rows [nrows, zero_to) are zeroed. Rows beyond
   * the stride go on in slabs that follow: row r is row r % stride of slab r / stride, which begins
   * at d_out + r / stride * ncols * stride. raw: host struct of device pointers. */
  mgp_status_t (*replay)(mgp_backend_t *be, mgp_chip_id_t chip, const mgp_raw_t *raw,
                         const uint32_t *d_index, uint64_t first, uint32_t nrows, uint32_t zero_to,
                         size_t stride, mgp_f_t *d_out);
  /* Adds the lookup requests of rows [0, nrows) of a trace to the counters: a request on bus B with
   * multiplicity -x adds x (canonical; 0 or 1 in all chips) at d_counts[offset[table of B] +
   * mgp_table_index(B, tuple)]. offset is indexed by chip id - MGP_CHIP_FIRST_TABLE.
   * MGP_INTERNAL if a tuple is in no table, naming chip, row, bus: by this call, or by count_end,
   * which ends a sequence of calls and waits for them. */
  mgp_status_t (*count)(mgp_backend_t *be, mgp_chip_id_t chip, const mgp_f_t *d_trace,
                        size_t stride, uint32_t nrows, uint32_t *d_counts, const uint64_t *offset);
  mgp_status_t (*count_end)(mgp_backend_t *be);
  /* Virtual columns of rows [0, nrows) of a table: [nvirtual][stride], rows beyond zero. */
  mgp_status_t (*table_columns)(mgp_backend_t *be, mgp_chip_id_t table, uint32_t nrows,
                                size_t stride, mgp_f_t *d_out);

  /* A trace from its slabs (see "opening") one after the other: d_out [ncols][stride] gets rows
   * [0, stride) of them, zero from nslabs 2^b on. */
  mgp_status_t (*unstack)(mgp_backend_t *be, const mgp_f_t *d_slabs, uint32_t ncols, unsigned b,
                          uint32_t nslabs, size_t stride, mgp_f_t *d_out);

  /* --- commitment (docs/protocol.md section 3) -------------------------------------------- */
  /* ncols columns of 2^s base values each will come in order. keep_log: the tree's nodes at depth
   * min(keep_log, s + 1) are kept; keep_all: codewords and the whole tree are kept instead. */
  mgp_status_t (*commit_begin)(mgp_backend_t *be, unsigned s, uint32_t ncols, unsigned keep_log,
                               int keep_all, mgp_commit_stream_t **out);
  mgp_status_t (*commit_column)(mgp_backend_t *be, mgp_commit_stream_t *cs, const mgp_f_t *d_col);
  /* Ends the stream (freed in any case); cap: 2^min(6, s + 1) digests. */
  mgp_status_t (*commit_end)(mgp_backend_t *be, mgp_commit_stream_t *cs, mgp_digest_t *cap,
                             mgp_tree_t **out);
  void (*commit_abort)(mgp_backend_t *be, mgp_commit_stream_t *cs); /* NULL is fine */
  void (*tree_free)(mgp_backend_t *be, mgp_tree_t *tree);
  uint64_t (*commit_bytes)(mgp_backend_t *be, unsigned s, uint32_t ncols, unsigned keep_log,
                           int keep_all);
  /* Class PLAN: tables for columns of 2^s values that the backend makes at its first commitment of
   * that size and keeps until destroy; 0 if it has them. */
  uint64_t (*table_bytes)(mgp_backend_t *be, unsigned s);
  /* Opens rows at `npos` positions (not sorted, repetitions allowed). Unless the tree was kept
   * whole, the same columns are fed again in the same order. rows: [npos][ncols]; paths:
   * [npos][s + 1 - min(6, s + 1)] from the leaf up. A replayed node that differs from the kept one
   * is MGP_INTERNAL ("stale replay"). */
  mgp_status_t (*query_begin)(mgp_backend_t *be, mgp_tree_t *tree, const uint32_t *pos,
                              uint32_t npos, mgp_query_stream_t **out, int *needs_columns);
  mgp_status_t (*query_column)(mgp_backend_t *be, mgp_query_stream_t *qs, const mgp_f_t *d_col);
  mgp_status_t (*query_end)(mgp_backend_t *be, mgp_query_stream_t *qs, mgp_f_t *rows,
                            mgp_digest_t *paths);
  void (*query_abort)(mgp_backend_t *be, mgp_query_stream_t *qs);
  uint64_t (*query_bytes)(mgp_backend_t *be, unsigned s, uint32_t ncols, unsigned keep_log,
                          uint32_t npos);

  /* --- chip proof of one trace (section 5.4; task.h) ---------------------------------------- */
  /* All that can be done before anything is drawn: what the job names may be in use until the task
   * begins, but stays where it is until task_end. Up to be->task_slots tasks may be prepared or
   * under way, and end in any order; what they give does not depend on that. */
  mgp_status_t (*task_prepare)(mgp_backend_t *be, const mgp_task_job_t *job, mgp_task_t **out);
  /* Starts it, once, after all that was begun before on the backend. MGP_INTERNAL if a challenge
   * hit an exceptional value: by this call or by task_end. */
  mgp_status_t (*task_begin)(mgp_backend_t *be, mgp_task_t *task, const mgp_task_start_t *start);
  /* Waits for the results, if it has begun, and frees the task, also if it returns an error. NULL
   * is fine. */
  mgp_status_t (*task_end)(mgp_backend_t *be, mgp_task_t *task);
  /* Peak scratch of a task beyond trace and virtual columns. */
  uint64_t (*task_bytes)(mgp_backend_t *be, mgp_chip_id_t chip, uint32_t nrows);

  /* The same round by round, for backends that make their tasks of it (the others have NULL). */
  /* --- fractional-sum GKR of one trace ------------------------------------------------------ */
  /* Builds the whole tree; root: p, q. d_virt: virtual columns [nvirtual][stride] or NULL. d_trace
   * and d_virt stay valid until gkr_end. */
  mgp_status_t (*gkr_begin)(mgp_backend_t *be, mgp_chip_id_t chip, const mgp_f_t *d_trace,
                            const mgp_f_t *d_virt, size_t stride, uint32_t nrows, mgp_e_t alpha,
                            mgp_e_t beta, mgp_gkr_t **out, mgp_e_t root[2]);
  /* Starts the sumcheck of layer l = 0, 1, ... in turn: the claim is about layer l at `point` (l
   * coordinates). Frees what no later layer needs. */
  mgp_status_t (*gkr_layer)(mgp_backend_t *be, mgp_gkr_t *g, unsigned l, const mgp_e_t *point,
                            mgp_e_t lambda);
  /* Round polynomial h of the current round as in the specification, constant nodes and virtual
   * rows included: out[0] = h(0), out[1] = h_2 (coefficient of X^2). */
  mgp_status_t (*gkr_round)(mgp_backend_t *be, mgp_gkr_t *g, mgp_e_t out[2]);
  mgp_status_t (*gkr_bind)(mgp_backend_t *be, mgp_gkr_t *g, mgp_e_t x);
  /* After l rounds: p_0, p_1, q_0, q_1. */
  mgp_status_t (*gkr_evals)(mgp_backend_t *be, mgp_gkr_t *g, mgp_e_t out[4]);
  void (*gkr_end)(mgp_backend_t *be, mgp_gkr_t *g); /* NULL is fine */

  /* --- main sumcheck of one trace ----------------------------------------------------------- */
  /* E(x) = sel(x) sum_j eq_int[j] (m_j + lambda (d_j - 1)) + sum_c lambda^(2+c) C_c; rho: n
   * coordinates; eq_int: one weight per interaction. */
  mgp_status_t (*main_begin)(mgp_backend_t *be, mgp_chip_id_t chip, const mgp_f_t *d_trace,
                             const mgp_f_t *d_virt, size_t stride, uint32_t nrows, unsigned n,
                             const mgp_e_t *rho, mgp_e_t alpha, mgp_e_t beta, mgp_e_t lambda,
                             const mgp_e_t *eq_int, mgp_main_t **out);
  /* h(1), h(2), h(3) of the current round (eq of bound variables and of X left out). */
  mgp_status_t (*main_round)(mgp_backend_t *be, mgp_main_t *m, mgp_e_t out[3]);
  mgp_status_t (*main_bind)(mgp_backend_t *be, mgp_main_t *m, mgp_e_t x);
  /* After n rounds: the values of the committed columns, [ncols]. */
  mgp_status_t (*main_evals)(mgp_backend_t *be, mgp_main_t *m, mgp_e_t *out);
  void (*main_end)(mgp_backend_t *be, mgp_main_t *m); /* NULL is fine */

  /* --- opening ------------------------------------------------------------------------------ */
  /* d_out + k stride, k < count: ext planes of 2^n: eq(points[k], i); points: [count][n]. */
  mgp_status_t (*eq_tables)(mgp_backend_t *be, const mgp_e_t *points, uint32_t count, unsigned n,
                            size_t stride, mgp_f_t *d_out);
  /* d_w[first + i ncols + c] = scale gamma^c eq(point, i), i < nrows, c < ncols, of each of the
   * lists, which do not overlap. */
  mgp_status_t (*weights)(mgp_backend_t *be, const mgp_weights_t *lists, uint32_t count,
                          mgp_e_t gamma, mgp_e_t *d_w);
  /* A slab is ncols chunks of 2^b values, one after the other; several slabs in a row are one with
   * more chunks.
   * combine: ext planes of 2^b at d_g + k stride += sum_c d_w[c] * chunk_c, over chunks c of list
   * k: first, ..., first + nrows ncols - 1. d_chunks has those from number `from` on. */
  mgp_status_t (*combine)(mgp_backend_t *be, const mgp_f_t *d_chunks, uint32_t from,
                          const mgp_weights_t *lists, uint32_t count, unsigned b,
                          const mgp_e_t *d_w, size_t stride, mgp_f_t *d_g);
  /* d_out[c] = sum_y eq[y] chunk_c[y], d_eq: ext planes of 2^b. */
  mgp_status_t (*inner)(mgp_backend_t *be, const mgp_f_t *d_slab, uint32_t ncols, unsigned b,
                        const mgp_f_t *d_eq, mgp_e_t *d_out);
  /* Of stacked columns of 2^s values, chunks first, ..., first + n - 1, of 2^b values each, are at
   * d_chunks, one after the other. d_q (ext planes of 2^s) += w[j] * column j: chunk e at rows
   * [(e mod 2^(s-b)) << b, ...), with w[e >> (s-b)]. */
  mgp_status_t (*scatter)(mgp_backend_t *be, const mgp_f_t *d_chunks, uint32_t first, uint32_t n,
                          unsigned b, const mgp_e_t *w, unsigned s, mgp_f_t *d_q);
  /* Rounds of sum_i G_i(y) E_i(y), `count` pairs of ext planes of 2^n values at the start of
   * d_ge = [count][2][D][stride]. Binds the first nbound <= 2 of the n variables to x, in place,
   * and sums: out[3^m] = the sums over the pairs with the m, 1 or 2, of those left that come first
   * at 0, 1, 2 each, the first one fastest. */
  mgp_status_t (*pair_round)(mgp_backend_t *be, mgp_f_t *d_ge, uint32_t count, size_t stride,
                             unsigned n, unsigned nbound, const mgp_e_t *x, unsigned m,
                             mgp_e_t *out);
  /* out[count]: the G_i with the n <= 2 variables that are left at x. */
  mgp_status_t (*pair_values)(mgp_backend_t *be, const mgp_f_t *d_ge, uint32_t count, size_t stride,
                              unsigned n, const mgp_e_t *x, mgp_e_t *out);
  /* Pairs of 2^n values, one behind the other, from elements: d_ge = [count][2][D][2^n], all of
   * d_values [count][2^n] as G and of d_w, likewise, as E. */
  mgp_status_t (*pair_fill)(mgp_backend_t *be, const mgp_e_t *d_values, const mgp_e_t *d_w,
                            uint32_t count, unsigned n, mgp_f_t *d_ge);

  /* --- folding phase -------------------------------------------------------------------------- */
  /* d_q: ext planes of 2^s, consumed (folded in place) until fold_end. point: s coordinates. */
  mgp_status_t (*fold_begin)(mgp_backend_t *be, mgp_f_t *d_q, unsigned s, const mgp_e_t *point,
                             mgp_fold_t **out);
  /* Encodes the current polynomial, commits cosets of 2^k positions, keeps codeword and tree; of
   * the tree what is below nodes [first, first + n) of the cap, n >= 1, which go to cap[n]. */
  mgp_status_t (*fold_commit)(mgp_backend_t *be, mgp_fold_t *f, unsigned k, uint32_t first,
                              uint32_t n, mgp_digest_t *cap);
  /* h_1 = sum_y eq(rest, y) (Q(1, y) - Q(0, y)), rest: the coordinates after the current one. */
  mgp_status_t (*fold_round)(mgp_backend_t *be, mgp_fold_t *f, mgp_e_t *h1);
  mgp_status_t (*fold_bind)(mgp_backend_t *be, mgp_fold_t *f, mgp_e_t x);
  mgp_status_t (*fold_final)(mgp_backend_t *be, mgp_fold_t *f, mgp_e_t *out); /* current values */
  /* Openings of all words, one word after the other: n[w] cosets, of those committed, whose numbers
   * are the next n[w] of `leaf`; to `out` cosets [n[w]][2^k] of elements, then paths
   * [n[w]][depth - cap] of digests. */
  mgp_status_t (*fold_open)(mgp_backend_t *be, mgp_fold_t *f, const uint32_t *n,
                            const uint32_t *leaf, mgp_f_t *out);
  void (*fold_end)(mgp_backend_t *be, mgp_fold_t *f); /* NULL is fine */
  uint64_t (*fold_bytes)(mgp_backend_t *be, unsigned s, unsigned k);

  /* Smallest canonical nonce in [first, first + n) with `bits` zero bits (mgp_grind_check), first +
   * n <= p; MGP_NO_NONCE if there is none. */
  mgp_status_t (*grind)(mgp_backend_t *be, const mgp_digest_t seed, unsigned bits, uint32_t first,
                        uint32_t n, uint32_t *nonce);

  void (*destroy)(mgp_backend_t *be);
} mgp_backend_ops_t;

#define MGP_NO_NONCE     UINT32_MAX
#define MGP_RAM_IDENTITY "records of the shard RAM add up to the identity" /* of ram_chain */

/* MGP_BACKEND_OPS(mgp_cpu) declares mgp_cpu_alloc, mgp_cpu_free, ...: a function for each
 * operation, with its type. A backend need not define what it leaves NULL. */
/* clang-format off */
#define MGP_BACKEND_OP_LIST(X, prefix)                                                             \
  X(prefix, alloc) X(prefix, free) X(prefix, room) X(prefix, upload) X(prefix, download)           \
  X(prefix, copy) X(prefix, zero) X(prefix, pin) X(prefix, unpin) X(prefix, send) X(prefix, sent)                  \
  X(prefix, busy) X(prefix, set_program) X(prefix, program_bytes) X(prefix, index)                 \
  X(prefix, ram_rows) X(prefix, ram_points) X(prefix, ram_sums) X(prefix, ram_chain)               \
  X(prefix, touch_words) X(prefix, word_merge) X(prefix, word_find) X(prefix, patch)               \
  X(prefix, bound_rows) X(prefix, replay) X(prefix, count) X(prefix, count_end)                    \
  X(prefix, table_columns) X(prefix, unstack) X(prefix, commit_begin) X(prefix, commit_column)     \
  X(prefix, commit_end) X(prefix, commit_abort) X(prefix, tree_free) X(prefix, commit_bytes)       \
  X(prefix, table_bytes) X(prefix, query_begin) X(prefix, query_column) X(prefix, query_end)       \
  X(prefix, query_abort) X(prefix, query_bytes) X(prefix, task_prepare) X(prefix, task_begin)      \
  X(prefix, task_end) X(prefix, task_bytes) X(prefix, gkr_begin) X(prefix, gkr_layer)              \
  X(prefix, gkr_round)                                                                             \
  X(prefix, gkr_bind) X(prefix, gkr_evals) X(prefix, gkr_end) X(prefix, main_begin)                \
  X(prefix, main_round) X(prefix, main_bind) X(prefix, main_evals) X(prefix, main_end)             \
  X(prefix, eq_tables) X(prefix, weights) X(prefix, combine) X(prefix, inner)                      \
  X(prefix, scatter) X(prefix, pair_round) X(prefix, pair_values) X(prefix, pair_fill)             \
  X(prefix, fold_begin) X(prefix, fold_commit) X(prefix, fold_round) X(prefix, fold_bind)          \
  X(prefix, fold_final) X(prefix, fold_open) X(prefix, fold_end) X(prefix, fold_bytes)             \
  X(prefix, grind) X(prefix, destroy)
#define MGP_BACKEND_OP(prefix, op) __typeof__(*((mgp_backend_ops_t *)0)->op) prefix##_##op;
#define MGP_BACKEND_OPS(prefix)    MGP_BACKEND_OP_LIST(MGP_BACKEND_OP, prefix)
/* clang-format on */

/* Implementations embed this as their first member. */
struct mgp_backend {
  const mgp_backend_ops_t *ops;
  const char *name; /* "cpu", "strict", "cuda" */
  const char *isa;  /* cpu: "portable", "avx2", "avx512" */
  mgp_ledger_t *ledger;
  const mgp_chipset_t *chips;
  int threads;
  int task_slots; /* chip proofs that may be under way at a time */
  int beside;     /* they go on without the host, beside other operations; there is `room` then */
};

typedef enum { MGP_ISA_AUTO, MGP_ISA_PORTABLE, MGP_ISA_AVX2, MGP_ISA_AVX512 } mgp_isa_t;

/* chips and ledger stay the caller's and must outlive the backend. threads = 0: all there are.
 * MGP_RESOURCES if the instruction set is not there. */
mgp_status_t mgp_backend_cpu_create(const mgp_chipset_t *chips, mgp_ledger_t *ledger, mgp_isa_t isa,
                                    int threads, mgp_backend_t **out);
/* The cpu backend (portable) behind checks: every device pointer must lie in a live allocation of
 * this backend with the size the operation needs; host pointers are refused with MGP_INTERNAL
 * naming operation and argument; memory is poisoned at allocation and at free. */
mgp_status_t mgp_backend_strict_create(const mgp_chipset_t *chips, mgp_ledger_t *ledger,
                                       mgp_backend_t **out);
void mgp_backend_destroy(mgp_backend_t *be);

#endif
