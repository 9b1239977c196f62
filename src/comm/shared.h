/* Memory that processes of one host share, with no name left in the file system once all of them
 * have it: nothing of it is left when the last one has ended, however that was. */
#ifndef MGP_COMM_SHARED_H
#define MGP_COMM_SHARED_H

#include <stdint.h>

#include "base/status.h"

enum { MGP_SHARED_NAME_MAX = 64 };

typedef struct {
  void *base; /* whole pages, zero at first; NULL: there is none */
  uint64_t nbytes;
  int fd; /* of who has made it, else -1 */
} mgp_shared_t;

/* Makes nbytes of addresses, of which memory is taken as mgp_shared_take asks for it. name: out,
 * for others on this host to join by, until mgp_shared_hide. */
mgp_status_t mgp_shared_create(uint64_t nbytes, char name[MGP_SHARED_NAME_MAX], mgp_shared_t *out);
mgp_status_t mgp_shared_join(const char *name, uint64_t nbytes, mgp_shared_t *out);
void mgp_shared_hide(const char *name);
/* Bytes that may be taken so that half of /dev/shm stays free: MPI and NCCL take theirs there as
 * they touch it, and die of a signal if there is none. For who has made the memory. */
uint64_t mgp_shared_spare(const mgp_shared_t *m);
/* Bytes [at, at + nbytes) may be written to from now on, by any process: a full /dev/shm is an
 * error here (MGP_RESOURCES), no signal later. For who has made the memory. */
mgp_status_t mgp_shared_take(const mgp_shared_t *m, uint64_t at, uint64_t nbytes);
void mgp_shared_destroy(mgp_shared_t *m); /* local; fine if there is none */

/* 0: MGP_BOARD=off in the environment asks for none, as if each rank had a host of its own. */
int mgp_shared_wanted(void);

#endif
