/* Speed of the emulator on one core: bench_vm [ELF [HINT...]]
 * Without arguments: hand-assembled loops. Columns: million steps per second of the three passes;
 * of the plain one that notes words, a point every 2^18 steps, and the same in machine code; of
 * recording from these. By processor time, since the machine may have other work.
 */
#include "../unit/vm_build.h"
#include "vm/hints.h"
#include "vm/snapshot.h"

#define CHUNK (1u << 20)

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double record_speed(mgp_vm_t *vm, uint64_t max_steps) {
  static mgp_commit_t commits[1];
  const mgp_vm_limits_t limits = {max_steps, MGP_VM_NO_LIMIT};
  mgp_record_t rec = {.steps = malloc(CHUNK * sizeof(mgp_step_t)),
                      .cap_steps = CHUNK,
                      .commits = commits,
                      .cap_commits = 1,
                      .touches = malloc(4096 * sizeof(mgp_touch_t)),
                      .cap_touches = 4096};
  mgp_vm_stop_t why;
  memset(rec.steps, 1,
         CHUNK * sizeof(mgp_step_t)); /* page faults are the caller's (not 0: calloc) */
  REQUIRE_OK(mgp_vm_record_begin(vm, &rec, 1));
  const double t0 = now();
  for (;;) {
    REQUIRE_OK(mgp_vm_record(vm, &limits, &rec, &why));
    if (why != MGP_VM_FULL) break;
    if (rec.nsteps == rec.cap_steps) {
      rec.steps0 += rec.nsteps;
      rec.nsteps = 0;
    } else {
      rec.cap_touches *= 2;
      rec.touches = realloc(rec.touches, rec.cap_touches * sizeof *rec.touches);
    }
  }
  mgp_vm_record_end(vm, &rec);
  const double t = now() - t0;
  free(rec.steps);
  free(rec.touches);
  return (double)mgp_vm_state(vm)->steps / t * 1e-6;
}

#define PIECE (1u << 18) /* as prover/pass.c cuts it */

/* What the pass in front of the prover writes down of at most max_steps steps. */
typedef struct {
  mgp_vm_point_t point;
  uint32_t *word;
  uint64_t nwords, steps;
} piece_t;

/* In M steps/s; pieces: [*n], free_pieces. */
static double noting_speed(mgp_vm_t *vm, uint64_t max_steps, piece_t **pieces, uint32_t *n) {
  static uint32_t buffer[PIECE + 2 * MGP_MAX_NOTES_PER_STEP];
  mgp_vm_stop_t why;
  *pieces = NULL;
  *n = 0;
  memset(buffer, 1, sizeof buffer);
  const double t0 = now();
  do {
    mgp_vm_notes_t notes = {buffer, 0, sizeof buffer / sizeof *buffer};
    piece_t p = {.steps = mgp_vm_state(vm)->steps};
    const mgp_vm_limits_t limits = {p.steps + PIECE, MGP_VM_NO_LIMIT};
    mgp_vm_point(vm, &p.point);
    REQUIRE_OK(mgp_vm_note(vm, &limits, &notes, &why));
    p.steps = mgp_vm_state(vm)->steps - p.steps;
    p.nwords = notes.n;
    p.word = malloc(p.nwords * sizeof *p.word + 1);
    memcpy(p.word, buffer, p.nwords * sizeof *p.word);
    *pieces = realloc(*pieces, (*n + 1) * sizeof **pieces);
    (*pieces)[(*n)++] = p;
  } while (why != MGP_VM_HALTED && mgp_vm_state(vm)->steps < max_steps);
  return (double)mgp_vm_state(vm)->steps / (now() - t0) * 1e-6;
}

static void free_pieces(piece_t *pieces, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) free(pieces[i].word);
  free(pieces);
}

/* Pieces recorded by one thread; the memory for records is the same for all. */
static double noted_speed(mgp_vm_t *vm, const piece_t *pieces, uint32_t n) {
  static mgp_commit_t commits[1];
  mgp_record_t rec = {.steps = malloc(PIECE * sizeof(mgp_step_t)),
                      .cap_steps = PIECE,
                      .commits = commits,
                      .cap_commits = 1,
                      .touches = malloc(4096 * sizeof(mgp_touch_t)),
                      .cap_touches = 4096};
  uint64_t steps = 0;
  mgp_vm_stop_t why;
  memset(rec.steps, 1, PIECE * sizeof(mgp_step_t));
  const double t0 = now();
  for (uint32_t i = 0; i < n; i++) {
    const uint32_t *words = pieces[i].word;
    const mgp_vm_limits_t limits = {pieces[i].point.steps + pieces[i].steps, MGP_VM_NO_LIMIT};
    REQUIRE_OK(mgp_vm_resume(vm, &pieces[i].point));
    REQUIRE_OK(mgp_vm_record_begin(vm, &rec, 1 + (uint32_t)(pieces[i].point.ts & 0xfffffff)));
    for (;;) {
      REQUIRE_OK(mgp_vm_record_noted(vm, &limits, &words, &rec, &why));
      if (why != MGP_VM_FULL) break;
      rec.cap_touches *= 2;
      rec.touches = realloc(rec.touches, rec.cap_touches * sizeof *rec.touches);
    }
    mgp_vm_record_end(vm, &rec);
    steps += pieces[i].steps;
  }
  const double t = now() - t0;
  free(rec.steps);
  free(rec.touches);
  return (double)steps / t * 1e-6;
}

static void bench(const char *name, const mgp_program_t *prog, const uint8_t *hints,
                  size_t nhints) {
  mgp_vm_config_t config = test_config(prog);
  config.hints = hints;
  config.nhints = nhints;
  config.translate = MGP_VM_TRANSLATE_NEVER;
  mgp_vm_t *vm, *blank, *code;
  mgp_vm_stop_t why;
  double best = 0, note = 0, made = 0, count = 0, rec = 0, noted = 0;
  piece_t *pieces;
  uint32_t npieces;
  const mgp_vm_limits_t rec_limits = {100000000, MGP_VM_NO_LIMIT};
  uint64_t *hits = calloc(prog->ninsn, sizeof *hits);
  REQUIRE_OK(mgp_vm_create(&config, &vm));
  REQUIRE_OK(mgp_vm_create_blank(&config, vm, &blank));
  config.translate = MGP_VM_TRANSLATE_LATER; /* in time for the second round at most */
  REQUIRE_OK(mgp_vm_create(&config, &code));
  uint64_t steps = 0;
  for (int round = 0; round < 3; round++) {
    double t0 = now();
    REQUIRE_OK(mgp_vm_run(vm, &no_limits, &why));
    steps = mgp_vm_state(vm)->steps;
    double v = (double)steps / (now() - t0) * 1e-6;
    if (v > best) best = v;
    mgp_vm_reset(vm);
    v = noting_speed(vm, rec_limits.max_steps, &pieces, &npieces);
    if (v > note) note = v;
    v = noted_speed(blank, pieces, npieces);
    if (v > noted) noted = v;
    free_pieces(pieces, npieces);
    mgp_vm_reset(vm);
    v = noting_speed(code, rec_limits.max_steps, &pieces, &npieces);
    if (v > made) made = v;
    free_pieces(pieces, npieces);
    mgp_vm_reset(code);
    t0 = now();
    REQUIRE_OK(mgp_vm_profile(vm, &rec_limits, hits, &why));
    v = (double)mgp_vm_state(vm)->steps / (now() - t0) * 1e-6;
    if (v > count) count = v;
    mgp_vm_reset(vm);
    v = record_speed(vm, rec_limits.max_steps);
    if (v > rec) rec = v;
    mgp_vm_reset(vm);
  }
  printf("%-24.24s %12" PRIu64 " %9.0f %9.0f %9.0f %9.0f %9.0f %9.0f\n", name, steps, best, count,
         rec, note, made, noted);
  free(hits);
  mgp_vm_destroy(code);
  mgp_vm_destroy(blank);
  mgp_vm_destroy(vm);
}

static void loop_alu(code_t *c) {
  emit_li(c, 10, 10000000);
  emit(c, MGP_OP_ADDI, 11, 0, 0, 7);
  const uint32_t top = c->n;
  emit(c, MGP_OP_ADD, 12, 12, 11, 0);
  emit(c, MGP_OP_SLLI, 13, 12, 0, 5);
  emit(c, MGP_OP_XOR, 14, 13, 12, 0);
  emit(c, MGP_OP_SRLI, 15, 14, 0, 3);
  emit(c, MGP_OP_SUB, 11, 15, 10, 0);
  emit(c, MGP_OP_ANDI, 16, 11, 0, 255);
  emit(c, MGP_OP_SLTU, 17, 16, 12, 0);
  emit(c, MGP_OP_ADDI, 10, 10, 0, -1);
  emit(c, MGP_OP_BNE, 0, 10, 0, (int32_t)(4 * top) - (int32_t)(4 * c->n));
  emit_halt(c);
}

/* loads, stores, multiplications, data-dependent branches, calls */
static void loop_mixed(code_t *c) {
  emit_li(c, 10, 5000000);
  emit_li(c, 2, DATA_BASE);
  emit_li(c, 9, 1103515245);
  const uint32_t top = c->n;
  emit(c, MGP_OP_MUL, 11, 11, 9, 0);
  emit(c, MGP_OP_ADDI, 11, 11, 0, 1234);
  emit(c, MGP_OP_SRLI, 12, 11, 0, 16);
  emit(c, MGP_OP_ANDI, 12, 12, 0, 1020);
  emit(c, MGP_OP_ADD, 12, 12, 2, 0);
  emit(c, MGP_OP_LW, 13, 12, 0, 0);
  emit(c, MGP_OP_ADD, 13, 13, 11, 0);
  emit(c, MGP_OP_SW, 0, 12, 13, 0);
  emit(c, MGP_OP_BLT, 0, 11, 0, 8);
  emit(c, MGP_OP_ADDI, 14, 14, 0, 1);
  emit(c, MGP_OP_LBU, 15, 12, 0, 1);
  emit(c, MGP_OP_JAL, 1, 0, 0, 16);
  emit(c, MGP_OP_ADDI, 10, 10, 0, -1);
  emit(c, MGP_OP_BNE, 0, 10, 0, (int32_t)(4 * top) - (int32_t)(4 * c->n));
  emit(c, MGP_OP_JAL, 0, 0, 0, 16);
  emit(c, MGP_OP_SB, 0, 12, 15, 2);
  emit(c, MGP_OP_XOR, 16, 16, 15, 0);
  emit(c, MGP_OP_JALR, 0, 1, 0, 0);
  emit_halt(c);
}

static void bench_file(const char *path, const char *const *hints, size_t nhints) {
  mgp_program_t prog = {0};
  uint8_t *region, *bytes = NULL;
  size_t nregion, n = 0, cap = 1 << 16;
  FILE *f = fopen(path, "rb");
  if (f == NULL) {
    perror(path);
    exit(1);
  }
  do {
    bytes = realloc(bytes, cap *= 2);
    n += fread(bytes + n, 1, cap - n, f);
  } while (n == cap);
  fclose(f);
  REQUIRE_OK(mgp_program_load_elf(bytes, n, &prog));
  REQUIRE_OK(mgp_hints_read(hints, nhints, &region, &nregion));
  const char *slash = strrchr(path, '/');
  bench(slash ? slash + 1 : path, &prog, region, nregion);
  free(bytes);
  free(region);
  mgp_program_free(&prog);
}

int main(int argc, char **argv) {
  printf("# million steps/s\n# %-22s %12s %9s %9s %9s %9s %9s %9s\n", "program", "steps", "plain",
         "counting", "recording", "noting", "in code", "noted");
  if (argc > 1) {
    bench_file(argv[1], (const char *const *)argv + 2, (size_t)argc - 2);
    return 0;
  }
  static const struct {
    const char *name;
    void (*make)(code_t *);
  } loops[] = {{"loop: alu", loop_alu}, {"loop: mixed", loop_mixed}};
  for (size_t i = 0; i < sizeof loops / sizeof loops[0]; i++) {
    code_t c = {.n = 0};
    const uint32_t data[1] = {0};
    loops[i].make(&c);
    mgp_program_t prog = load_code(&c, data, 1);
    bench(loops[i].name, &prog, NULL, 0);
    mgp_program_free(&prog);
  }
  return 0;
}
