/* Real proofs, taken apart, changed in one field and put together again as consistently as the
 * format allows: each kind of field is refused, by the checks that are there for it. Which check
 * refused how often is printed. Bytes changed anywhere are refused too. */
#include "math/curve.h"
#include "protocol/shape.h"
#include "prove_util.h"

static mgp_chipset_t *chips;
static guest_t guest;
static mgprove_program_t *program; /* the guest's, for the verifier */
static test_rng_t rng;

#define MOST_SHARDS 8u /* of each kind that a changed file may say it has */

/* A proof, decoded. The members on top are of one shard, the one that is changed. */
typedef struct {
  mgp_params_t params, honest; /* honest: where those changed are out of bounds */
  mgp_statement_t st;
  mgp_shape_t shape;
  uint32_t *body; /* canonical words */
  size_t body_words;
  /* the run */
  mgp_run_t run;
  uint8_t *output;
  uint32_t nshards, number; /* number: of the shard above, from 0 */
  struct {
    mgp_params_t params;
    uint8_t *bytes; /* statement and body */
    size_t nbytes;
  } other[2 * MOST_SHARDS];
} decoded_t;

static uint32_t word_at(const uint8_t *b) {
  return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

static void keep_shard(decoded_t *d, const mgp_shard_t *shard, const mgp_shape_t *shape) {
  d->params = d->honest = shard->params;
  d->st = shard->statement;
  d->body_words = shape->body_words;
  d->body = malloc(d->body_words * 4);
  if (!d->body) abort();
  for (size_t i = 0; i < d->body_words; i++) d->body[i] = word_at(shard->body + 4 * i);
}

/* number: of the shard to take apart */
static void decode(const uint8_t *file, size_t n, uint32_t number, decoded_t *d) {
  mgp_proof_t proof;
  mgp_chain_t chain;
  static mgp_shard_t shard;
  size_t at = 0;
  memset(d, 0, sizeof *d);
  REQUIRE_OK(mgp_proof_parse(file, n, &proof));
  d->run = proof.run;
  d->nshards = proof.nshards;
  d->number = number;
  CHECK(number < d->nshards && d->nshards <= 2 * MOST_SHARDS);
  d->output = malloc(d->run.output_bytes + 1u);
  if (!d->output) abort();
  memcpy(d->output, proof.output, d->run.output_bytes);
  mgp_chain_begin(&guest.prog, &chain);
  for (uint32_t i = 0; i < d->nshards; i++) {
    mgp_shape_t shape;
    REQUIRE_OK(mgp_proof_shard(&proof, &chain, i, at, &shard));
    REQUIRE_OK(mgp_shape_create(chips, &guest.prog, &shard.params, &shard.statement, &shape));
    const mgp_statement_t *st = &shard.statement;
    d->other[i].params = shard.params;
    d->other[i].nbytes = mgp_shard_bytes(&shard.params, st->kind, st->ngaps, shape.body_words);
    d->other[i].bytes = malloc(d->other[i].nbytes);
    if (!d->other[i].bytes) abort();
    memcpy(d->other[i].bytes, proof.shards + at, d->other[i].nbytes);
    at += d->other[i].nbytes;
    if (i == number) {
      keep_shard(d, &shard, &shape);
      d->shape = shape;
    } else {
      mgp_shape_free(&shape);
    }
    REQUIRE_OK(mgp_chain_advance(&chain, st));
  }
  CHECK_EQ_U64(at, proof.shards_nbytes);
}

static void decoded_free(decoded_t *d) {
  mgp_shape_free(&d->shape);
  for (uint32_t i = 0; i < d->nshards; i++) free(d->other[i].bytes);
  free(d->body);
  free(d->output);
}

/* Another row count or parameter means another length: the body is cut, or goes on with words of
 * its own, where there is a shape that says how long it has to be. */
static uint8_t *encode(const decoded_t *d, size_t *nbytes) {
  mgp_shape_t shape;
  mgp_params_t params[2 * MOST_SHARDS];
  size_t words = d->body_words, total = 0, at = 0;
  if (mgp_shape_create(chips, &guest.prog, &d->params, &d->st, &shape) == MGP_OK) {
    if (shape.body_words < (size_t)1 << 22) words = shape.body_words;
    mgp_shape_free(&shape);
  }
  uint32_t *body = malloc((words + 1) * 4);
  if (!body) abort();
  for (size_t i = 0; i < words; i++) body[i] = d->body[i % d->body_words];
  const mgp_params_t *sizes = mgp_params_check(&d->params) == MGP_OK ? &d->params : &d->honest;
  size_t own = mgp_shard_bytes(sizes, d->st.kind, d->st.ngaps, words);
  for (uint32_t i = 0; i < d->nshards; i++) total += i == d->number ? own : d->other[i].nbytes;
  uint8_t *shards = malloc(total), *file = NULL;
  if (!shards) abort();
  for (uint32_t i = 0; i < 2 * MOST_SHARDS; i++)
    params[i] = i < d->nshards && i != d->number ? d->other[i].params : d->params;
  for (uint32_t i = 0; i < d->nshards; i++) {
    if (i == d->number)
      mgp_shard_write(sizes, &d->st, body, words, shards + at);
    else
      memcpy(shards + at, d->other[i].bytes, d->other[i].nbytes);
    at += i == d->number ? own : d->other[i].nbytes;
  }
  REQUIRE_OK(mgp_proof_serialize(&d->run, params, shards, total, d->output, &file, nbytes));
  free(shards);
  free(body);
  return file;
}

/* "accepted", or the check that refused */
static const char *verdict(const uint8_t *file, size_t n) {
  static mgprove_result_t result;
  mgprove_verdict_t v = mgprove_verify(program, file, n, &result);
  CHECK_MSG(v == MGPROVE_ACCEPTED || v == MGPROVE_REJECTED, "verdict %d: %s", (int)v,
            result.message);
  CHECK_MSG(v == MGPROVE_ACCEPTED || result.check[0], "no check named: %s", result.message);
  return v == MGPROVE_ACCEPTED ? "accepted" : result.check;
}

/* --- kinds of fields ------------------------------------------------------------------------- */

/* A changed claim or commitment changes all challenges after it; so the first check that can
 * notice is the work of the next nonce, and where that happens to be enough (few bits), the next
 * claim that no longer fits. */
#define AFTER_START "grind-alpha gkr-layer main-last gkr-root-zero"
#define SHAPES      "params security shape-bus shape-traces shape-chunks shape-columns format-length "

typedef enum {
  B_CAP,
  B_NONCE_ALPHA,
  B_ROOT,
  B_GKR_ROUND,
  B_EVALS,
  B_MAIN_ROUND,
  B_COLUMN,
  B_OPEN_ROUND,
  B_V,
  B_NONCE_U,
  B_FOLD_CAP,
  B_FOLD_ROUND,
  B_FINAL,
  B_NONCE_QUERY,
  B_ROW,
  B_ROW_PATH,
  B_COSET,
  B_COSET_PATH,
  B_KINDS
} body_kind_t;

static const struct {
  const char *name, *checks;
} body_kind[B_KINDS] = {
    [B_CAP] = {"cap of a matrix", AFTER_START},
    [B_NONCE_ALPHA] = {"nonce of alpha", AFTER_START},
    [B_ROOT] = {"root of a fraction tree", "gkr-layer main-last"},
    [B_GKR_ROUND] = {"round of a layer", "gkr-layer main-last"},
    [B_EVALS] = {"values of a layer", "gkr-layer main-last"},
    [B_MAIN_ROUND] = {"round of a main sumcheck", "main-last"},
    [B_COLUMN] = {"value of a column", "main-last"}, /* or free_checks */
    [B_OPEN_ROUND] = {"round of the opening", "open-v"},
    [B_V] = {"value of a stacked column", "open-v"},
    [B_NONCE_U] = {"nonce of u", "grind-u fold-final"},
    [B_FOLD_CAP] = {"cap of a folded word", "fold-final"},
    [B_FOLD_ROUND] = {"round of the folding", "fold-final"},
    [B_FINAL] = {"final polynomial", "fold-final"},
    [B_NONCE_QUERY] = {"nonce of the queries", "grind-query query-path-matrix"},
    [B_ROW] = {"row of a matrix", "query-path-matrix"},
    [B_ROW_PATH] = {"path of a row", "query-path-matrix"},
    [B_COSET] = {"coset of a word", "query-path-word"},
    [B_COSET_PATH] = {"path of a coset", "query-path-word"},
};

/* Where the body has words of which kind. */
typedef struct {
  body_kind_t kind;
  size_t at, n;
  const mgp_chip_t *chip; /* of B_COLUMN */
} segment_t;
static segment_t *segments;
static size_t nsegments, segments_room, body_at;

static void segment(body_kind_t kind, size_t n) {
  if (n == 0) return;
  if (nsegments == segments_room) {
    segments_room = 2 * segments_room + 64;
    segments = realloc(segments, segments_room * sizeof *segments);
    if (!segments) abort();
  }
  segments[nsegments++] = (segment_t){kind, body_at, n, NULL};
  body_at += n;
}

static size_t cap_words(uint32_t height) {
  return (size_t)MGP_DIGEST_WORDS << mgp_cap_log(height);
}
static size_t path_words(uint32_t height) {
  return (size_t)MGP_DIGEST_WORDS * (height - mgp_cap_log(height));
}

static void lay_task(const mgp_trace_t *t) {
  uint32_t layers = t->log_inter + t->log_rows;
  segment(B_ROOT, 2 * MGP_D);
  for (uint32_t l = 0; l < layers; l++) {
    segment(B_GKR_ROUND, (size_t)l * 2 * MGP_D);
    segment(B_EVALS, 4 * MGP_D);
  }
  segment(B_MAIN_ROUND, (size_t)t->log_rows * 3 * MGP_D);
  segment(B_COLUMN, (size_t)chips->chip[t->chip].ncols * MGP_D);
  segments[nsegments - 1].chip = &chips->chip[t->chip];
}

/* The inverse hints (docs/chips.md, section 7): where the difference is zero in all rows they
 * change no equation of the chip, but they are not what was committed to. */
static const char free_checks[] = "main-last open-v";
static int is_free(const mgp_chip_t *chip, size_t column) {
  static const char *const free_columns[] = {"BEQ.il", "BEQ.ih", "BZ.i"};
  char name[64];
  snprintf(name, sizeof name, "%s.%s", chip->name, chip->col_name[column]);
  for (size_t i = 0; i < sizeof free_columns / sizeof free_columns[0]; i++)
    if (strcmp(name, free_columns[i]) == 0) return 1;
  return 0;
}

/* The order of docs/protocol.md, section 5. */
static void lay_body(const decoded_t *d) {
  const mgp_params_t *p = &d->params;
  const mgp_shape_t *s = &d->shape;
  nsegments = body_at = 0;
  for (uint32_t k = 0; k < p->partitions; k++)
    if (s->ncols[k]) segment(B_CAP, cap_words(p->log_height + 1));
  segment(B_NONCE_ALPHA, 1);
  for (uint32_t k = 0; k < s->ntraces; k++) lay_task(&s->traces[k]);
  segment(B_OPEN_ROUND, (size_t)p->log_height * 2 * MGP_D);
  segment(B_V, (size_t)s->total_cols * MGP_D);
  segment(B_NONCE_U, 1);
  for (uint32_t w = 0; w < s->ngroups; w++) {
    segment(B_FOLD_CAP, cap_words(mgp_shape_word_log(p, s, w) - s->group[w]));
    segment(B_FOLD_ROUND, (size_t)s->group[w] * MGP_D);
  }
  segment(B_FINAL, (size_t)MGP_D << p->log_final);
  segment(B_NONCE_QUERY, 1);
  for (uint32_t q = 0; q < p->queries; q++) {
    for (uint32_t k = 0; k < p->partitions; k++) {
      segment(B_ROW, s->ncols[k]);
      if (s->ncols[k]) segment(B_ROW_PATH, path_words(p->log_height + 1));
    }
    for (uint32_t w = 0; w < s->ngroups; w++) {
      segment(B_COSET, (size_t)MGP_D << s->group[w]);
      segment(B_COSET_PATH, path_words(mgp_shape_word_log(p, s, w) - s->group[w]));
    }
  }
  CHECK_EQ_U64(body_at, d->body_words);
}

/* --- counting -------------------------------------------------------------------------------- */

typedef struct {
  const char *name, *checks;
  struct {
    char check[32];
    unsigned n;
  } by[12];
} tally_t;

static void count(tally_t *t, const char *check) {
  char word[40], list[512];
  snprintf(word, sizeof word, " %s ", check);
  snprintf(list, sizeof list, " %s ", t->checks);
  CHECK_MSG(strstr(list, word), "%s: %s, not one of: %s", t->name, check, t->checks);
  for (unsigned i = 0; i < 12; i++) {
    if (t->by[i].n && strcmp(t->by[i].check, check) != 0) continue;
    snprintf(t->by[i].check, sizeof t->by[i].check, "%s", check);
    t->by[i].n++;
    return;
  }
}

static unsigned print_tally(const tally_t *t) {
  unsigned n = 0;
  printf("  %-28s", t->name);
  for (unsigned i = 0; i < 12 && t->by[i].n; n += t->by[i++].n)
    printf(" %s %u", t->by[i].check, t->by[i].n);
  printf("\n");
  CHECK_MSG(n > 0, "%s: nothing was changed", t->name);
  return n;
}

static const char *verdict_of(const decoded_t *d) {
  size_t n;
  uint8_t *file = encode(d, &n);
  const char *got = verdict(file, n);
  free(file);
  return got;
}

/* --- changes ---------------------------------------------------------------------------------- */

/* Another canonical word: the next, a random one, or one that stands elsewhere. */
static uint32_t other_word(const decoded_t *d, uint32_t w) {
  uint32_t v = w;
  switch (test_rand(&rng) % 3) {
  case 0:
    v = w + 1;
    break;
  case 1:
    v = (uint32_t)test_rand(&rng);
    break;
  default:
    v = d->body[test_rand(&rng) % d->body_words];
    break;
  }
  v %= MGP_P;
  return v == w ? (w + 1) % MGP_P : v;
}

static unsigned change_body(decoded_t *d, unsigned per_kind) {
  unsigned total = 0;
  for (unsigned kind = 0; kind < B_KINDS; kind++) {
    tally_t t = {.name = body_kind[kind].name, .checks = body_kind[kind].checks};
    size_t *of = malloc(nsegments * sizeof *of), n = 0;
    if (!of) abort();
    for (size_t i = 0; i < nsegments; i++)
      if (segments[i].kind == kind) of[n++] = i;
    CHECK_MSG(n > 0, "%s: the proof has none", t.name);
    for (unsigned i = 0; n > 0 && i < per_kind; i++) {
      const segment_t *s = &segments[of[test_rand(&rng) % n]];
      size_t at = s->at + test_rand(&rng) % s->n;
      uint32_t old = d->body[at];
      d->body[at] = other_word(d, old);
      t.checks =
          s->chip && is_free(s->chip, (at - s->at) / MGP_D) ? free_checks : body_kind[kind].checks;
      count(&t, verdict_of(d));
      d->body[at] = old;
    }
    total += print_tally(&t);
    free(of);
  }
  tally_t t = {.name = "word of p or more", .checks = "format-canonical"};
  for (unsigned i = 0; i < per_kind; i++) {
    size_t at = test_rand(&rng) % d->body_words;
    uint32_t old = d->body[at];
    d->body[at] = i % 2 ? MGP_P + (uint32_t)(test_rand(&rng) % (UINT32_MAX - MGP_P)) : old + MGP_P;
    if (d->body[at] >= MGP_P) count(&t, verdict_of(d)); /* old + p may wrap around */
    d->body[at] = old;
  }
  return total + print_tally(&t);
}

/* A word outside of the body, changed by a little or to anything. */
static void change_word(uint32_t *w, uint32_t most) {
  uint32_t old = *w;
  switch (test_rand(&rng) % 4) {
  case 0:
    *w = old + 1;
    break;
  case 1:
    *w = old - 1;
    break;
  case 2:
    *w = (uint32_t)test_rand(&rng);
    break;
  default:
    *w = (uint32_t)(test_rand(&rng) % ((uint64_t)most + 1));
    break;
  }
  if (*w == old) *w = old + 1;
}

#define WORDS(field) (uint32_t *)(void *)&d->field, sizeof d->field / 4

/* Every word of a field, in turn, until `times` changes are made. */
static unsigned change_words(decoded_t *d, const char *name, const char *checks, uint32_t *words,
                             size_t n, uint32_t most, unsigned times) {
  tally_t t = {.name = name, .checks = checks};
  for (unsigned i = 0; i < times; i++) {
    uint32_t *w = &words[n <= times ? i % n : test_rand(&rng) % n], old = *w;
    change_word(w, most);
    count(&t, verdict_of(d));
    *w = old;
  }
  return print_tally(&t);
}

/* Where a changed claim may already contradict another one. */
#define STATEMENTS                                                                                 \
  "statement-halt statement-commit statement-time statement-image statement-empty statement-kind " \
  "statement-ram statement-pc statement-point "

static unsigned change_shards(decoded_t *d, const char *name, uint32_t *number, unsigned times) {
  /* what follows is read as shards of other kinds, with parameters from elsewhere */
  tally_t t = {.name = name,
               .checks =
                   "format-shards format-output statement-chain " SHAPES STATEMENTS AFTER_START};
  uint32_t old = *number;
  for (unsigned i = 0; i < times; i++) {
    *number = (uint32_t)((old + 1 + test_rand(&rng) % (MOST_SHARDS - 1)) % MOST_SHARDS);
    count(&t, verdict_of(d));
  }
  *number = old;
  return print_tally(&t);
}

static unsigned change_claims(decoded_t *d, unsigned times) {
  unsigned n = 0;
  int whole = d->st.kind == MGP_SHARD_WHOLE, memory = d->st.kind == MGP_SHARD_MEMORY;
#define CHANGE(name, checks, field, most)                                                          \
  n += change_words(d, name, checks, WORDS(field), most, times)
  n += change_shards(d, "number of shards", &d->run.nshards, times);
  n += change_shards(d, "number of memory shards", &d->run.memory_shards, times);
  CHANGE("budget", "format-shards " AFTER_START, run.budget, 1u << 30);
  CHANGE("exit code", AFTER_START, run.exit_code, 256);
  CHANGE("digest of the output", "statement-output " AFTER_START, run.commit, UINT32_MAX);
  if (!memory) {
    CHANGE("value of a register", "statement-x0 " AFTER_START, st.reg_value, UINT32_MAX);
    CHANGE("timestamp of a register", "statement-timestamp statement-x0 " AFTER_START, st.reg_ts,
           1u << 20);
  }
  if (whole || memory) {
    CHANGE("end of the image chain", "statement-chain " AFTER_START, st.image_end, 1u << 28);
    CHANGE("end of the hint chain", "statement-chain " AFTER_START, st.hint_end, 1u << 28);
    n += change_words(d, "end of a zero chain", "statement-chain " AFTER_START, d->st.zero_end,
                      d->st.ngaps, 1u << 28, times);
  }
  if (!whole) {
    uint32_t point[MGP_POINT_WORDS];
    mgp_point_t other = mgp_curve_offset();
    CHANGE("end of the accumulator", "statement-point", st.point, MGP_P);
    tally_t t = {.name = "another point there", .checks = AFTER_START};
    memcpy(point, d->st.point, sizeof point);
    for (unsigned i = 0; i < times; i++) {
      mgp_curve_write(&other, d->st.point);
      count(&t, verdict_of(d));
      other = mgp_curve_add(&other, &other);
    }
    memcpy(d->st.point, point, sizeof point);
    n += print_tally(&t);
  }
  if (!whole && !memory) {
    CHANGE("end pc", "statement-pc " AFTER_START, st.end_pc, 1u << 28);
    CHANGE("whether it commits", "statement-commit run-commit", st.has_commit, 1);
  }
  CHANGE("parameter", SHAPES STATEMENTS AFTER_START, params, 26);
  tally_t t = {.name = "number of rows", .checks = SHAPES STATEMENTS AFTER_START};
  for (unsigned i = 0; i < times; i++) {
    uint32_t *w = &d->st.rows[test_rand(&rng) % d->params.partitions]
                             [1 + test_rand(&rng) % (MGP_CHIP_FIRST_TABLE - 1)];
    uint32_t old = *w;
    change_word(w, 1u << 16);
    count(&t, verdict_of(d));
    *w = old;
  }
  n += print_tally(&t);
  t = (tally_t){.name = "byte of the output", .checks = "statement-output"};
  for (unsigned i = 0; i < times; i++) {
    uint8_t *b = &d->output[test_rand(&rng) % d->run.output_bytes];
    uint8_t flip = (uint8_t)(1 + test_rand(&rng) % 255);
    *b ^= flip;
    count(&t, verdict_of(d));
    *b ^= flip;
  }
  n += print_tally(&t);
  t = (tally_t){.name = "digest dropped, or its flag",
                .checks = "statement-commit run-commit format-output "
                          "statement-output " AFTER_START};
  uint32_t commit[8], st_commit = d->st.has_commit;
  memcpy(commit, d->run.commit, sizeof commit);
  for (unsigned i = 0; i < 2; i++) {
    d->run.has_commit = d->st.has_commit = 0;
    if (i) memset(d->run.commit, 0, sizeof commit);
    count(&t, verdict_of(d));
  }
  d->run.has_commit = 1;
  d->st.has_commit = st_commit;
  memcpy(d->run.commit, commit, sizeof commit);
  n += print_tally(&t);
#undef CHANGE
  return n;
}

static unsigned change_bytes(const uint8_t *file, size_t n, unsigned times) {
  uint8_t *copy = malloc(n);
  if (!copy) abort();
  memcpy(copy, file, n);
  for (unsigned i = 0; i < times; i++) {
    size_t at = i % 4 ? test_rand(&rng) % n : test_rand(&rng) % 1024;
    uint8_t flip = (uint8_t)(i % 3 ? 1u << test_rand(&rng) % 8 : 1 + test_rand(&rng) % 255);
    copy[at] ^= flip;
    CHECK_MSG(strcmp(verdict(copy, n), "accepted") != 0, "byte %zu changed by %02x: accepted", at,
              flip);
    copy[at] ^= flip;
  }
  free(copy);
  printf("  %u bytes changed\n", times);
  return times;
}

/* Shard `number` of a proof. */
static unsigned change_shard(const mgp_prove_result_t *r, uint32_t number, unsigned times) {
  decoded_t d;
  size_t n;
  decode(r->bytes, r->nbytes, number, &d);
  uint8_t *again = encode(&d, &n);
  CHECK(n == r->nbytes && memcmp(again, r->bytes, n) == 0);
  free(again);
  printf("P = %u, shard %u of %u, %zu bytes: fields changed, and the checks that refused\n",
         d.params.partitions, number + 1, d.nshards, n);
  lay_body(&d);
  unsigned total = change_body(&d, times) + change_claims(&d, times);
  CHECK_EQ_STR(verdict_of(&d), "accepted");
  /* the output may stay away: then the digest alone is what is proved */
  d.run.has_output = d.run.output_bytes = 0;
  CHECK_EQ_STR(verdict_of(&d), "accepted");
  decoded_free(&d);
  return total;
}

/* shard_steps 0: of one shard */
static unsigned change_proof(uint32_t partitions, uint64_t shard_steps, unsigned times) {
  mgp_prove_options_t o = {.partitions = partitions, .threads = 1, .no_self_check = 1};
  mgp_prove_result_t r;
  o.log_rows = 14;
  o.shard_steps = shard_steps;
  REQUIRE_OK(guest_prove(&guest, 1, &o, &r));
  CHECK_EQ_STR(verdict(r.bytes, r.nbytes), "accepted");
  uint32_t program_shards = r.report.shards, last = program_shards + r.report.memory_shards - 1;
  CHECK((program_shards > 2) == (shard_steps > 0) &&
        (last + 1 > program_shards) == (shard_steps > 0));
  unsigned total = change_shard(&r, 0, times);
  if (shard_steps) {
    total += change_shard(&r, program_shards - 1, times);
    total += change_shard(&r, last, times);
  }
  total += change_bytes(r.bytes, r.nbytes, 10 * times);
  mgp_prove_result_free(&r);
  return total;
}

int main(void) {
  unsigned times = test_slow() ? 130 : 6, total;
  rng = test_rng();
  REQUIRE_OK(mgp_chipset_create(&chips));
  guest_load(&guest, "panic", 7);
  char err[256] = "";
  CHECK_MSG(mgprove_program_from_elf(guest.elf, guest.nelf, &program, err, sizeof err) ==
                MGPROVE_ACCEPTED,
            "%s", err);
  total = change_proof(1, 0, times) + change_proof(3, 0, times);
  total += change_proof(2, 8000, test_slow() ? times / 3 : 2);
  printf("%u changes\n", total);
  CHECK(!test_slow() || total >= 10000);
  mgprove_program_destroy(program);
  guest_free(&guest);
  free(segments);
  mgp_chipset_destroy(chips);
  return test_result();
}
