/* The files that describe a run: the program and its private input. */
#ifndef MGP_CLI_INPUTS_H
#define MGP_CLI_INPUTS_H

#include "cli/guests.h"
#include "cli/options.h"
#include "comm/comm.h"
#include "vm/program.h"

/* Zero-initialise; mgp_inputs_free accepts that. */
typedef struct {
  mgp_program_t prog;
  uint8_t *hints; /* contents of the hint region */
  size_t nhints;
} mgp_inputs_t;

/* Reads the program and the hints. Collective with a comm: rank 0 reads and sends them to the
 * others, so that only its host needs the files. Local if comm is NULL. */
mgp_status_t mgp_inputs_load(mgp_comm_t *comm, const char *elf_path, const mgp_text_list_t *hints,
                             mgp_inputs_t *out);
/* A guest that is part of mgprove, told its size by its first hint. Local. */
mgp_status_t mgp_inputs_from_guest(const mgp_guest_t *guest, uint32_t size, mgp_inputs_t *out);
void mgp_inputs_free(mgp_inputs_t *in);

/* Reads a file that is an ELF or a proof: with the limit that all commands use. */
mgp_status_t mgp_inputs_read(const char *path, uint8_t **bytes, size_t *nbytes);

#endif
