/* A prover for tests: docs/protocol.md step by step, over plain arrays, as slow and as plain as
 * possible, and independent of the real one. It proves whatever it is given, true or not: before a
 * message is sent, `edit` may change it, and the transcript goes on with the changed message, as a
 * cheating prover's would. */
#ifndef MGP_TESTS_TOY_PROVER_H
#define MGP_TESTS_TOY_PROVER_H

#include "protocol/shape.h"
#include "protocol/transcript.h"
#include "test.h"

/* Things that can be changed besides messages (mgp_label_t). */
enum {
  TOY_MATRIX = 100, /* a partition's stacked columns before encoding, number = partition */
  TOY_COMBINED,     /* Q before encoding */
  TOY_WORD,         /* a committed word, number = word */
  TOY_ROW,          /* answers: number = query, task = partition or word */
  TOY_ROW_PATH,
  TOY_COSET,
  TOY_COSET_PATH
};

typedef struct toy toy_t;
typedef void (*toy_edit_fn)(toy_t *t, int what, int task, uint32_t number, mgp_f_t *words,
                            size_t n);

typedef struct {
  mgp_f_t (*digest)[MGP_DIGEST_WORDS]; /* heap order: node i has children 2i, 2i+1; root 1 */
  uint32_t height;
} toy_tree_t;

typedef struct {
  mgp_e_t point[32];
  mgp_f_t digest[MGP_DIGEST_WORDS];
  mgp_e_t cols[MGP_MAX_COLUMNS];
} toy_task_t;

struct toy {
  const mgp_chipset_t *chips;
  const mgp_program_t *prog;
  mgp_params_t params;
  mgp_run_t run; /* nshards 1 */
  mgp_statement_t st;
  const uint8_t *output; /* [run.output_bytes] */
  /* witness rows, row-major [row][column]; those of tables are counted by toy_count_lookups */
  mgp_f_t *rows[MGP_MAX_PARTITIONS][MGP_CHIP_COUNT];
  toy_edit_fn edit;
  void *ctx;
  /* state while proving */
  mgp_shape_t shape;
  mgp_transcript_t t;
  mgp_e_t alpha, beta[MGP_MAX_TUPLE + 1], lambda, gamma;
  mgp_f_t fork_seed[8], seed[8];       /* seed: of the grinding, at NONCE */
  mgp_f_t *matrix[MGP_MAX_PARTITIONS]; /* [column][2^s] */
  mgp_f_t *code[MGP_MAX_PARTITIONS];   /* [column][2^(s+1)] */
  toy_tree_t tree[MGP_MAX_PARTITIONS];
  toy_task_t *task;
  mgp_e_t claim;                       /* the verifier's, in the sumcheck that is going on */
  mgp_e_t leaf[2];                     /* the verifier's p, q after a layer */
  mgp_e_t others[MGP_MAX_VIRTUAL + 1]; /* virtual columns and sel at r, at COLUMNS */
  const mgp_e_t *rho_int;              /* at COLUMNS */
  mgp_e_t rho[32], *values, *eq_u;     /* values: v_j, then the weights W_j(rho) */
  mgp_e_t *word[32];
  toy_tree_t word_tree[32];
  uint32_t *body;
  size_t body_words, body_room;
};

static inline mgp_e_t toy_lerp(mgp_e_t a, mgp_e_t b, mgp_e_t x) {
  return mgp_e_add(a, mgp_e_mul(x, mgp_e_sub(b, a)));
}
static inline mgp_e_t toy_small(uint32_t v) {
  return mgp_e_from_f(mgp_f_from_u32(v));
}

static inline void *toy_alloc(size_t n, size_t size) {
  void *p = calloc(n ? n : 1, size);
  if (!p) abort();
  return p;
}

static inline void toy_put(toy_t *t, const mgp_f_t *words, size_t n) {
  if (t->body_words + n > t->body_room) {
    t->body_room = 2 * (t->body_words + n);
    t->body = realloc(t->body, t->body_room * sizeof *t->body);
    if (!t->body) abort();
  }
  for (size_t i = 0; i < n; i++) t->body[t->body_words++] = mgp_f_to_u32(words[i]);
}

static inline void toy_edit(toy_t *t, int what, int task, uint32_t number, mgp_f_t *words,
                            size_t n) {
  if (t->edit) t->edit(t, what, task, number, words, n);
}

/* task -1: the main transcript */
static inline void toy_send(toy_t *t, mgp_transcript_t *tr, mgp_label_t label, int task,
                            uint32_t number, mgp_f_t *words, size_t n) {
  toy_edit(t, (int)label, task, number, words, n);
  mgp_transcript_absorb(tr, label, words, n);
  toy_put(t, words, n);
}
static inline void toy_send_ext(toy_t *t, mgp_transcript_t *tr, mgp_label_t label, int task,
                                uint32_t number, mgp_e_t *v, size_t n) {
  toy_send(t, tr, label, task, number, v->c, n * MGP_D);
}

/* number: 0 alpha, 1 u, 2 query */
static inline void toy_grind(toy_t *t, uint32_t bits, uint32_t number) {
  mgp_f_t nonce;
  uint32_t n = 0;
  mgp_transcript_squeeze_digest(&t->t, t->seed);
  while (!mgp_grind_check(t->seed, n, bits)) n++;
  nonce = mgp_f_from_u32(n);
  toy_send(t, &t->t, MGP_LABEL_NONCE, -1, number, &nonce, 1);
}

/* --- polynomials ----------------------------------------------------------------------------- */

static inline mgp_e_t toy_eq(const mgp_e_t *r, uint32_t n, uint64_t index) {
  mgp_e_t v = mgp_e_one();
  for (uint32_t i = 0; i < n; i++)
    v = mgp_e_mul(v, index >> i & 1 ? r[i] : mgp_e_sub(mgp_e_one(), r[i]));
  return v;
}
static inline mgp_e_t *toy_eq_table(const mgp_e_t *r, uint32_t n) {
  mgp_e_t *t = toy_alloc((size_t)1 << n, sizeof *t);
  t[0] = mgp_e_one();
  for (uint32_t b = 0; b < n; b++)
    for (size_t i = 0, half = (size_t)1 << b; i < half; i++) {
      t[half + i] = mgp_e_mul(t[i], r[b]);
      t[i] = mgp_e_sub(t[i], t[half + i]);
    }
  return t;
}
static inline void toy_bind(mgp_e_t *v, size_t n, mgp_e_t x) {
  for (size_t i = 0; i < n / 2; i++) v[i] = toy_lerp(v[2 * i], v[2 * i + 1], x);
}
/* values at 0..d -> coefficients, d <= 3 (Lagrange, by differences) */
static inline void toy_coefficients(const mgp_e_t *v, unsigned d, mgp_e_t *c) {
  mgp_f_t half = mgp_f_inv(mgp_f_from_u32(2)), sixth = mgp_f_inv(mgp_f_from_u32(6));
  mgp_e_t d1 = mgp_e_sub(v[1], v[0]), d2, d3, e1;
  c[0] = v[0];
  c[1] = d1;
  if (d < 2) return;
  e1 = mgp_e_sub(v[2], v[1]);
  d2 = mgp_e_mul_f(mgp_e_sub(e1, d1), half); /* of x(x-1) */
  c[1] = mgp_e_sub(d1, d2);
  c[2] = d2;
  if (d < 3) return;
  d3 = mgp_e_sub(mgp_e_sub(v[3], v[2]), e1);
  d3 = mgp_e_mul_f(mgp_e_sub(d3, mgp_e_sub(e1, d1)), sixth); /* of x(x-1)(x-2) */
  c[1] = mgp_e_add(c[1], mgp_e_add(d3, d3));
  c[2] = mgp_e_sub(c[2], mgp_e_add(mgp_e_add(d3, d3), d3));
  c[3] = d3;
}
static inline mgp_e_t toy_poly(const mgp_e_t *c, unsigned d, mgp_e_t x) {
  mgp_e_t v = c[d];
  while (d-- > 0) v = mgp_e_add(mgp_e_mul(v, x), c[d]);
  return v;
}

static inline uint32_t toy_bitrev(uint32_t x, uint32_t bits) {
  uint32_t r = 0;
  for (uint32_t i = 0; i < bits; i++) r |= (x >> i & 1) << (bits - 1 - i);
  return r;
}

/* 2^log coefficients -> 2^(log+1) positions; words: how many interleaved base words per entry */
static inline void toy_encode(const mgp_f_t *q, uint32_t log, mgp_f_t *out, uint32_t words) {
  size_t n = (size_t)2 << log;
  memset(out, 0, n * words * sizeof *out);
  memcpy(out, q, n / 2 * words * sizeof *out);
  uint32_t l = log + 1;
  for (size_t h = n / 2; h; h /= 2, l--) {
    mgp_f_t w = mgp_f_omega(l);
    for (size_t o = 0; o < n; o += 2 * h) {
      mgp_f_t z = mgp_f_one();
      for (size_t i = 0; i < h; i++, z = mgp_f_mul(z, w))
        for (uint32_t k = 0; k < words; k++) {
          mgp_f_t *a = &out[(o + i) * words + k], *b = &out[(o + i + h) * words + k];
          mgp_f_t u = *a, v = *b;
          *a = mgp_f_add(u, v);
          *b = mgp_f_mul(mgp_f_sub(u, v), z);
        }
    }
  }
}

/* --- trees ----------------------------------------------------------------------------------- */

static inline toy_tree_t toy_tree(uint32_t height) {
  toy_tree_t t = {toy_alloc((size_t)2 << height, sizeof *t.digest), height};
  return t;
}
static inline void toy_tree_fill(toy_tree_t *t) {
  for (size_t i = ((size_t)1 << t->height) - 1; i >= 1; i--)
    mgp_hash_node(t->digest[2 * i], t->digest[2 * i + 1], t->digest[i]);
}
static inline void toy_send_cap(toy_t *t, const toy_tree_t *tree, mgp_label_t label,
                                uint32_t number) {
  size_t n = (size_t)1 << mgp_cap_log(tree->height);
  mgp_f_t *cap = toy_alloc(n * 8, sizeof *cap);
  memcpy(cap, tree->digest[n], n * 8 * sizeof *cap);
  toy_send(t, &t->t, label, -1, number, cap, n * 8);
  free(cap);
}
static inline void toy_put_path(toy_t *t, const toy_tree_t *tree, uint32_t leaf, int what, int task,
                                uint32_t number) {
  size_t node = ((size_t)1 << tree->height) + leaf;
  mgp_f_t path[8 * 32];
  size_t n = 0;
  for (uint32_t h = tree->height; h > mgp_cap_log(tree->height); h--, node /= 2, n += 8)
    memcpy(path + n, tree->digest[node ^ 1], 8 * sizeof *path);
  toy_edit(t, what, task, number, path, n);
  toy_put(t, path, n);
}

/* --- witness --------------------------------------------------------------------------------- */

static inline uint32_t toy_rows(const toy_t *t, uint32_t p, unsigned id) {
  if (id < MGP_CHIP_FIRST_TABLE) return t->st.rows[p][id];
  return id % t->params.partitions == p ? mgp_table_rows((mgp_chip_id_t)id, t->prog) : 0;
}

/* Fills the tables' multiplicities from the requests of all other rows. Requests for what is in no
 * table are left out (a cheat's problem). */
static inline void toy_count_lookups(toy_t *t) {
  static mgp_f_t values[MGP_MAX_NODES];
  for (unsigned id = MGP_CHIP_FIRST_TABLE; id < MGP_CHIP_COUNT; id++) {
    uint32_t p = id % t->params.partitions, n = mgp_table_rows((mgp_chip_id_t)id, t->prog);
    free(t->rows[p][id]);
    t->rows[p][id] = toy_alloc((size_t)n * t->chips->chip[id].ncols, sizeof(mgp_f_t));
  }
  for (uint32_t p = 0; p < t->params.partitions; p++)
    for (unsigned id = 1; id < MGP_CHIP_FIRST_TABLE; id++) {
      const mgp_chip_t *chip = &t->chips->chip[id];
      for (uint32_t row = 0; row < t->st.rows[p][id]; row++) {
        mgp_chip_eval_row(chip, t->rows[p][id] + (size_t)row * chip->ncols, NULL, values);
        for (uint32_t j = 0; j < chip->ninteractions; j++) {
          const mgp_interaction_t *x = &chip->interactions[j];
          if (!mgp_bus_is_lookup((mgp_bus_t)x->bus) || values[x->mult] == 0) continue;
          uint32_t tuple[MGP_MAX_TUPLE];
          for (unsigned i = 0; i < x->len; i++) tuple[i] = mgp_f_to_u32(values[x->tuple[i]]);
          uint64_t at = mgp_table_index((mgp_bus_t)x->bus, tuple, t->prog);
          if (at == UINT64_MAX) continue;
          unsigned table = mgp_bus_table((mgp_bus_t)x->bus);
          uint32_t ncols = t->chips->chip[table].ncols, n = mgp_table_rows(table, t->prog);
          mgp_f_t *m = &t->rows[table % t->params.partitions][table][at % n * ncols + at / n];
          *m = mgp_f_sub(*m, values[x->mult]);
        }
      }
    }
}

static inline mgp_f_t toy_cell(const toy_t *t, const mgp_trace_t *tr, uint64_t row, uint32_t col) {
  uint32_t ncols = t->chips->chip[tr->chip].ncols;
  const mgp_f_t *rows = t->rows[tr->partition][tr->chip];
  return row < tr->rows ? rows[(tr->first_row + row) * ncols + col] : 0;
}

/* --- tasks ----------------------------------------------------------------------------------- */

static inline mgp_e_t toy_denominator(const toy_t *t, const mgp_interaction_t *x,
                                      const mgp_e_t *values) {
  mgp_e_t d = mgp_e_add(t->alpha, toy_small(x->bus));
  for (unsigned i = 0; i < x->len; i++)
    d = mgp_e_add(d, mgp_e_mul(t->beta[i + 1], values[x->tuple[i]]));
  return d;
}

/* E at a point where columns, virtual columns and sel have these values. */
static inline mgp_e_t toy_summand(const toy_t *t, const mgp_chip_t *chip, const mgp_e_t *cols,
                                  const mgp_e_t *virt, mgp_e_t sel, const mgp_e_t *rho_int,
                                  uint32_t m) {
  static mgp_e_t values[MGP_MAX_NODES];
  mgp_e_t sum = mgp_e_zero(), power = mgp_e_sqr(t->lambda);
  mgp_chip_eval(chip, cols, virt, values);
  for (uint32_t j = 0; j < chip->ninteractions; j++) {
    const mgp_interaction_t *x = &chip->interactions[j];
    mgp_e_t d = mgp_e_sub(toy_denominator(t, x, values), mgp_e_one());
    mgp_e_t part = mgp_e_add(values[x->mult], mgp_e_mul(t->lambda, d));
    sum = mgp_e_add(sum, mgp_e_mul(toy_eq(rho_int, m, j), part));
  }
  sum = mgp_e_mul(sum, sel);
  for (uint32_t c = 0; c < chip->nconstraints; c++, power = mgp_e_mul(power, t->lambda))
    sum = mgp_e_add(sum, mgp_e_mul(power, values[chip->constraints[c]]));
  return sum;
}

/* Columns, then virtual columns, then sel, as vectors of 2^n. */
static inline mgp_e_t *toy_vectors(const toy_t *t, const mgp_trace_t *tr) {
  const mgp_chip_t *chip = &t->chips->chip[tr->chip];
  size_t size = (size_t)1 << tr->log_rows;
  mgp_e_t *v = toy_alloc((chip->ncols + chip->nvirtual + 1) * size, sizeof *v);
  for (size_t row = 0; row < tr->rows; row++) {
    mgp_f_t virt[MGP_MAX_VIRTUAL];
    if (chip->nvirtual) mgp_table_virtual((mgp_chip_id_t)tr->chip, t->prog, (uint32_t)row, virt);
    for (uint32_t c = 0; c < chip->ncols; c++)
      v[c * size + row] = mgp_e_from_f(toy_cell(t, tr, row, c));
    for (uint32_t c = 0; c < chip->nvirtual; c++)
      v[(chip->ncols + c) * size + row] = mgp_e_from_f(virt[c]);
    v[(chip->ncols + chip->nvirtual) * size + row] = mgp_e_one();
  }
  /* what stands beyond the last row in the matrix counts as part of the columns */
  for (uint32_t c = 0; c < chip->ncols; c++)
    for (size_t row = tr->rows; row < size; row++) {
      uint32_t b = t->params.log_chunk, logp = t->params.log_height - b;
      uint32_t i = (uint32_t)(row >> b);
      if (i >= tr->nchunks) break;
      uint32_t e = tr->first_chunk + i * chip->ncols + c;
      size_t at = ((size_t)(e >> logp) << t->params.log_height) +
                  ((size_t)(e & ((1u << logp) - 1)) << b) + (row & ((1u << b) - 1));
      v[c * size + row] = mgp_e_from_f(t->matrix[tr->partition][at]);
    }
  return v;
}

/* Leaves p, q in heap order: the children of node i are 2i, 2i + 1, the root is 1. */
static inline void toy_leaves(const toy_t *t, const mgp_trace_t *tr, mgp_e_t *p, mgp_e_t *q) {
  static mgp_e_t values[MGP_MAX_NODES];
  const mgp_chip_t *chip = &t->chips->chip[tr->chip];
  size_t nleaves = (size_t)1 << (tr->log_rows + tr->log_inter);
  for (size_t i = 0; i < nleaves; i++) {
    p[nleaves + i] = mgp_e_zero();
    q[nleaves + i] = mgp_e_one();
  }
  for (size_t row = 0; row < tr->rows; row++) {
    mgp_e_t cols[MGP_MAX_COLUMNS], virt[MGP_MAX_VIRTUAL];
    mgp_f_t v[MGP_MAX_VIRTUAL];
    for (uint32_t c = 0; c < chip->ncols; c++) cols[c] = mgp_e_from_f(toy_cell(t, tr, row, c));
    if (chip->nvirtual) mgp_table_virtual((mgp_chip_id_t)tr->chip, t->prog, (uint32_t)row, v);
    for (uint32_t c = 0; c < chip->nvirtual; c++) virt[c] = mgp_e_from_f(v[c]);
    mgp_chip_eval(chip, cols, virt, values);
    for (uint32_t j = 0; j < chip->ninteractions; j++) {
      size_t at = nleaves + (row << tr->log_inter) + j;
      p[at] = values[chip->interactions[j].mult];
      q[at] = toy_denominator(t, &chip->interactions[j], values);
    }
  }
  for (size_t i = nleaves - 1; i >= 1; i--) {
    p[i] = mgp_e_add(mgp_e_mul(p[2 * i], q[2 * i + 1]), mgp_e_mul(p[2 * i + 1], q[2 * i]));
    q[i] = mgp_e_mul(q[2 * i], q[2 * i + 1]);
  }
}

static inline void toy_gkr(toy_t *t, mgp_transcript_t *f, const mgp_trace_t *tr, int task,
                           mgp_e_t *point) {
  uint32_t layers = tr->log_rows + tr->log_inter, number = 0;
  mgp_e_t *p = toy_alloc((size_t)2 << layers, sizeof *p);
  mgp_e_t *q = toy_alloc((size_t)2 << layers, sizeof *q);
  mgp_e_t *v[4]; /* p0, p1, q0, q1 of the layer */
  for (int k = 0; k < 4; k++) v[k] = toy_alloc((size_t)1 << layers, sizeof **v);
  toy_leaves(t, tr, p, q);
  mgp_e_t root[2] = {p[1], q[1]};
  toy_send_ext(t, f, MGP_LABEL_GKR_ROOT, task, 0, root, 2);
  t->leaf[0] = root[0];
  t->leaf[1] = root[1];
  for (uint32_t l = 0; l < layers; l++) {
    mgp_e_t lambda = t->lambda = mgp_transcript_squeeze_ext(f), chal[40];
    size_t size = (size_t)1 << l;
    t->claim = mgp_e_add(t->leaf[0], mgp_e_mul(lambda, t->leaf[1]));
    for (size_t i = 0; i < size; i++) {
      v[0][i] = p[2 * (size + i)];
      v[1][i] = p[2 * (size + i) + 1];
      v[2][i] = q[2 * (size + i)];
      v[3][i] = q[2 * (size + i) + 1];
    }
    for (uint32_t i = 0; i < l; i++, size /= 2) {
      mgp_e_t *eq = toy_eq_table(point + i + 1, l - i - 1), h[3], c[3];
      for (uint32_t X = 0; X < 3; X++) {
        h[X] = mgp_e_zero();
        for (size_t y = 0; y < size / 2; y++) {
          mgp_e_t a[4];
          for (int k = 0; k < 4; k++) a[k] = toy_lerp(v[k][2 * y], v[k][2 * y + 1], toy_small(X));
          mgp_e_t s = mgp_e_add(mgp_e_mul(a[0], a[3]), mgp_e_mul(a[1], a[2]));
          s = mgp_e_add(s, mgp_e_mul(lambda, mgp_e_mul(a[2], a[3])));
          h[X] = mgp_e_add(h[X], mgp_e_mul(eq[y], s));
        }
      }
      free(eq);
      toy_coefficients(h, 2, c);
      toy_send_ext(t, f, MGP_LABEL_GKR_ROUND, task, number++, c + 1, 2);
      c[0] = mgp_e_sub(t->claim, mgp_e_mul(point[i], mgp_e_add(c[1], c[2])));
      chal[i] = mgp_transcript_squeeze_ext(f);
      t->claim = toy_poly(c, 2, chal[i]);
      for (int k = 0; k < 4; k++) toy_bind(v[k], size, chal[i]);
    }
    mgp_e_t evals[4] = {v[0][0], v[1][0], v[2][0], v[3][0]};
    toy_send_ext(t, f, MGP_LABEL_GKR_EVALS, task, l, evals, 4);
    point[0] = mgp_transcript_squeeze_ext(f);
    memcpy(point + 1, chal, l * sizeof *point);
    t->leaf[0] = toy_lerp(evals[0], evals[1], point[0]);
    t->leaf[1] = toy_lerp(evals[2], evals[3], point[0]);
  }
  for (int k = 0; k < 4; k++) free(v[k]);
  free(p);
  free(q);
}

static inline void toy_task(toy_t *t, uint32_t index) {
  const mgp_trace_t *tr = &t->shape.traces[index];
  const mgp_chip_t *chip = &t->chips->chip[tr->chip];
  uint32_t nv = chip->ncols + chip->nvirtual + 1, n = tr->log_rows;
  toy_task_t *task = &t->task[index];
  mgp_transcript_t f;
  mgp_e_t point[40];
  mgp_transcript_fork(&f, t->fork_seed, index);
  toy_gkr(t, &f, tr, (int)index, point);
  const mgp_e_t *rho = point + tr->log_inter;
  mgp_e_t *v = toy_vectors(t, tr);
  size_t stride = (size_t)1 << n;
  t->lambda = mgp_transcript_squeeze_ext(&f);
  t->claim = mgp_e_sub(t->leaf[1], mgp_e_one());
  t->claim = mgp_e_add(t->leaf[0], mgp_e_mul(t->lambda, t->claim));
  for (uint32_t i = 0; i < n; i++) {
    size_t size = (size_t)1 << (n - i);
    mgp_e_t *eq = toy_eq_table(rho + i + 1, n - i - 1), h[4], c[4];
    for (uint32_t X = 0; X < 4; X++) {
      h[X] = mgp_e_zero();
      for (size_t y = 0; y < size / 2; y++) {
        mgp_e_t a[MGP_MAX_COLUMNS + MGP_MAX_VIRTUAL + 1];
        for (uint32_t k = 0; k < nv; k++)
          a[k] = toy_lerp(v[k * stride + 2 * y], v[k * stride + 2 * y + 1], toy_small(X));
        mgp_e_t e = toy_summand(t, chip, a, a + chip->ncols, a[nv - 1], point, tr->log_inter);
        h[X] = mgp_e_add(h[X], mgp_e_mul(eq[y], e));
      }
    }
    free(eq);
    toy_coefficients(h, 3, c);
    toy_send_ext(t, &f, MGP_LABEL_MAIN_ROUND, (int)index, i, c + 1, 3);
    c[0] = mgp_e_add(c[1], mgp_e_add(c[2], c[3]));
    c[0] = mgp_e_sub(t->claim, mgp_e_mul(rho[i], c[0]));
    task->point[i] = mgp_transcript_squeeze_ext(&f);
    t->claim = toy_poly(c, 3, task->point[i]);
    for (uint32_t k = 0; k < nv; k++) toy_bind(v + k * stride, size, task->point[i]);
  }
  for (uint32_t c = 0; c < chip->ncols; c++) task->cols[c] = v[c * stride];
  for (uint32_t c = chip->ncols; c < nv; c++) t->others[c - chip->ncols] = v[c * stride];
  t->rho_int = point;
  free(v);
  toy_send_ext(t, &f, MGP_LABEL_COLUMNS, (int)index, 0, task->cols, chip->ncols);
  mgp_transcript_squeeze_digest(&f, task->digest);
}

/* --- commitment and opening ------------------------------------------------------------------ */

static inline void toy_commit(toy_t *t, uint32_t p) {
  const mgp_shape_t *s = &t->shape;
  uint32_t b = t->params.log_chunk, logp = t->params.log_height - b, ncols = s->ncols[p];
  size_t H = (size_t)1 << t->params.log_height;
  t->matrix[p] = toy_alloc(ncols * H, sizeof(mgp_f_t));
  t->code[p] = toy_alloc(ncols * 2 * H, sizeof(mgp_f_t));
  for (uint32_t i = s->first_trace[p]; i < s->first_trace[p + 1]; i++) {
    const mgp_trace_t *tr = &s->traces[i];
    uint32_t nc = t->chips->chip[tr->chip].ncols;
    for (uint32_t row = 0; row < tr->rows; row++)
      for (uint32_t c = 0; c < nc; c++) {
        uint32_t e = tr->first_chunk + (row >> b) * nc + c;
        t->matrix[p][(e >> logp) * H + ((size_t)(e & ((1u << logp) - 1)) << b) +
                     (row & ((1u << b) - 1))] = toy_cell(t, tr, row, c);
      }
  }
  toy_edit(t, TOY_MATRIX, -1, p, t->matrix[p], ncols * H);
  for (uint32_t j = 0; j < ncols; j++)
    toy_encode(t->matrix[p] + j * H, t->params.log_height, t->code[p] + j * 2 * H, 1);
  t->tree[p] = toy_tree(t->params.log_height + 1);
  mgp_f_t *row = toy_alloc(ncols, sizeof *row);
  for (size_t x = 0; x < 2 * H; x++) {
    for (uint32_t j = 0; j < ncols; j++) row[j] = t->code[p][j * 2 * H + x];
    mgp_hash_leaf(row, ncols, t->tree[p].digest[2 * H + x]);
  }
  free(row);
  toy_tree_fill(&t->tree[p]);
  toy_send_cap(t, &t->tree[p], MGP_LABEL_ROOT, p);
}

static inline void toy_open(toy_t *t) {
  const mgp_shape_t *s = &t->shape;
  uint32_t b = t->params.log_chunk, h = t->params.log_height, logp = h - b, M = s->total_cols;
  size_t H = (size_t)1 << h;
  mgp_e_t *q = toy_alloc(M * H, sizeof *q), *w = toy_alloc(M * H, sizeof *w);
  mgp_e_t power = mgp_e_one(), c = mgp_e_zero();
  t->gamma = mgp_transcript_squeeze_ext(&t->t);
  for (uint32_t p = 0; p < t->params.partitions; p++)
    for (size_t i = 0; i < s->ncols[p] * H; i++)
      q[s->first_col[p] * H + i] = mgp_e_from_f(t->matrix[p][i]);
  for (uint32_t i = 0; i < s->ntraces; i++) {
    const mgp_trace_t *tr = &s->traces[i];
    uint32_t nc = t->chips->chip[tr->chip].ncols, n = tr->log_rows;
    mgp_e_t low[32];
    for (uint32_t k = 0; k < b; k++) low[k] = k < n ? t->task[i].point[k] : mgp_e_zero();
    mgp_e_t *eq = toy_eq_table(low, b);
    for (uint32_t col = 0; col < nc; col++, power = mgp_e_mul(power, t->gamma)) {
      c = mgp_e_add(c, mgp_e_mul(power, t->task[i].cols[col]));
      for (uint32_t k = 0; k < tr->nchunks; k++) {
        uint32_t e = tr->first_chunk + k * nc + col;
        mgp_e_t f = mgp_e_mul(power, n > b ? toy_eq(t->task[i].point + b, n - b, k) : mgp_e_one());
        size_t at = (s->first_col[tr->partition] + (e >> logp)) * H +
                    ((size_t)(e & ((1u << logp) - 1)) << b);
        for (size_t y = 0; y < (size_t)1 << b; y++) w[at + y] = mgp_e_mul(f, eq[y]);
      }
    }
    free(eq);
  }
  for (uint32_t i = 0; i < h; i++) {
    mgp_e_t v[3], co[3];
    size_t size = M * H >> i;
    for (uint32_t X = 0; X < 3; X++) {
      v[X] = mgp_e_zero();
      for (size_t y = 0; y < size / 2; y++)
        v[X] = mgp_e_add(v[X], mgp_e_mul(toy_lerp(q[2 * y], q[2 * y + 1], toy_small(X)),
                                         toy_lerp(w[2 * y], w[2 * y + 1], toy_small(X))));
    }
    toy_coefficients(v, 2, co);
    toy_send_ext(t, &t->t, MGP_LABEL_OPEN_ROUND, -1, i, co + 1, 2);
    /* the verifier's h_0, which is not co[0] if a claim was false */
    co[0] = mgp_e_mul_f(mgp_e_sub(c, mgp_e_add(co[1], co[2])), mgp_f_inv(mgp_f_from_u32(2)));
    t->rho[i] = mgp_transcript_squeeze_ext(&t->t);
    c = toy_poly(co, 2, t->rho[i]);
    toy_bind(q, size, t->rho[i]); /* columns are whole blocks: pairs never cross them */
    toy_bind(w, size, t->rho[i]);
  }
  t->claim = c;
  t->values = toy_alloc(2 * (size_t)M, sizeof *t->values);
  memcpy(t->values, q, M * sizeof *q);
  memcpy(t->values + M, w, M * sizeof *w); /* the weights, for cheats that need them */
  free(q);
  free(w);
  toy_send_ext(t, &t->t, MGP_LABEL_V, -1, 0, t->values, M);
  toy_grind(t, t->params.grind_u, 1);
  mgp_e_t u[32];
  uint32_t log_m = 0;
  while (1u << log_m < M) log_m++;
  for (uint32_t i = 0; i < log_m; i++) u[i] = mgp_transcript_squeeze_ext(&t->t);
  t->eq_u = toy_eq_table(u, log_m);
  t->claim = mgp_e_zero();
  for (uint32_t j = 0; j < M; j++)
    t->claim = mgp_e_add(t->claim, mgp_e_mul(t->eq_u[j], t->values[j]));
}

static inline void toy_commit_word(toy_t *t, const mgp_e_t *q, uint32_t log, uint32_t w) {
  uint32_t size = t->shape.group[w];
  size_t n = (size_t)2 << log;
  t->word[w] = toy_alloc(n, sizeof **t->word);
  toy_encode(q->c, log, t->word[w]->c, MGP_D);
  toy_edit(t, TOY_WORD, -1, w, t->word[w]->c, n * MGP_D);
  t->word_tree[w] = toy_tree(log + 1 - size);
  for (size_t i = 0; i < n >> size; i++)
    mgp_hash_leaf(t->word[w][i << size].c, (size_t)MGP_D << size,
                  t->word_tree[w].digest[(n >> size) + i]);
  toy_tree_fill(&t->word_tree[w]);
  toy_send_cap(t, &t->word_tree[w], MGP_LABEL_FOLD_ROOT, w);
}

static inline void toy_fold(toy_t *t) {
  const mgp_shape_t *s = &t->shape;
  uint32_t h = t->params.log_height, round = 0;
  size_t H = (size_t)1 << h;
  mgp_e_t *Q = toy_alloc(H, sizeof *Q);
  for (uint32_t p = 0; p < t->params.partitions; p++)
    for (uint32_t j = 0; j < s->ncols[p]; j++)
      for (size_t i = 0; i < H; i++)
        Q[i] = mgp_e_add(Q[i], mgp_e_mul_f(t->eq_u[s->first_col[p] + j], t->matrix[p][j * H + i]));
  toy_edit(t, TOY_COMBINED, -1, 0, Q->c, H * MGP_D);
  for (uint32_t w = 0; w < s->ngroups; w++) {
    toy_commit_word(t, Q, h - round, w);
    for (uint32_t i = 0; i < s->group[w]; i++, round++) {
      size_t size = H >> round;
      mgp_e_t *eq = toy_eq_table(t->rho + round + 1, h - round - 1), v[2], c[2];
      v[0] = v[1] = mgp_e_zero();
      for (size_t y = 0; y < size / 2; y++) {
        v[0] = mgp_e_add(v[0], mgp_e_mul(eq[y], Q[2 * y]));
        v[1] = mgp_e_add(v[1], mgp_e_mul(eq[y], Q[2 * y + 1]));
      }
      free(eq);
      toy_coefficients(v, 1, c);
      toy_send_ext(t, &t->t, MGP_LABEL_FOLD_ROUND, -1, round, c + 1, 1);
      c[0] = mgp_e_sub(t->claim, mgp_e_mul(t->rho[round], c[1]));
      mgp_e_t x = mgp_transcript_squeeze_ext(&t->t);
      t->claim = mgp_e_add(c[0], mgp_e_mul(x, c[1]));
      toy_bind(Q, size, x);
    }
  }
  toy_send_ext(t, &t->t, MGP_LABEL_FINAL, -1, 0, Q, (size_t)1 << t->params.log_final);
  free(Q);
}

static inline void toy_queries(toy_t *t) {
  const mgp_shape_t *s = &t->shape;
  uint32_t h = t->params.log_height, nq = t->params.queries, x[MGP_MAX_QUERIES];
  size_t H = (size_t)1 << h;
  toy_grind(t, t->params.grind_query, 2);
  for (uint32_t i = 0; i < nq; i++)
    x[i] = mgp_f_to_u32(mgp_transcript_squeeze(&t->t)) & (uint32_t)(2 * H - 1);
  for (uint32_t i = 0; i < nq; i++) {
    for (uint32_t p = 0; p < t->params.partitions; p++) {
      if (!s->ncols[p]) continue;
      mgp_f_t *row = toy_alloc(s->ncols[p], sizeof *row);
      for (uint32_t j = 0; j < s->ncols[p]; j++) row[j] = t->code[p][j * 2 * H + x[i]];
      toy_edit(t, TOY_ROW, (int)p, i, row, s->ncols[p]);
      toy_put(t, row, s->ncols[p]);
      free(row);
      toy_put_path(t, &t->tree[p], x[i], TOY_ROW_PATH, (int)p, i);
    }
    uint32_t y = x[i];
    for (uint32_t w = 0; w < s->ngroups; w++) {
      uint32_t size = s->group[w];
      mgp_e_t coset[1u << MGP_MAX_LOG_FOLD];
      y >>= size;
      memcpy(coset, t->word[w] + ((size_t)y << size), sizeof *coset << size);
      toy_edit(t, TOY_COSET, (int)w, i, coset->c, (size_t)MGP_D << size);
      toy_put(t, coset->c, (size_t)MGP_D << size);
      toy_put_path(t, &t->word_tree[w], y, TOY_COSET_PATH, (int)w, i);
    }
  }
}

/* --- all of it ------------------------------------------------------------------------------- */

/* The proof file in fresh memory. The shape must be acceptable. */
static inline uint8_t *toy_prove(toy_t *t, size_t *nbytes) {
  const mgp_shape_t *s = &t->shape;
  REQUIRE_OK(mgp_shape_create(t->chips, t->prog, &t->params, &t->st, &t->shape));
  t->body_words = 0;
  t->task = toy_alloc(s->ntraces, sizeof *t->task);

  uint32_t head[MGP_HEADER_WORDS];
  size_t nwords = mgp_statement_claim_words(&t->st, t->params.partitions);
  uint32_t *words = toy_alloc(nwords, sizeof *words);
  mgp_f_t digest[16];
  for (int i = 0; i < 16; i++)
    digest[i] = mgp_f_from_u32(t->prog->digest[2 * i] + 256u * t->prog->digest[2 * i + 1]);
  mgp_header_claim(&t->params, t->run.budget, head);
  mgp_statement_claim(&t->st, t->params.partitions, words);
  mgp_transcript_init(&t->t, MGP_TAG_TRANSCRIPT);
  mgp_transcript_absorb_u32(&t->t, MGP_LABEL_HEADER, head, MGP_HEADER_WORDS);
  mgp_transcript_absorb(&t->t, MGP_LABEL_PROGRAM, digest, 16);
  mgp_transcript_absorb_u32(&t->t, MGP_LABEL_STATEMENT, words, nwords);
  free(words);
  for (uint32_t p = 0; p < t->params.partitions; p++)
    if (s->ncols[p]) toy_commit(t, p);
  toy_grind(t, t->params.grind_alpha, 0);
  t->alpha = mgp_transcript_squeeze_ext(&t->t);
  t->beta[0] = mgp_e_one();
  t->beta[1] = mgp_transcript_squeeze_ext(&t->t);
  for (int i = 2; i <= (int)MGP_MAX_TUPLE; i++) t->beta[i] = mgp_e_mul(t->beta[i - 1], t->beta[1]);
  mgp_transcript_squeeze_digest(&t->t, t->fork_seed);
  for (uint32_t i = 0; i < s->ntraces; i++) toy_task(t, i);
  for (uint32_t i = 0; i < s->ntraces; i++)
    mgp_transcript_absorb(&t->t, MGP_LABEL_JOIN, t->task[i].digest, MGP_DIGEST_WORDS);
  toy_open(t);
  toy_fold(t);
  toy_queries(t);

  uint8_t *file;
  CHECK_EQ_U64(t->body_words, s->body_words);
  size_t shard_nbytes = mgp_shard_bytes(&t->params, t->st.kind, t->st.ngaps, t->body_words);
  uint8_t *shard = toy_alloc(shard_nbytes, 1);
  mgp_shard_write(&t->params, &t->st, t->body, t->body_words, shard);
  t->run.exit_code = t->st.exit_code;
  t->run.has_commit = t->st.has_commit;
  memcpy(t->run.commit, t->st.commit, sizeof t->run.commit);
  REQUIRE_OK(
      mgp_proof_serialize(&t->run, &t->params, shard, shard_nbytes, t->output, &file, nbytes));
  free(shard);
  for (uint32_t p = 0; p < t->params.partitions; p++) {
    free(t->matrix[p]);
    free(t->code[p]);
    free(t->tree[p].digest);
    t->matrix[p] = t->code[p] = NULL;
    t->tree[p].digest = NULL;
  }
  for (uint32_t w = 0; w < s->ngroups; w++) {
    free(t->word[w]);
    free(t->word_tree[w].digest);
  }
  free(t->task);
  free(t->values);
  free(t->eq_u);
  free(t->body);
  t->body = NULL;
  t->body_room = 0;
  mgp_shape_free(&t->shape);
  return file;
}

static inline void toy_free_rows(toy_t *t) {
  for (uint32_t p = 0; p < MGP_MAX_PARTITIONS; p++)
    for (unsigned id = 0; id < MGP_CHIP_COUNT; id++) {
      free(t->rows[p][id]);
      t->rows[p][id] = NULL;
    }
}

#endif
