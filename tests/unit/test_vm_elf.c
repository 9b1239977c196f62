/* ELF loader and verifying key: what they make of good files, what they say about bad ones, and
 * that no bytes break them. */
#include "base/keccak.h"
#include "vm/trap.h"
#include "vm_build.h"

static const uint32_t code[6] = {0x00100293, 0x00200313, 0x006283b3, 0x00000293, 0x00000073, 7};
static const uint8_t rodata[7] = {1, 2, 3, 4, 5, 6, 7};
static const uint32_t data[2] = {0xdeadbeef, 0x12345678};

/* .text, .rodata right behind it (not executable, 3 bytes of its last word missing), .data + .bss
 */
static const elf_segment_t good[3] = {
    {DATA_BASE, 6, 8, 100, data}, {CODE_BASE, 5, 24, 24, code}, {CODE_BASE + 24, 4, 7, 7, rodata}};
static const elf_symbol_t symbols[4] = {{CODE_BASE + 8, 8, "second"},
                                        {CODE_BASE, 8, "first"},
                                        {DATA_BASE, 4, "not_code"},
                                        {CODE_BASE, 0, "alias"}};

static mgp_status_t load(const uint8_t *elf, size_t n, mgp_program_t *prog) {
  /* an exact copy on the heap, so that the sanitizer sees every read beyond the end */
  uint8_t *copy = malloc(n ? n : 1);
  memcpy(copy, elf, n);
  const mgp_status_t st = mgp_program_load_elf(copy, n, prog);
  free(copy);
  return st;
}

static void check_good(void) {
  size_t n;
  uint8_t *elf = elf_build(CODE_BASE + 4, good, 3, symbols, 4, &n);
  mgp_program_t p;
  REQUIRE_OK(load(elf, n, &p));
  CHECK_EQ_U64(p.entry, (CODE_BASE + 4) / 4);
  CHECK_EQ_U64(p.ncode, 1);
  CHECK(p.code[0].base == CODE_BASE / 4 && p.code[0].n == 6 && p.code[0].first == 0);
  CHECK_EQ_U64(p.nimage, 2);
  CHECK(p.image[0].base == CODE_BASE / 4 && p.image[0].n == 8 && p.image[0].first == 0);
  CHECK(p.image[1].base == DATA_BASE / 4 && p.image[1].n == 2 && p.image[1].first == 8);
  CHECK_EQ_U64(p.nimage_words, 10);
  CHECK(memcmp(p.code[0].words, code, sizeof code) == 0);
  CHECK(p.image[0].words[6] == 0x04030201 && p.image[0].words[7] == 0x00070605);
  CHECK(p.image[1].words[0] == data[0] && p.image[1].words[1] == data[1]);
  CHECK(p.ninsn == 6 && p.insn[0].op == MGP_OP_ADDI && p.insn[5].op == MGP_OP_ILLEGAL);
  CHECK(p.insn[2].pc == CODE_BASE / 4 + 2 && !p.writable_code);
  CHECK_EQ_U64(p.nregions, 2);
  CHECK(p.regions[0].start == CODE_BASE && p.regions[0].end == CODE_BASE + 31);
  CHECK(p.regions[1].start == DATA_BASE && p.regions[1].end == DATA_BASE + 100);
  CHECK_EQ_U64(p.nsymbols, 2);
  CHECK_EQ_STR(p.symbols[0].name, "first");
  CHECK_EQ_STR(p.symbols[1].name, "second");
  char text[64];
  mgp_symbol_format(&p, CODE_BASE + 12, text, sizeof text);
  CHECK_EQ_STR(text, "second+0x4");
  mgp_symbol_format(&p, CODE_BASE + 16, text, sizeof text);
  CHECK_EQ_STR(text, "?");

  CHECK_EQ_U64(mgp_program_find(&p, CODE_BASE / 4), 0);
  CHECK_EQ_U64(mgp_program_find(&p, CODE_BASE / 4 + 5), 5);
  CHECK_EQ_U64(mgp_program_find(&p, CODE_BASE / 4 + 6), UINT32_MAX);
  CHECK_EQ_U64(mgp_program_find(&p, CODE_BASE / 4 - 1), UINT32_MAX);
  CHECK_EQ_U64(mgp_program_find(&p, UINT32_MAX), UINT32_MAX);
  mgp_program_free(&p);
  mgp_program_free(&p); /* freeing twice is freeing a zeroed struct */
  mgp_program_free(NULL);

  /* without section headers there are no symbols, and the same program */
  mgp_program_t q;
  size_t m;
  uint8_t *bare = elf_build(CODE_BASE + 4, good, 3, NULL, 0, &m);
  REQUIRE_OK(load(elf, n, &p));
  REQUIRE_OK(load(bare, m, &q));
  CHECK(q.nsymbols == 0 && memcmp(p.digest, q.digest, 32) == 0);
  mgp_program_free(&p);
  mgp_program_free(&q);
  free(bare);
  free(elf);
}

static void check_segments(void) {
  /* two code segments with a gap, the second writable; a third adjacent to the second */
  const elf_segment_t seg[4] = {{0x10000, 5, 8, 8, code},
                                {0x10010, 7, 8, 8, code},
                                {0x10018, 5, 4, 4, code + 2},
                                {0x3ffffffc, 6, 4, 4, data}};
  size_t n;
  uint8_t *elf = elf_build(0x10018, seg, 4, NULL, 0, &n);
  mgp_program_t p;
  REQUIRE_OK(load(elf, n, &p));
  CHECK(p.ncode == 2 && p.code[1].base == 0x4004 && p.code[1].n == 3 && p.code[1].first == 2);
  CHECK(p.nimage == 3 && p.ninsn == 5 && p.writable_code);
  CHECK_EQ_U64(mgp_program_find(&p, 0x4001), 1);
  CHECK_EQ_U64(mgp_program_find(&p, 0x4002), UINT32_MAX);
  CHECK_EQ_U64(mgp_program_find(&p, 0x4004), 2);
  CHECK_EQ_U64(mgp_program_find(&p, 0x4006), 4);
  CHECK(p.insn[4].pc == 0x4006 && p.code[1].words[2] == code[2]);
  mgp_gap_t gaps[MGP_MAX_GAPS];
  CHECK_EQ_U64(mgp_program_gaps(&p, gaps), 4);
  CHECK(gaps[0].start == 0 && gaps[0].end == 0x4000);
  CHECK(gaps[1].start == 0x4002 && gaps[1].end == 0x4004);
  CHECK(gaps[2].start == 0x4007 && gaps[2].end == MGP_HINT_START / 4);
  CHECK(gaps[3].start == MGP_HINT_END / 4 && gaps[3].end == 0x0fffffff);
  mgp_program_free(&p);
  free(elf);

  /* an image that touches the hint region on both sides */
  const elf_segment_t near_hints[2] = {{MGP_HINT_START - 8, 5, 8, 8, code},
                                       {MGP_HINT_END, 6, 8, 8, data}};
  elf = elf_build(MGP_HINT_START - 8, near_hints, 2, NULL, 0, &n);
  REQUIRE_OK(load(elf, n, &p));
  CHECK_EQ_U64(mgp_program_gaps(&p, gaps), 2);
  CHECK(gaps[0].end == MGP_HINT_START / 4 - 2 && gaps[1].start == MGP_HINT_END / 4 + 2);
  CHECK(gaps[1].end == MGP_PC_LIMIT);
  mgp_program_free(&p);
  free(elf);

  /* neighbours inside one word: both halves are in it */
  const elf_segment_t halves[3] = {
      {CODE_BASE, 5, 8, 8, code}, {DATA_BASE + 2, 6, 2, 2, data}, {DATA_BASE, 6, 2, 2, data + 1}};
  elf = elf_build(CODE_BASE, halves, 3, NULL, 0, &n);
  REQUIRE_OK(load(elf, n, &p));
  CHECK(p.nimage == 2 && p.image[1].n == 1 && p.image[1].words[0] == 0xbeef5678);
  mgp_program_free(&p);
  free(elf);
}

/* One field of a good file changed. */
static void check_messages(void) {
  static const struct {
    unsigned at, size;
    uint32_t value;
    const char *message;
  } t[] = {
      {0, 1, 'M', "not an ELF file"},
      {4, 1, 2, "ELF: a 64-bit file; build for -march=rv32im -mabi=ilp32"},
      {4, 1, 9, "ELF: unknown class 9"},
      {5, 1, 2, "ELF: big endian; want little endian"},
      {5, 1, 0, "ELF: unknown byte order 0"},
      {18, 2, 40, "ELF: built for ARM (machine 40); want RISC-V"},
      {18, 2, 62, "ELF: built for x86-64 (machine 62); want RISC-V"},
      {18, 2, 999, "ELF: built for unknown machine (machine 999); want RISC-V"},
      {16, 2, 1, "ELF: an object file (type 1), not an executable; link with -static -no-pie"},
      {16, 2, 3,
       "ELF: position independent or a shared library (type 3), not an executable; link with "
       "-static -no-pie"},
      {16, 2, 4, "ELF: unknown type (type 4), not an executable; link with -static -no-pie"},
      {36, 4, 1, "ELF: built with compressed instructions; build for -march=rv32im"},
      {24, 4, CODE_BASE + 2,
       "ELF: the entry point 0x08000002 is not word aligned (compressed instructions are not "
       "supported)"},
      {24, 4, DATA_BASE, "program: the entry point 0x10000000 is not in the code"},
      {24, 4, 0xfffffffc, "program: the entry point 0xffffffff is not in the code"},
      {28, 4, 0xfffffff0,
       "ELF: truncated: 3 program headers at offset 4294967280, the file has 188 bytes"},
      {42, 2, 56, "ELF: program headers of 56 bytes, want 32"},
      {44, 2, 0, "ELF: no program headers"},
      {44, 2, 0xffff, "ELF: truncated: 65535 program headers at offset 52, the file has 188 bytes"},
      {52, 4, 3, "ELF: dynamically linked; link with -static"},
      {84 + 24, 4, 6, "ELF: no executable segment"},
      {52 + 4, 4, 0xffffffff,
       "ELF: truncated: segment 0 wants 8 bytes at offset 4294967295, the file has 188"},
      {52 + 16, 4, 101, "ELF: segment 0: 101 bytes in the file, but 100 in memory"},
      {52 + 16, 4, 100,
       "ELF: truncated: segment 0 wants 100 bytes at offset 148, the file has 188"},
      {52 + 20, 4, 0xffffffff,
       "ELF: segment 0: addresses 0x10000000 to 0x10fffffff reach beyond 0x40000000"},
      {52 + 20, 4, 0x18000001,
       "ELF: segment 0: addresses 0x10000000 to 0x28000001 overlap the hint region (0x28000000 to "
       "0x30000000)"},
      {52 + 8, 4, 0x3fffffa0,
       "ELF: segment 0: addresses 0x3fffffa0 to 0x40000004 reach beyond 0x40000000"},
      {52 + 8, 4, 0x2fffffff,
       "ELF: segment 0: addresses 0x2fffffff to 0x30000063 overlap the hint region (0x28000000 to "
       "0x30000000)"},
      {52 + 8, 4, CODE_BASE + 30, "ELF: segments at 0x08000018 and 0x0800001e overlap"},
      {52 + 8, 4, CODE_BASE - 99, "ELF: segments at 0x07ffff9d and 0x08000000 overlap"},
      {84 + 8, 4, CODE_BASE + 2, "ELF: code segment 1: address 0x08000002 is not word aligned"},
  };
  for (size_t i = 0; i < sizeof t / sizeof t[0]; i++) {
    size_t n;
    uint8_t *elf = elf_build(CODE_BASE, good, 3, NULL, 0, &n);
    mgp_program_t p;
    elf_put(elf + t[i].at, t[i].value, t[i].size);
    CHECK_MSG(load(elf, n, &p) == MGP_BAD_INPUT, "row %zu is accepted", i);
    CHECK_EQ_STR(mgp_error_message(), t[i].message);
    CHECK(p.insn == NULL && p.ncode == 0);
    mgp_program_free(&p);
    free(elf);
  }
}

static void check_limits(void) {
  mgp_program_t p;
  size_t n;
  elf_segment_t many[MGP_MAX_SEGMENTS + 1];
  for (unsigned i = 0; i <= MGP_MAX_SEGMENTS; i++)
    many[i] = (elf_segment_t){CODE_BASE + 16 * i, 5, 4, 4, code};
  uint8_t *elf = elf_build(CODE_BASE, many, MGP_MAX_SEGMENTS, NULL, 0, &n);
  mgp_gap_t gaps[MGP_MAX_GAPS];
  REQUIRE_OK(load(elf, n, &p));
  CHECK(p.ncode == MGP_MAX_SEGMENTS);
  CHECK_EQ_U64(mgp_program_gaps(&p, gaps), MGP_MAX_SEGMENTS + 2);
  for (unsigned i = 0; i < MGP_MAX_SEGMENTS; i++)
    CHECK_EQ_U64(mgp_program_find(&p, CODE_BASE / 4 + 4 * i), i);
  mgp_program_free(&p);
  free(elf);
  elf = elf_build(CODE_BASE, many, MGP_MAX_SEGMENTS + 1, NULL, 0, &n);
  CHECK(load(elf, n, &p) == MGP_BAD_INPUT);
  CHECK_EQ_STR(mgp_error_message(), "ELF: more than 64 segments");
  free(elf);

  const uint32_t too_much = 4 * MGP_MAX_CODE_WORDS + 4;
  uint8_t *big = calloc(too_much, 1);
  elf_segment_t seg = {CODE_BASE, 5, too_much, too_much, big};
  elf = elf_build(CODE_BASE, &seg, 1, NULL, 0, &n);
  CHECK(load(elf, n, &p) == MGP_BAD_INPUT);
  CHECK_EQ_STR(mgp_error_message(), "program: more than 4194304 words of code");
  free(elf);
  free(big);
}

/* Whatever loads has a verifying key that stands for it. */
static void check_vk_of(const mgp_program_t *p) {
  uint8_t *vk, *again, digest[32];
  size_t n, m;
  mgp_program_t q;
  REQUIRE_OK(mgp_vk_serialize(p, &vk, &n));
  REQUIRE_OK(mgp_vk_parse(vk, n, &q));
  mgp_keccak256(vk, n, digest);
  CHECK(memcmp(p->digest, digest, 32) == 0 && memcmp(q.digest, digest, 32) == 0);
  CHECK(q.entry == p->entry && q.ninsn == p->ninsn && q.nimage_words == p->nimage_words);
  CHECK(memcmp(q.insn, p->insn, p->ninsn * sizeof *p->insn) == 0);
  REQUIRE_OK(mgp_vk_serialize(&q, &again, &m));
  CHECK(n == m && memcmp(vk, again, n) == 0);
  mgp_program_free(&q);
  free(vk);
  free(again);
}

/* Every truncation, every single-byte change to some values, and random damage. */
static void check_damage(void) {
  size_t n;
  uint8_t *elf = elf_build(CODE_BASE, good, 3, symbols, 4, &n);
  mgp_program_t p;
  unsigned long loaded = 0;
  REQUIRE_OK(load(elf, n, &p));
  uint8_t digest[32];
  memcpy(digest, p.digest, 32);
  mgp_program_free(&p);
  for (size_t cut = 0; cut < n; cut++) {
    const mgp_status_t st = load(elf, cut, &p);
    /* only symbols and section headers may be missing */
    CHECK_MSG((st == MGP_OK) == (cut >= 187), "cut at %zu", cut);
    if (st == MGP_OK) CHECK(memcmp(p.digest, digest, 32) == 0);
    if (st == MGP_OK) mgp_program_free(&p);
  }
  test_rng_t rng = test_rng();
  static const uint8_t values[] = {0, 1, 2, 3, 4, 0x7f, 0x80, 0xff};
  for (size_t at = 0; at < n; at++) {
    const uint8_t before = elf[at];
    for (unsigned v = 0; v < 8 + 2; v++) {
      elf[at] = v < 8 ? values[v] : (uint8_t)test_rand(&rng);
      if (load(elf, n, &p) != MGP_OK) continue;
      loaded++;
      check_vk_of(&p);
      mgp_program_free(&p);
    }
    elf[at] = before;
  }
  CHECK(loaded > 0);
  uint8_t *bad = malloc(n);
  for (unsigned round = 0; round < 20000; round++) {
    memcpy(bad, elf, n);
    const unsigned changes = 1 + (unsigned)(test_rand(&rng) % 4);
    for (unsigned i = 0; i < changes; i++) {
      const size_t at = (size_t)(test_rand(&rng) % n);
      const size_t k = at & ~(size_t)3;
      if ((test_rand(&rng) & 1) && k + 4 <= n)
        elf_put(bad + k, (uint32_t)test_rand(&rng) >> (test_rand(&rng) % 32), 4);
      else
        bad[at] = (uint8_t)test_rand(&rng);
    }
    if (load(bad, n, &p) == MGP_OK) mgp_program_free(&p);
  }
  free(bad);
  free(elf);
}

static mgp_status_t parse(const uint8_t *vk, size_t n, mgp_program_t *p) {
  uint8_t *copy = malloc(n ? n : 1);
  memcpy(copy, vk, n);
  const mgp_status_t st = mgp_vk_parse(copy, n, p);
  free(copy);
  return st;
}

static void check_vk(void) {
  const elf_segment_t seg[3] = {
      {CODE_BASE, 5, 24, 24, code}, {CODE_BASE + 32, 5, 8, 8, code}, {DATA_BASE, 6, 8, 100, data}};
  size_t n, nelf;
  uint8_t *elf = elf_build(CODE_BASE + 32, seg, 3, NULL, 0, &nelf), *vk;
  mgp_program_t p, q;
  REQUIRE_OK(load(elf, nelf, &p));
  check_vk_of(&p);
  REQUIRE_OK(mgp_vk_serialize(&p, &vk, &n));
  CHECK_EQ_U64(n, 4 * (5 + 2 * 5 + 10));
  CHECK(memcmp(vk, "MGPK\1\0\0\0", 8) == 0);
  for (size_t cut = 0; cut < n; cut++) CHECK_MSG(parse(vk, cut, &q) == MGP_BAD_INPUT, "%zu", cut);
  uint8_t *longer = calloc(n + 1, 1);
  memcpy(longer, vk, n);
  CHECK(parse(longer, n + 1, &q) == MGP_BAD_INPUT);
  CHECK_EQ_STR(mgp_error_message(), "verifying key: 101 bytes, want 100");

  /* each accepted byte string is the serialization of what it was parsed into, so no two stand for
   * the same program, and a changed byte is another program */
  unsigned long accepted = 0;
  for (size_t at = 0; at < n; at++) {
    for (unsigned v = 0; v < 256; v++) {
      memcpy(longer, vk, n);
      longer[at] = (uint8_t)v;
      if (v == vk[at] || parse(longer, n, &q) != MGP_OK) continue;
      uint8_t *again;
      size_t m;
      accepted++;
      REQUIRE_OK(mgp_vk_serialize(&q, &again, &m));
      CHECK_MSG(m == n && memcmp(again, longer, n) == 0, "byte %zu = %u", at, v);
      CHECK(memcmp(q.digest, p.digest, 32) != 0);
      free(again);
      mgp_program_free(&q);
    }
  }
  CHECK(accepted >= 40 * 255); /* at least all bytes of the words */

  static const struct {
    unsigned word;
    uint32_t value;
    const char *message;
  } t[] = {
      {0, 0, "verifying key: not a verifying key file"},
      {1, 2, "verifying key: format version 2, this program reads 1"},
      {2, 0, "program: the entry point 0x00000000 is not in the code"},
      {3, 65, "verifying key: more than 64 segments"},
      {4, 0xffffffff, "verifying key: more than 64 segments"},
      {6, 0, "program: code segment 0 is empty"},
      {7, CODE_BASE / 4 + 6, "program: code segment 1 is not after the one before it"},
      {6, 0xffffffff, "program: code segment 0 reaches beyond address 0x40000000"},
      {8, 3, "program: code segment 1 is not in the image"},
      {9, MGP_HINT_START / 4 - 5, "program: image segment 1 is not after the one before it"},
      {13, MGP_HINT_START / 4 - 1, "program: image segment 2 overlaps the hint region"},
      {14, MGP_MAX_IMAGE_WORDS, "program: more than 16777216 words of image"},
      {14, 3, "verifying key: 100 bytes, want 104"},
  };
  for (size_t i = 0; i < sizeof t / sizeof t[0]; i++) {
    memcpy(longer, vk, n);
    elf_put(longer + 4 * t[i].word, t[i].value, 4);
    CHECK_MSG(parse(longer, n, &q) == MGP_BAD_INPUT, "row %zu is accepted", i);
    CHECK_EQ_STR(mgp_error_message(), t[i].message);
  }
  free(longer);
  free(vk);
  free(elf);
  mgp_program_free(&p);
}

int main(void) {
  check_good();
  check_segments();
  check_messages();
  check_limits();
  check_damage();
  check_vk();
  return test_result();
}
