/* Memory that processes of one host share, with no name left in the file system once all of them
 * have it: nothing of it is left when the last one has ended, however that was. */
#ifndef MGP_COMM_SHARED_H
#define MGP_COMM_SHARED_H

#include <stdint.h>

#include "base/status.h"

enum { MGP_SHARED_NAME_MAX = 64, MGP_SHARED_HOST_MAX = 65 /* Linux names a host by 64 */ };

typedef struct {
  void *base; /* whole pages, zero at first; NULL: there is none */
  uint64_t nbytes;
  int fd; /* of who has made it, else -1 */
} mgp_shared_t;

/* What one process sends to others, wherever they run, so that those of its host have its memory
 * too. name is empty if there is none. */
typedef struct {
  char name[MGP_SHARED_NAME_MAX], host[MGP_SHARED_HOST_MAX];
} mgp_shared_offer_t;

/* Makes nbytes of addresses, of which memory is taken as mgp_shared_take asks for it; none
 * (m->base is NULL, the offer empty) if they are not to be had or not wanted. */
void mgp_shared_offer(uint64_t nbytes, mgp_shared_offer_t *offer, mgp_shared_t *m);
/* m->base is NULL where the offer is empty or made on another host, and after the next function. */
void mgp_shared_accept(const mgp_shared_offer_t *offer, uint64_t nbytes, mgp_shared_t *m);
/* Takes the name out of the file system, as soon as all have answered; fine if there is none. */
void mgp_shared_withdraw(const mgp_shared_offer_t *offer);
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
