#include "comm/board.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"

_Static_assert(ATOMIC_LLONG_LOCK_FREE == 2, "processes share the counters");

/* Of one rank. Two places in turn: who shows for the third time has taken the second one from every
 * rank, each of which had taken the first one before it showed that. */
typedef struct {
  _Alignas(64) atomic_ullong shown; /* how often */
  _Alignas(64) uint8_t bytes[2][MGP_BOARD_NBYTES];
} place_t;

struct mgp_board {
  place_t *place; /* [size], shared */
  uint32_t rank, size;
  uint32_t seen; /* ranks that have been seen to have shown as often as this one */
  uint64_t shown;
};

static size_t shared_bytes(uint32_t size) {
  return size * sizeof(place_t);
}

static mgp_status_t failed(const char *what, const char *name) {
  return mgp_fail(MGP_RESOURCES, "shared memory of the ranks: %s %s: %s", what, name,
                  strerror(errno));
}

static mgp_status_t map(int fd, const char *name, uint32_t rank, uint32_t size, mgp_board_t **out) {
  mgp_board_t *b = calloc(1, sizeof *b);
  if (b == NULL) return mgp_fail(MGP_RESOURCES, "out of memory for the comm state");
  void *place = mmap(NULL, shared_bytes(size), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (place == MAP_FAILED) {
    free(b);
    return failed("mmap", name);
  }
  b->place = place;
  b->rank = rank;
  b->size = size;
  *out = b;
  return MGP_OK;
}

/* The memory is there before anyone writes to it: a full /dev/shm is an error here, no signal
 * later. */
static mgp_status_t make_room(int fd, const char *name, uint32_t size) {
  const int err = posix_fallocate(fd, 0, (off_t)shared_bytes(size));
  if (err == 0) return MGP_OK;
  errno = err;
  return failed("posix_fallocate", name);
}

mgp_status_t mgp_board_create(uint32_t size, char name[MGP_BOARD_NAME_MAX], mgp_board_t **out) {
  static atomic_uint number;
  (void)snprintf(name, MGP_BOARD_NAME_MAX, "/mgprove-%ld-%u-%" PRIx64, (long)getpid(),
                 atomic_fetch_add(&number, 1), mgp_clock_ns());
  const int fd = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
  if (fd < 0) return failed("shm_open", name);
  mgp_status_t st = make_room(fd, name, size);
  if (st == MGP_OK) st = map(fd, name, 0, size, out);
  (void)close(fd);
  if (st != MGP_OK) mgp_board_hide(name);
  return st;
}

mgp_status_t mgp_board_join(const char *name, uint32_t rank, uint32_t size, mgp_board_t **out) {
  struct stat info;
  const int fd = shm_open(name, O_RDWR, 0);
  if (fd < 0) return failed("shm_open", name);
  mgp_status_t st = MGP_OK;
  if (fstat(fd, &info) != 0 || (size_t)info.st_size != shared_bytes(size))
    st = mgp_fail(MGP_RESOURCES, "shared memory of the ranks: %s is not that of %u", name, size);
  if (st == MGP_OK) st = map(fd, name, rank, size, out);
  (void)close(fd);
  return st;
}

void mgp_board_hide(const char *name) {
  (void)shm_unlink(name);
}

void mgp_board_destroy(mgp_board_t *b) {
  if (b == NULL) return;
  (void)munmap(b->place, shared_bytes(b->size));
  free(b);
}

void mgp_board_show(mgp_board_t *b, const void *mine, uint64_t nbytes) {
  place_t *own = &b->place[b->rank];
  b->shown++;
  b->seen = 0;
  memcpy(own->bytes[b->shown % 2], mine, nbytes);
  atomic_store_explicit(&own->shown, b->shown, memory_order_release);
}

bool mgp_board_take(mgp_board_t *b, void *all, uint64_t nbytes) {
  for (; b->seen < b->size; b->seen++)
    if (atomic_load_explicit(&b->place[b->seen].shown, memory_order_acquire) < b->shown)
      return false;
  for (uint32_t r = 0; r < b->size; r++)
    memcpy((uint8_t *)all + r * nbytes, b->place[r].bytes[b->shown % 2], nbytes);
  return true;
}
