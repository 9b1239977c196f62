/* The verifying key. All numbers are u32, little endian:
 *   "MGPK", version, entry, number of code segments, number of image segments,
 *   (base, words) of each code segment, (base, words) of each image segment, the image's words.
 * Bases and entry are word indices. Code is always a part of the image, so its words are not
 * repeated. Exactly one byte string stands for a program: mgp_vk_parse accepts no other. */
#include "base/keccak.h"
#include "vm/program_impl.h"

#include <stdlib.h>
#include <string.h>

#define VK_MAGIC        0x4b50474du /* "MGPK" */
#define VK_VERSION      1u
#define VK_HEADER_WORDS 5u

static uint32_t get_u32(const uint8_t *p) {
  return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static uint8_t *put_u32(uint8_t *p, uint32_t v) {
  for (unsigned i = 0; i < 4; i++) p[i] = (uint8_t)(v >> (8 * i));
  return p + 4;
}

/* Sorted, disjoint, not adjacent, not empty, in memory; fills in `first`, returns the words. */
static mgp_status_t check_segments(mgp_segment_t *seg, uint32_t nseg, uint32_t max_words,
                                   const char *what, uint32_t *total) {
  uint64_t words = 0, free_from = 0;
  for (uint32_t i = 0; i < nseg; i++) {
    if (seg[i].n == 0) return mgp_fail(MGP_BAD_INPUT, "program: %s segment %u is empty", what, i);
    if (seg[i].base < free_from)
      return mgp_fail(MGP_BAD_INPUT, "program: %s segment %u is not after the one before it", what,
                      i);
    if ((uint64_t)seg[i].base + seg[i].n > MGP_PC_LIMIT)
      return mgp_fail(MGP_BAD_INPUT, "program: %s segment %u reaches beyond address 0x40000000",
                      what, i);
    seg[i].first = (uint32_t)words;
    words += seg[i].n;
    if (words > max_words)
      return mgp_fail(MGP_BAD_INPUT, "program: more than %u words of %s", max_words, what);
    free_from = (uint64_t)seg[i].base + seg[i].n + 1;
  }
  *total = (uint32_t)words;
  return MGP_OK;
}

mgp_status_t mgp_program_check_layout(mgp_program_t *prog) {
  if (prog->ncode == 0 || prog->ncode > MGP_MAX_SEGMENTS || prog->nimage == 0 ||
      prog->nimage > MGP_MAX_SEGMENTS)
    return mgp_fail(MGP_BAD_INPUT, "program: %u code and %u image segments, want 1 to %u of each",
                    prog->ncode, prog->nimage, MGP_MAX_SEGMENTS);
  MGP_TRY(check_segments(prog->code, prog->ncode, MGP_MAX_CODE_WORDS, "code", &prog->ninsn));
  MGP_TRY(
      check_segments(prog->image, prog->nimage, MGP_MAX_IMAGE_WORDS, "image", &prog->nimage_words));
  for (uint32_t i = 0; i < prog->nimage; i++) {
    const mgp_segment_t *seg = &prog->image[i];
    if (seg->base < MGP_HINT_END / 4 && seg->base + seg->n > MGP_HINT_START / 4)
      return mgp_fail(MGP_BAD_INPUT, "program: image segment %u overlaps the hint region", i);
  }
  for (uint32_t i = 0, k = 0; i < prog->ncode; i++) {
    const mgp_segment_t *seg = &prog->code[i];
    while (k < prog->nimage && prog->image[k].base + prog->image[k].n <= seg->base) k++;
    if (k == prog->nimage || prog->image[k].base > seg->base ||
        seg->base + seg->n > prog->image[k].base + prog->image[k].n)
      return mgp_fail(MGP_BAD_INPUT, "program: code segment %u is not in the image", i);
  }
  if (mgp_program_find(prog, prog->entry) == UINT32_MAX)
    return mgp_fail(MGP_BAD_INPUT, "program: the entry point 0x%08x is not in the code",
                    prog->entry < MGP_PC_LIMIT ? 4 * prog->entry : UINT32_MAX);
  return MGP_OK;
}

mgp_status_t mgp_program_seal(mgp_program_t *prog) {
  MGP_TRY(mgp_program_check_layout(prog));
  for (uint32_t i = 1; i < prog->nimage; i++)
    prog->image[i].words = prog->image[0].words + prog->image[i].first;
  for (uint32_t i = 0, k = 0; i < prog->ncode; i++) {
    while (prog->image[k].base + prog->image[k].n <= prog->code[i].base) k++;
    prog->code[i].words = prog->image[k].words + (prog->code[i].base - prog->image[k].base);
  }
  prog->insn = malloc(prog->ninsn * sizeof *prog->insn);
  if (prog->insn == NULL)
    return mgp_fail(MGP_RESOURCES, "program: no memory for %u instructions", prog->ninsn);
  for (uint32_t i = 0; i < prog->ncode; i++) {
    const mgp_segment_t *seg = &prog->code[i];
    for (uint32_t j = 0; j < seg->n; j++)
      mgp_decode(seg->base + j, seg->words[j], &prog->insn[seg->first + j]);
  }
  uint8_t *bytes;
  size_t nbytes;
  MGP_TRY(mgp_vk_serialize(prog, &bytes, &nbytes));
  mgp_keccak256(bytes, nbytes, prog->digest);
  free(bytes);
  return MGP_OK;
}

static size_t vk_words(const mgp_program_t *prog) {
  return VK_HEADER_WORDS + 2 * (size_t)(prog->ncode + prog->nimage) + prog->nimage_words;
}

mgp_status_t mgp_vk_serialize(const mgp_program_t *prog, uint8_t **out, size_t *nbytes) {
  const size_t n = 4 * vk_words(prog);
  uint8_t *bytes = malloc(n), *p = bytes;
  if (bytes == NULL) return mgp_fail(MGP_RESOURCES, "verifying key: no memory for %zu bytes", n);
  p = put_u32(p, VK_MAGIC);
  p = put_u32(p, VK_VERSION);
  p = put_u32(p, prog->entry);
  p = put_u32(p, prog->ncode);
  p = put_u32(p, prog->nimage);
  for (uint32_t i = 0; i < prog->ncode; i++)
    p = put_u32(put_u32(p, prog->code[i].base), prog->code[i].n);
  for (uint32_t i = 0; i < prog->nimage; i++)
    p = put_u32(put_u32(p, prog->image[i].base), prog->image[i].n);
  for (uint32_t i = 0; i < prog->nimage_words; i++) p = put_u32(p, prog->image[0].words[i]);
  *out = bytes;
  *nbytes = n;
  return MGP_OK;
}

mgp_status_t mgp_vk_parse(const uint8_t *bytes, size_t nbytes, mgp_program_t *out) {
  mgp_status_t st;
  mgp_program_t prog = {0};
  const uint8_t *p = bytes + 4 * VK_HEADER_WORDS;
  *out = prog;
  if (nbytes < 8 || get_u32(bytes) != VK_MAGIC)
    return mgp_fail(MGP_BAD_INPUT, "verifying key: not a verifying key file");
  if (get_u32(bytes + 4) != VK_VERSION)
    return mgp_fail(MGP_BAD_INPUT, "verifying key: format version %u, this program reads %u",
                    get_u32(bytes + 4), VK_VERSION);
  if (nbytes < 4 * VK_HEADER_WORDS) return mgp_fail(MGP_BAD_INPUT, "verifying key: truncated");
  prog.entry = get_u32(bytes + 8);
  prog.ncode = get_u32(bytes + 12);
  prog.nimage = get_u32(bytes + 16);
  if (prog.ncode > MGP_MAX_SEGMENTS || prog.nimage > MGP_MAX_SEGMENTS)
    return mgp_fail(MGP_BAD_INPUT, "verifying key: more than %u segments", MGP_MAX_SEGMENTS);
  if (nbytes < 4 * vk_words(&prog)) return mgp_fail(MGP_BAD_INPUT, "verifying key: truncated");
  for (uint32_t i = 0; i < prog.ncode + prog.nimage; i++, p += 8) {
    mgp_segment_t *seg = i < prog.ncode ? &prog.code[i] : &prog.image[i - prog.ncode];
    seg->base = get_u32(p);
    seg->n = get_u32(p + 4);
  }
  MGP_TRY(mgp_program_check_layout(&prog));
  if (nbytes != 4 * vk_words(&prog))
    return mgp_fail(MGP_BAD_INPUT, "verifying key: %zu bytes, want %zu", nbytes,
                    4 * vk_words(&prog));
  prog.image[0].words = malloc(4 * (size_t)prog.nimage_words);
  if (prog.image[0].words == NULL)
    return mgp_fail(MGP_RESOURCES, "verifying key: no memory for %u words", prog.nimage_words);
  for (uint32_t i = 0; i < prog.nimage_words; i++, p += 4) prog.image[0].words[i] = get_u32(p);
  MGP_TRY_GOTO(st, mgp_program_seal(&prog), fail);
  *out = prog;
  return MGP_OK;
fail:
  mgp_program_free(&prog);
  return st;
}
