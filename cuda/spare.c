#include "spare.h"

#include <pthread.h>
#include <stddef.h>

#define MOST 64 /* blocks: one for each backend that a process has at a time */

typedef struct {
  void *d_block; /* NULL: none */
  uint64_t nbytes;
  int device, shown;
} block_t;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static block_t spare[MOST]; /* under the lock */

void *mgp_spare_take(int device, uint64_t nbytes, uint64_t *has, int *shown) {
  block_t *best = NULL;
  void *d_block = NULL;
  pthread_mutex_lock(&lock);
  for (block_t *b = spare; b < spare + MOST; b++)
    if (b->d_block && b->device == device && b->nbytes >= nbytes &&
        (!best || b->nbytes < best->nbytes))
      best = b;
  if (best) {
    d_block = best->d_block;
    *has = best->nbytes;
    *shown = best->shown;
    best->d_block = NULL;
  }
  pthread_mutex_unlock(&lock);
  return d_block;
}

void *mgp_spare_take_hidden(int device) {
  void *d_block = NULL;
  pthread_mutex_lock(&lock);
  for (block_t *b = spare; b < spare + MOST && !d_block; b++) {
    if (!b->d_block || b->device != device || b->shown) continue;
    d_block = b->d_block;
    b->d_block = NULL;
  }
  pthread_mutex_unlock(&lock);
  return d_block;
}

int mgp_spare_leave(int device, void *d_block, uint64_t nbytes, int shown) {
  int taken = 0;
  pthread_mutex_lock(&lock);
  for (block_t *b = spare; b < spare + MOST && !taken; b++) {
    if (b->d_block) continue;
    *b = (block_t){d_block, nbytes, device, shown};
    taken = 1;
  }
  pthread_mutex_unlock(&lock);
  return taken;
}

uint64_t mgp_spare_free(int device, uint64_t left) {
  uint64_t shown = 0, most = 0;
  pthread_mutex_lock(&lock);
  for (const block_t *b = spare; b < spare + MOST; b++) {
    if (!b->d_block || b->device != device) continue;
    *(b->shown ? &shown : &left) += b->nbytes;
    if (b->shown && b->nbytes > most) most = b->nbytes;
  }
  pthread_mutex_unlock(&lock);
  if (most >= (left + shown) / 8 * 7) return left + shown;
  return left > most ? left : most;
}

uint64_t mgp_spare_bytes(int device) {
  uint64_t nbytes = 0;
  pthread_mutex_lock(&lock);
  for (const block_t *b = spare; b < spare + MOST; b++)
    if (b->d_block && b->device == device) nbytes += b->nbytes;
  pthread_mutex_unlock(&lock);
  return nbytes;
}
