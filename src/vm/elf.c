/* ELF32 executables (System V ABI, chapter 4; RISC-V ELF psABI) -> mgp_program_t. */
#include "vm/program_impl.h"

#include <stdlib.h>
#include <string.h>

enum {
  EHDR_SIZE = 52,
  PHDR_SIZE = 32,
  SHDR_SIZE = 40,
  SYM_SIZE = 16,
  PT_LOAD = 1,
  PT_INTERP = 3,
  PF_X = 1,
  PF_W = 2,
  SHT_SYMTAB = 2,
  STT_NOTYPE = 0,
  STT_FUNC = 2,
  ET_EXEC = 2,
  EM_RISCV = 243,
  EF_RISCV_RVC = 1
};

typedef struct {
  const uint8_t *p;
  size_t n;
} file_t;

typedef struct {
  uint32_t offset, addr, filesz, memsz, flags;
} load_t;

/* The caller has checked that the bytes are there. */
static uint16_t u16_at(const file_t *f, size_t at) {
  return (uint16_t)(f->p[at] | f->p[at + 1] << 8);
}
static uint32_t u32_at(const file_t *f, size_t at) {
  return u16_at(f, at) | (uint32_t)u16_at(f, at + 2) << 16;
}
static int in_file(const file_t *f, uint64_t at, uint64_t n) {
  return at <= f->n && n <= f->n - at;
}

static const char *machine_name(unsigned machine) {
  static const struct {
    unsigned machine;
    const char *name;
  } names[] = {{2, "SPARC"},   {3, "x86"},      {8, "MIPS"},    {20, "PowerPC"},
               {21, "PPC64"},  {22, "S/390"},   {40, "ARM"},    {50, "IA-64"},
               {62, "x86-64"}, {83, "AVR"},     {94, "Xtensa"}, {183, "AArch64"},
               {190, "CUDA"},  {224, "AMDGPU"}, {247, "BPF"},   {258, "LoongArch"}};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    if (names[i].machine == machine) return names[i].name;
  return "unknown machine";
}

static mgp_status_t check_header(const file_t *f) {
  static const uint8_t magic[4] = {0x7f, 'E', 'L', 'F'};
  if (f->n < 4 || memcmp(f->p, magic, 4) != 0) return mgp_fail(MGP_BAD_INPUT, "not an ELF file");
  if (f->n < 20) return mgp_fail(MGP_BAD_INPUT, "ELF: truncated in the header");
  if (f->p[4] == 2)
    return mgp_fail(MGP_BAD_INPUT, "ELF: a 64-bit file; build for -march=rv32im -mabi=ilp32");
  if (f->p[4] != 1) return mgp_fail(MGP_BAD_INPUT, "ELF: unknown class %u", f->p[4]);
  if (f->p[5] == 2) return mgp_fail(MGP_BAD_INPUT, "ELF: big endian; want little endian");
  if (f->p[5] != 1) return mgp_fail(MGP_BAD_INPUT, "ELF: unknown byte order %u", f->p[5]);
  const unsigned machine = u16_at(f, 18), type = u16_at(f, 16);
  if (machine != EM_RISCV)
    return mgp_fail(MGP_BAD_INPUT, "ELF: built for %s (machine %u); want RISC-V",
                    machine_name(machine), machine);
  if (type != ET_EXEC)
    return mgp_fail(MGP_BAD_INPUT,
                    "ELF: %s (type %u), not an executable; link with -static -no-pie",
                    type == 1   ? "an object file"
                    : type == 3 ? "position independent or a shared library"
                                : "unknown type",
                    type);
  if (f->n < EHDR_SIZE) return mgp_fail(MGP_BAD_INPUT, "ELF: truncated in the header");
  if (u32_at(f, 36) & EF_RISCV_RVC)
    return mgp_fail(MGP_BAD_INPUT,
                    "ELF: built with compressed instructions; build for -march=rv32im");
  return MGP_OK;
}

/* One PT_LOAD header, checked on its own. */
static mgp_status_t read_load(const file_t *f, unsigned index, size_t at, load_t *out) {
  const load_t s = {u32_at(f, at + 4), u32_at(f, at + 8), u32_at(f, at + 16), u32_at(f, at + 20),
                    u32_at(f, at + 24)};
  const uint64_t end = (uint64_t)s.addr + s.memsz;
  if (s.filesz > s.memsz)
    return mgp_fail(MGP_BAD_INPUT, "ELF: segment %u: %u bytes in the file, but %u in memory", index,
                    s.filesz, s.memsz);
  if (!in_file(f, s.offset, s.filesz))
    return mgp_fail(MGP_BAD_INPUT,
                    "ELF: truncated: segment %u wants %u bytes at offset %u, the file has %zu",
                    index, s.filesz, s.offset, f->n);
  if (end > MGP_ADDR_LIMIT)
    return mgp_fail(MGP_BAD_INPUT,
                    "ELF: segment %u: addresses 0x%08x to 0x%llx reach beyond 0x%08x", index,
                    s.addr, (unsigned long long)end, MGP_ADDR_LIMIT);
  if (s.addr < MGP_HINT_END && end > MGP_HINT_START)
    return mgp_fail(MGP_BAD_INPUT,
                    "ELF: segment %u: addresses 0x%08x to 0x%08x overlap the hint region "
                    "(0x%08x to 0x%08x)",
                    index, s.addr, (uint32_t)end, MGP_HINT_START, MGP_HINT_END);
  if ((s.flags & PF_X) && (s.addr & 3))
    return mgp_fail(MGP_BAD_INPUT, "ELF: code segment %u: address 0x%08x is not word aligned",
                    index, s.addr);
  *out = s;
  return MGP_OK;
}

/* All segments with content, sorted by address and disjoint. */
static mgp_status_t read_loads(const file_t *f, load_t loads[MGP_MAX_SEGMENTS], unsigned *nloads) {
  const uint32_t offset = u32_at(f, 28);
  const unsigned entsize = u16_at(f, 42), num = u16_at(f, 44);
  unsigned n = 0;
  if (num == 0) return mgp_fail(MGP_BAD_INPUT, "ELF: no program headers");
  if (entsize != PHDR_SIZE)
    return mgp_fail(MGP_BAD_INPUT, "ELF: program headers of %u bytes, want %d", entsize, PHDR_SIZE);
  if (!in_file(f, offset, (uint64_t)num * PHDR_SIZE))
    return mgp_fail(MGP_BAD_INPUT,
                    "ELF: truncated: %u program headers at offset %u, the file has "
                    "%zu bytes",
                    num, offset, f->n);
  for (unsigned i = 0; i < num; i++) {
    const size_t at = (size_t)offset + (size_t)i * PHDR_SIZE;
    load_t s;
    if (u32_at(f, at) == PT_INTERP)
      return mgp_fail(MGP_BAD_INPUT, "ELF: dynamically linked; link with -static");
    if (u32_at(f, at) != PT_LOAD) continue;
    MGP_TRY(read_load(f, i, at, &s));
    if (s.memsz == 0) continue;
    if (n == MGP_MAX_SEGMENTS)
      return mgp_fail(MGP_BAD_INPUT, "ELF: more than %u segments", MGP_MAX_SEGMENTS);
    unsigned at_index = n++;
    for (; at_index > 0 && loads[at_index - 1].addr > s.addr; at_index--)
      loads[at_index] = loads[at_index - 1];
    loads[at_index] = s;
  }
  if (n == 0) return mgp_fail(MGP_BAD_INPUT, "ELF: no segment to load");
  for (unsigned i = 1; i < n; i++)
    if (loads[i].addr - loads[i - 1].addr < loads[i - 1].memsz)
      return mgp_fail(MGP_BAD_INPUT, "ELF: segments at 0x%08x and 0x%08x overlap",
                      loads[i - 1].addr, loads[i].addr);
  *nloads = n;
  return MGP_OK;
}

/* Appends the words of bytes [addr, addr + nbytes), joined to the last segment if they touch it. */
static void append_words(mgp_segment_t *seg, uint32_t *nseg, uint32_t addr, uint32_t nbytes) {
  const uint32_t base = addr / 4, end = (addr + nbytes + 3) / 4;
  mgp_segment_t *last = *nseg ? &seg[*nseg - 1] : NULL;
  if (last != NULL && last->base + last->n >= base)
    last->n = end - last->base;
  else
    seg[(*nseg)++] = (mgp_segment_t){.base = base, .n = end - base};
}

static mgp_status_t build_segments(const file_t *f, const load_t *loads, unsigned nloads,
                                   mgp_program_t *prog) {
  for (unsigned i = 0; i < nloads; i++) {
    const load_t *s = &loads[i];
    const uint32_t start = s->addr, end = s->addr + s->memsz;
    if (prog->nregions > 0 && prog->regions[prog->nregions - 1].end == start) {
      prog->regions[prog->nregions - 1].end = end;
    } else {
      prog->regions[prog->nregions].start = start;
      prog->regions[prog->nregions++].end = end;
    }
    if ((s->flags & PF_X) && (s->flags & PF_W)) prog->writable_code = 1;
    if (s->filesz == 0) continue;
    append_words(prog->image, &prog->nimage, s->addr, s->filesz);
    if (s->flags & PF_X) append_words(prog->code, &prog->ncode, s->addr, s->filesz);
  }
  if (prog->ncode == 0) return mgp_fail(MGP_BAD_INPUT, "ELF: no executable segment");
  MGP_TRY(mgp_program_check_layout(prog));

  uint32_t *words = calloc(prog->nimage_words, sizeof *words);
  if (words == NULL)
    return mgp_fail(MGP_RESOURCES, "ELF: no memory for %u words", prog->nimage_words);
  prog->image[0].words = words;
  for (unsigned i = 0, k = 0; i < nloads; i++) {
    const load_t *s = &loads[i];
    if (s->filesz == 0) continue;
    while (prog->image[k].base + prog->image[k].n <= s->addr / 4) k++;
    uint32_t *to = words + prog->image[k].first;
    const uint32_t from = s->addr - 4 * prog->image[k].base;
    for (uint32_t j = 0; j < s->filesz; j++)
      to[(from + j) / 4] |= (uint32_t)f->p[(size_t)s->offset + j] << (8 * ((from + j) & 3));
  }
  return MGP_OK;
}

static int by_address(const void *a, const void *b) {
  const mgp_symbol_t *x = a, *y = b;
  if (x->addr != y->addr) return x->addr < y->addr ? -1 : 1;
  if (x->size != y->size)
    return x->size > y->size ? -1 : 1; /* the one with a size names the code */
  return x->name < y->name ? -1 : x->name > y->name;
}

/* Function names, for messages only: whatever is wrong with the tables means no names. */
static mgp_status_t read_symbols(const file_t *f, mgp_program_t *prog) {
  const size_t shoff = u32_at(f, 32);
  const unsigned entsize = u16_at(f, 46), shnum = u16_at(f, 48);
  size_t symtab = 0;
  if (entsize != SHDR_SIZE || !in_file(f, shoff, (uint64_t)shnum * SHDR_SIZE)) return MGP_OK;
  for (unsigned i = 0; i < shnum && symtab == 0; i++)
    if (u32_at(f, shoff + i * SHDR_SIZE + 4) == SHT_SYMTAB) symtab = shoff + i * SHDR_SIZE;
  if (symtab == 0) return MGP_OK;
  const uint32_t off = u32_at(f, symtab + 16), size = u32_at(f, symtab + 20);
  const uint32_t link = u32_at(f, symtab + 24);
  if (link >= shnum || !in_file(f, off, size)) return MGP_OK;
  const uint32_t str_off = u32_at(f, shoff + link * SHDR_SIZE + 16);
  const uint32_t str_size = u32_at(f, shoff + link * SHDR_SIZE + 20);
  if (str_size == 0 || !in_file(f, str_off, str_size)) return MGP_OK;

  const uint32_t nsyms = size / SYM_SIZE;
  prog->strings = malloc((size_t)str_size + 1);
  prog->symbols = malloc(nsyms * sizeof *prog->symbols + 1);
  if (prog->strings == NULL || prog->symbols == NULL)
    return mgp_fail(MGP_RESOURCES, "ELF: no memory for %u symbols", nsyms);
  memcpy(prog->strings, f->p + str_off, str_size);
  prog->strings[str_size] = 0;
  uint32_t n = 0;
  for (uint32_t i = 0; i < nsyms; i++) {
    const size_t at = (size_t)off + (size_t)i * SYM_SIZE;
    const uint32_t name = u32_at(f, at), addr = u32_at(f, at + 4);
    const unsigned type = f->p[at + 12] & 15;
    if (type != STT_FUNC && type != STT_NOTYPE) continue;
    if (name >= str_size || (addr & 3) || mgp_program_find(prog, addr / 4) == UINT32_MAX) continue;
    const char *text = prog->strings + name;
    if (text[0] == 0 || text[0] == '$' || text[0] == '.') continue; /* mapping and local labels */
    prog->symbols[n++] = (mgp_symbol_t){addr, u32_at(f, at + 8), text};
  }
  qsort(prog->symbols, n, sizeof *prog->symbols, by_address);
  for (uint32_t i = 0; i < n; i++)
    if (prog->nsymbols == 0 || prog->symbols[prog->nsymbols - 1].addr != prog->symbols[i].addr)
      prog->symbols[prog->nsymbols++] = prog->symbols[i];
  return MGP_OK;
}

mgp_status_t mgp_program_load_elf(const uint8_t *bytes, size_t nbytes, mgp_program_t *out) {
  const file_t f = {bytes, nbytes};
  load_t loads[MGP_MAX_SEGMENTS];
  unsigned nloads = 0;
  mgp_program_t prog = {0};
  mgp_status_t st;
  *out = prog;
  MGP_TRY(check_header(&f));
  MGP_TRY(read_loads(&f, loads, &nloads));
  const uint32_t entry = u32_at(&f, 24);
  if (entry & 3)
    return mgp_fail(MGP_BAD_INPUT,
                    "ELF: the entry point 0x%08x is not word aligned (compressed instructions are "
                    "not supported)",
                    entry);
  prog.entry = entry / 4;
  MGP_TRY_GOTO(st, build_segments(&f, loads, nloads, &prog), fail);
  MGP_TRY_GOTO(st, mgp_program_seal(&prog), fail);
  MGP_TRY_GOTO(st, read_symbols(&f, &prog), fail);
  *out = prog;
  return MGP_OK;
fail:
  mgp_program_free(&prog);
  return st;
}
