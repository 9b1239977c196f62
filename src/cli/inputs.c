#include "cli/inputs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/log.h"
#include "vm/hints.h"

/* No program or proof that can be used is larger. */
#define MAX_FILE_NBYTES (UINT64_C(1) << 30)

mgp_status_t mgp_inputs_read(const char *path, uint8_t **bytes, size_t *nbytes) {
  return mgp_file_read(path, MAX_FILE_NBYTES, bytes, nbytes);
}

static mgp_status_t load_program(const char *name, const uint8_t *elf, size_t nelf,
                                 mgp_program_t *out) {
  char why[512];
  mgp_status_t st = mgp_program_load_elf(elf, nelf, out);
  if (st == MGP_OK) {
    if (out->writable_code)
      mgp_log_warn("%s: has a segment that is writable and executable; stores to code change data "
                   "only, the instructions stay as they are in the file",
                   name);
    return MGP_OK;
  }
  (void)snprintf(why, sizeof why, "%s", mgp_error_message());
  return mgp_fail(st, "%s: %s", name, why);
}

mgp_status_t mgp_inputs_from_guest(const mgp_guest_t *guest, uint32_t size, mgp_inputs_t *out) {
  mgp_inputs_t in = {0};
  uint8_t word[4];
  for (int i = 0; i < 4; i++) word[i] = (uint8_t)(size >> (8 * i));
  const mgp_hint_item_t item = {word, sizeof word};
  mgp_status_t st = load_program(guest->name, guest->elf, guest->nelf, &in.prog);
  if (st == MGP_OK) st = mgp_hints_build(&item, 1, &in.hints, &in.nhints);
  if (st == MGP_OK)
    *out = in;
  else
    mgp_inputs_free(&in);
  return st;
}

/* Bytes of rank 0 to all; allocated on the others. */
static mgp_status_t share(mgp_comm_t *comm, uint8_t **bytes, size_t *nbytes) {
  uint64_t n = *nbytes;
  mgp_status_t st = MGP_OK;
  MGP_TRY(mgp_comm_bcast(comm, &n, sizeof n, 0));
  if (mgp_comm_rank(comm) != 0) {
    *nbytes = (size_t)n;
    *bytes = malloc(*nbytes + 1);
    if (!*bytes) st = mgp_fail(MGP_RESOURCES, "out of memory for %zu bytes of input", *nbytes);
  }
  MGP_TRY(mgp_comm_agree(comm, st));
  return n ? mgp_comm_bcast(comm, *bytes, n, 0) : MGP_OK;
}

mgp_status_t mgp_inputs_load(mgp_comm_t *comm, const char *elf_path, const mgp_text_list_t *hints,
                             mgp_inputs_t *out) {
  mgp_inputs_t in = {0};
  uint8_t *elf = NULL;
  size_t nelf = 0;
  mgp_status_t st = MGP_OK;
  if (comm) mgp_comm_set_phase(comm, "input");
  if (!comm || mgp_comm_rank(comm) == 0) {
    st = mgp_inputs_read(elf_path, &elf, &nelf);
    if (st == MGP_OK) st = mgp_hints_read(hints->items, hints->n, &in.hints, &in.nhints);
  }
  if (comm) {
    MGP_TRY_GOTO(st, mgp_comm_agree(comm, st), out);
    MGP_TRY_GOTO(st, share(comm, &elf, &nelf), out);
    MGP_TRY_GOTO(st, share(comm, &in.hints, &in.nhints), out);
  }
  if (st == MGP_OK) st = load_program(elf_path, elf, nelf, &in.prog);
  if (comm) st = mgp_comm_agree(comm, st);
out:
  free(elf);
  if (st != MGP_OK) {
    mgp_inputs_free(&in);
    return st;
  }
  *out = in;
  return MGP_OK;
}

void mgp_inputs_free(mgp_inputs_t *in) {
  mgp_program_free(&in->prog);
  free(in->hints);
  memset(in, 0, sizeof *in);
}
