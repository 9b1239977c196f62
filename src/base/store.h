/* A folder of named records that survives whatever ends its owner: the state of a job.
 *
 * A record is there whole or not at all: it is written aside, synced, renamed, and its folder
 * synced (base/file.h). It carries its name, length and checksum, so that a record that was cut,
 * changed or put there by somebody else is noticed. The folder is private (mode 0700) and has one
 * owner at a time, who holds a lock; a lock ends with the process that holds it.
 *
 * What this relies on: rename within a folder is atomic, what was synced is there after a crash,
 * and fcntl() locks are seen by all hosts. Local file systems, NFS 3 and 4 and GPFS have that;
 * Lustre does if mounted with -o flock. A file system without locks is refused. */
#ifndef MGP_BASE_STORE_H
#define MGP_BASE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

typedef struct mgp_store mgp_store_t;

enum { MGP_STORE_NAME_MAX = 32 };

/* Opens the folder, made if it is missing (its parent must be there), and takes its lock, for which
 * it waits so long at most. Removes what a killed owner has left half written. MGP_RESOURCES:
 * another process has the lock. MGP_USAGE: the folder holds other things, or is open to other
 * users. MGP_IO.
 */
mgp_status_t mgp_store_open(const char *path, double wait_seconds, mgp_store_t **out);
/* NULL is fine. */
void mgp_store_close(mgp_store_t *store);

const char *mgp_store_path(const mgp_store_t *store);
bool mgp_store_has(const mgp_store_t *store, const char *name);

/* Writes or replaces the record: letters, digits and dots name it. MGP_IO: the old one, if there
 * was one, is still there. */
mgp_status_t mgp_store_put(mgp_store_t *store, const char *name, const void *data, size_t nbytes);

/* Reads a record into fresh memory (free() it). MGP_BAD_INPUT if it is missing, longer than
 * max_nbytes, or not as mgp_store_put wrote it: the message names the file. */
mgp_status_t mgp_store_get(mgp_store_t *store, const char *name, size_t max_nbytes, uint8_t **data,
                           size_t *nbytes);

#endif
