/* For lies about runs of several shards: a program whose run is three program shards and more of
 * memory, tools for their SHARD_RAM rows, and the verdict on a proof.
 *
 * Three phases, each in the middle of its shard, between loops of nothing. What a phase does
 * reaches the others through memory alone: registers are the same at the cuts, whatever the words
 * hold. */
#ifndef MGP_TESTS_LIAR_SHARDS_H
#define MGP_TESTS_LIAR_SHARDS_H

#include "liar_guest.h"
#include "liar_tools.h"
#include "prover/boundary.h"
#include "prover/shards.h"
#include "unit/ram_rows.h"

/* Words, as bytes from the start of the data. From the file: */
enum { SHARDS_IMAGE = 0, SHARDS_DIGEST = 16, SHARDS_FILE = 48 };
/* zero at first: */
enum {
  SHARDS_READ = 0x40,  /* written by phase 1, read by 2 and 3 */
  SHARDS_TWICE = 0x44, /* written by 1 and 2, read by 3 */
  SHARDS_LATE = 0x48,  /* written by 1, read by 3 */
  SHARDS_COPY = 0x4c,  /* the hint, by 1; read by 2 */
  SHARDS_SUM = 0x50,   /* written by all */
  SHARDS_MANY = 0x100  /* a part for each phase */
};
#define SHARDS_MANY_WORDS 100u
#define SHARDS_KEY(word)  ((DATA_BASE + (word)) / 4)
#define SHARDS_HINT       (MGP_HINT_START / 4)
#define SHARDS_OTHER      4242u
/* values that phases write */
enum { SHARDS_READ_1 = 111, SHARDS_TWICE_1 = 222, SHARDS_LATE_1 = 333, SHARDS_TWICE_2 = 444 };
enum { SHARDS_PROGRAM = 3, SHARDS_MOST = 12 }; /* shards of the program; of both kinds, at most */
#define SHARDS_COUNTER 6u                      /* the register of all loops */

typedef struct {
  liar_guest_t g;
  uint64_t budget;
  mgp_params_t params[SHARDS_MOST];
  mgp_cut_t cut[SHARDS_PROGRAM + 1]; /* [1 ..], without pages */
  uint32_t memory_shards;
} liar_shards_t;

/* --- the program ------------------------------------------------------------------------------ */

static inline void shards_pad(code_t *c) {
  emit(c, MGP_OP_ADDI, SHARDS_COUNTER, 0, 0, 600);
  emit(c, MGP_OP_ADDI, SHARDS_COUNTER, SHARDS_COUNTER, 0, -1);
  emit(c, MGP_OP_BNE, 0, SHARDS_COUNTER, 0, -4);
}

static inline void shards_many(code_t *c, unsigned phase) {
  emit(c, MGP_OP_ADDI, 12, LIAR_DATA, 0, (int32_t)(SHARDS_MANY + 4 * phase * SHARDS_MANY_WORDS));
  emit(c, MGP_OP_ADDI, SHARDS_COUNTER, 0, 0, (int32_t)SHARDS_MANY_WORDS);
  emit(c, MGP_OP_SW, 0, 12, SHARDS_COUNTER, 0);
  emit(c, MGP_OP_ADDI, 12, 12, 0, 4);
  emit(c, MGP_OP_ADDI, SHARDS_COUNTER, SHARDS_COUNTER, 0, -1);
  emit(c, MGP_OP_BNE, 0, SHARDS_COUNTER, 0, -12);
  for (uint32_t r = 10; r <= 12; r++) emit(c, MGP_OP_ADDI, r, 0, 0, 0);
}

static inline void shards_set(code_t *c, int32_t word, int32_t value) {
  emit(c, MGP_OP_ADDI, 10, 0, 0, value);
  emit(c, MGP_OP_SW, 0, LIAR_DATA, 10, word);
}

static inline void shards_commit(code_t *c) {
  emit(c, MGP_OP_ADDI, 10, LIAR_DATA, 0, SHARDS_DIGEST);
  emit(c, MGP_OP_ADDI, 5, 0, 0, MGP_ECALL_COMMIT);
  emit(c, MGP_OP_ECALL, 0, 0, 0, 0);
  emit(c, MGP_OP_ADDI, 5, 0, 0, 0);
}

static inline void shards_code(code_t *c) {
#define E(op, ...) emit(c, MGP_OP_##op, __VA_ARGS__)
  emit_li(c, LIAR_DATA, DATA_BASE);
  emit_li(c, 3, MGP_HINT_START);
  shards_pad(c);
  shards_set(c, SHARDS_READ, SHARDS_READ_1);
  shards_set(c, SHARDS_TWICE, SHARDS_TWICE_1);
  shards_set(c, SHARDS_LATE, SHARDS_LATE_1);
  E(LW, 10, 3, 0, 0);
  E(SW, 0, LIAR_DATA, 10, SHARDS_COPY);
  E(LW, 10, LIAR_DATA, 0, SHARDS_IMAGE);
  E(SW, 0, LIAR_DATA, 10, SHARDS_SUM);
  shards_many(c, 0);
  shards_pad(c);
  shards_pad(c);
  E(LW, 10, LIAR_DATA, 0, SHARDS_READ);
  E(LW, 11, LIAR_DATA, 0, SHARDS_COPY);
  E(ADD, 10, 10, 11, 0);
  E(LW, 11, LIAR_DATA, 0, SHARDS_SUM);
  E(ADD, 10, 10, 11, 0);
  E(SW, 0, LIAR_DATA, 10, SHARDS_SUM);
  shards_set(c, SHARDS_TWICE, SHARDS_TWICE_2);
  E(LW, 10, LIAR_DATA, 0, SHARDS_IMAGE);
  E(ADDI, 10, 10, 0, 1);
  E(SW, 0, LIAR_DATA, 10, SHARDS_IMAGE);
  E(LW, 10, 3, 0, 0);
  E(ADDI, 10, 10, 0, 1);
  E(SW, 0, 3, 10, 0);
  E(LW, 10, 3, 0, 4); /* a digest is given if the second hint says so; again in phase 3 */
  E(BEQ, 0, 10, 0, 4 * 5);
  shards_commit(c);
  shards_many(c, 1);
  shards_pad(c);
  shards_pad(c);
  shards_many(c, 2);
  shards_commit(c);
  E(ADDI, 10, 0, 0, 0);
  static const int32_t words[] = {SHARDS_READ, SHARDS_TWICE, SHARDS_LATE, SHARDS_SUM, SHARDS_IMAGE};
  for (unsigned i = 0; i < sizeof words / sizeof *words; i++) {
    E(LW, 11, LIAR_DATA, 0, words[i]);
    E(ADD, 10, 10, 11, 0);
  }
  E(LW, 11, 3, 0, 0);
  E(ADD, 10, 10, 11, 0);
  E(ADDI, 31, 10, 0, 0);
  shards_pad(c);
  E(ADDI, 10, 31, 0, 0);
  emit_halt(c);
#undef E
}

/* --- rows of SHARD_RAM ------------------------------------------------------------------------ */

static inline int shards_is_program(const mgp_session_t *s, uint32_t id) {
  return s->now->st.kind == MGP_SHARD_PROGRAM && s->now->st.id == id;
}
static inline int shards_is_last(const mgp_session_t *s) {
  return s->now->st.kind == MGP_SHARD_MEMORY && !mgp_shards_left(s);
}

/* The row that receives (in = 1) or sends the word's record; NULL if the shard has none. */
static inline mgp_ram_t *shards_find(mgp_session_t *s, uint32_t in, uint32_t key) {
  for (uint32_t i = 0; i < s->nparts; i++)
    for (uint32_t k = 0; k < s->now->parts[i].nram; k++)
      if (s->now->parts[i].raw.ram[k].in == in && s->now->parts[i].raw.ram[k].key == key)
        return (mgp_ram_t *)(uintptr_t)&s->now->parts[i].raw.ram[k];
  return NULL;
}
static inline mgp_ram_t *shards_row(mgp_session_t *s, uint32_t in, uint32_t key) {
  mgp_ram_t *row = shards_find(s, in, key);
  if (!row) abort();
  return row;
}

/* Rows in all. */
static inline uint32_t shards_rows(const mgp_session_t *s) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < s->nparts; i++) n += s->now->parts[i].nram;
  return n;
}

static inline void shards_add_row(mgp_session_t *s, uint32_t in, uint32_t key, uint32_t value,
                                  uint32_t id, uint32_t ts) {
  mgp_part_t *part = &s->now->parts[0];
  mgp_ram_t *rows = NULL;
  const uint32_t n = part->nram;
  REQUIRE_OK(s->be->ops->alloc(s->be, MGP_MEM_RAW, (n + 1) * sizeof *rows, (void **)&rows));
  memcpy(rows, part->raw.ram, n * sizeof *rows);
  rows[n] = (mgp_ram_t){.key = key, .value = value, .id = id, .ts = ts, .in = in};
  s->be->ops->free(s->be, (void *)(uintptr_t)part->raw.ram);
  part->raw.ram = rows;
  part->nram = n + 1;
}

static inline void shards_drop_row(mgp_session_t *s, const mgp_ram_t *row) {
  for (uint32_t i = 0; i < s->nparts; i++) {
    mgp_ram_t *rows = (mgp_ram_t *)(uintptr_t)s->now->parts[i].raw.ram,
              *end = rows + s->now->parts[i].nram;
    if (row < rows || row >= end) continue;
    mgp_ram_t *at = rows + (row - rows);
    memmove(at, at + 1, (size_t)(end - (at + 1)) * sizeof *at);
    s->now->parts[i].nram--;
    return;
  }
  abort();
}

/* Points, sums and the public point, as they follow from the records. */
static inline void shards_seal(mgp_session_t *s) {
  const int memory = s->now->st.kind == MGP_SHARD_MEMORY;
  const uint32_t own = memory ? s->now->st.nshards + 1 : s->now->st.id;
  mgp_point_t at = mgp_curve_offset();
  uint32_t first = 0;
  for (uint32_t i = 0; i < s->nparts; i++) {
    mgp_ram_t *rows = (mgp_ram_t *)(uintptr_t)s->now->parts[i].raw.ram;
    const uint32_t n = s->now->parts[i].nram;
    mgp_point_t sum, *blocks = calloc(mgp_ram_blocks(n) + 1, sizeof *blocks);
    ram_rows_points(1, rows, n, own, memory, blocks, &sum);
    REQUIRE_OK(ram_rows_chain(1, rows, n, first, at, blocks, &at));
    for (uint32_t k = 0; k < n; k++) /* an id that is too large: mod p, as the circuit has it */
      if (rows[k].in && rows[k].id >= own) rows[k].d += MGP_P;
    first += n;
    free(blocks);
  }
  mgp_curve_write(&at, s->now->st.point);
}

/* The sum once more, of points that were changed after they were made. Rows for which skip[number]
 * is set take no part: each has a sum of its own, from D. Returns where it ends. */
static inline mgp_point_t shards_sum_again(mgp_session_t *s, const uint8_t *skip) {
  mgp_point_t at = mgp_curve_offset();
  uint32_t number = 0, i = 0;
  for (uint32_t p = 0; p < s->nparts; p++) {
    mgp_ram_t *row = (mgp_ram_t *)(uintptr_t)s->now->parts[p].raw.ram;
    for (uint32_t k = 0; k < s->now->parts[p].nram; k++, row++, number++) {
      const int apart = skip && skip[number];
      const mgp_point_t from = apart ? mgp_curve_offset() : at;
      const mgp_f_t word[MGP_CURVE_RECORD_WORDS] = {
          mgp_f_from_u32(row->key << 2 & 0xffff), mgp_f_from_u32(row->key >> 14),
          mgp_f_from_u32(row->value & 0xffff), mgp_f_from_u32(row->value >> 16),
          mgp_f_from_u32(row->id)};
      mgp_f_t state[MGP_P2_WIDTH];
      mgp_curve_hash_state(word, mgp_f_from_u32(row->nonce), MGP_TAG_RECORD, state);
      mgp_p2_permute(state);
      mgp_e7_t x, l;
      memcpy(x.c, state, sizeof x.c);
      l = mgp_e7_mul(mgp_e7_sub(row->y, from.y), mgp_e7_inv(mgp_e7_sub(x, from.x)));
      row->ax = from.x;
      row->slope = l;
      row->i = apart ? (1u << 20) + 2 * number : i;
      if (apart) continue;
      at.x = mgp_e7_sub(mgp_e7_sub(mgp_e7_sqr(l), from.x), x);
      at.y = mgp_e7_sub(mgp_e7_mul(l, mgp_e7_sub(x, at.x)), row->y);
      i++;
    }
  }
  return at;
}

/* Hook `statement`: the last shard says what makes all records cancel. */
static inline void shards_cancel(const liar_t *lie, mgp_session_t *s) {
  (void)lie;
  if (!shards_is_last(s)) return;
  const mgp_point_t start = mgp_curve_offset(), back = mgp_curve_neg(&s->chain.sum);
  const mgp_point_t end = mgp_curve_add(&start, &back);
  mgp_curve_write(&end, s->now->st.point);
}

/* --- proving ---------------------------------------------------------------------------------- */

/* Proves with the lie and checks who notices, as liar_expect does. Returns the file; free() it. */
static inline uint8_t *shards_prove(const liar_shards_t *t, const liar_t *lie, const char *name,
                                    const char *check, const char *faults, size_t *n) {
  const mgp_plan_t plan = {t->budget, SHARDS_MOST, t->params};
  const liar_guest_t *g = &t->g;
  uint8_t *proof = liar_prove(lie, &g->prog, (const uint8_t *)g->hints, sizeof g->hints, &plan, n);
  if (!proof) fprintf(stderr, "%s: %s\n", name, mgp_error_message());
  const char *got = liar_verdict(g, proof, *n);
  CHECK_MSG(liar_is_one_of(got, check), "%s: %s, not %s", name, got, check);
  CHECK_MSG(strcmp(liar_faults(), faults) == 0, "%s: wrong are \"%s\", not \"%s\"", name,
            liar_faults(), faults);
  printf("%-52s %-12s %s\n", name, got, liar_faults());
  return proof;
}

static inline void shards_expect(const liar_shards_t *t, const liar_t *lie, const char *name,
                                 const char *check, const char *faults) {
  size_t n = 0;
  free(shards_prove(t, lie, name, check, faults, &n));
}

/* The same, and a second time with a public point in the last shard that makes the records cancel:
 * then it is not where that shard's rows lead to. */
static inline void shards_expect_unequal(const liar_shards_t *t, const liar_t *lie,
                                         const char *name) {
  char text[128];
  liar_t more = *lie;
  shards_expect(t, lie, name, "run-sum", "");
  snprintf(text, sizeof text, "%s, the last sum made up", name);
  more.statement = shards_cancel;
  shards_expect(t, &more, text, "bus-sum", "ACC");
}

static inline void shards_note_cut(const liar_t *lie, mgp_session_t *s) {
  liar_shards_t *t = (liar_shards_t *)(uintptr_t)lie->more;
  CHECK(s->now->st.kind == MGP_SHARD_MEMORY || s->now->st.id <= SHARDS_PROGRAM);
  if (s->now->st.kind == MGP_SHARD_PROGRAM && s->now->st.id <= SHARDS_PROGRAM)
    t->cut[s->now->st.id] = s->shards->cut;
  if (s->now->st.kind == MGP_SHARD_MEMORY) t->memory_shards = s->now->st.id;
}

static inline void liar_shards_create(liar_shards_t *t) {
  static code_t c;
  liar_guest_t *g = &t->g;
  uint32_t data[SHARDS_FILE / 4];
  char err[128];
  memset(t, 0, sizeof *t);
  c.n = 0;
  shards_code(&c);
  for (uint32_t i = 0; i < SHARDS_FILE / 4; i++) data[i] = 0x89abcdefu * (i + 1);
  g->prog = load_code(&c, data, SHARDS_FILE / 4);
  g->hints[0] = 0xfeedbeef;
  REQUIRE_OK(mgp_chipset_create(&g->chips));
  REQUIRE_OK(mgp_vk_serialize(&g->prog, &g->vk, &g->nvk));
  CHECK_MSG(mgprove_program_from_vk(g->vk, g->nvk, &g->program, err, sizeof err) ==
                MGPROVE_ACCEPTED,
            "%s", err);
  for (uint32_t i = 0; i < SHARDS_MOST; i++) t->params[i] = liar_params();
  t->budget = 142000; /* six loops of 28,200, three phases of 12,500 and 110 words of 658 */
  shards_expect(t, &(liar_t){.raw = shards_note_cut, .more = t}, "the honest run", "accepted", "");
  CHECK_MSG(t->cut[SHARDS_PROGRAM].last && t->memory_shards >= 2, "%u shards of memory",
            t->memory_shards);
}

static inline void liar_shards_destroy(liar_shards_t *t) {
  liar_guest_destroy(&t->g);
}

#endif
