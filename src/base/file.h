/* Whole files in, and files that appear whole or not at all. */
#ifndef MGP_BASE_FILE_H
#define MGP_BASE_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

/* Reads the file (a pipe too) of at most max_nbytes. *data is allocated, never NULL, ends in a NUL
 * byte that *nbytes does not count, and is released with free(). A file that is missing,
 * unreadable, a folder or too large is MGP_BAD_INPUT. */
mgp_status_t mgp_file_read(const char *path, uint64_t max_nbytes, uint8_t **data, size_t *nbytes);

/* A file under construction. It is written beside its destination, which keeps its old contents
 * until commit: sync, rename, sync of the folder. A destination that exists and is no regular file
 * (/dev/null, a pipe) is written directly. A symbolic link is followed. */
typedef struct mgp_file mgp_file_t;

mgp_status_t mgp_file_create(const char *path, mgp_file_t **out);
mgp_status_t mgp_file_append(mgp_file_t *f, const void *data, size_t nbytes);
/* Both end the life of f, also on error; after an error, or abandon, the destination is as it was.
 * Abandon of NULL is fine. */
mgp_status_t mgp_file_commit(mgp_file_t *f);
void mgp_file_abandon(mgp_file_t *f);

/* create, append, commit. */
mgp_status_t mgp_file_write(const char *path, const void *data, size_t nbytes);

#endif
