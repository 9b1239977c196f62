/* What checks of the comm share: a rank and its counts, and messages that each rank can tell. */
#ifndef MGP_TESTS_COMM_UTIL_H
#define MGP_TESTS_COMM_UTIL_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/status.h"
#include "comm/comm.h"

/* CHECK counts are not atomic: each rank counts its own failures and the suite adds them up. */
typedef struct {
  mgp_comm_t *comm;
  uint32_t rank, size;
  unsigned failures, checks;
} ctx_t;

#define EXPECT(x, cond)                                                                            \
  do {                                                                                             \
    (x)->checks++;                                                                                 \
    if (!(cond)) {                                                                                 \
      (x)->failures++;                                                                             \
      fprintf(stderr, "%s:%d: rank %u of %u (%s): %s; last message: %s\n", __FILE__, __LINE__,     \
              (x)->rank, (x)->size, mgp_comm_transport((x)->comm), #cond, mgp_error_message());    \
    }                                                                                              \
  } while (0)

/* byte i of the message number `salt` from rank a to rank b */
static uint8_t byte_of(uint32_t salt, uint32_t a, uint32_t b, uint64_t i) {
  uint64_t z = (i + 1) * 0x9e3779b97f4a7c15u + salt * 0x1000193u + a * 0x101u + b * 0x10001u;
  return (uint8_t)(z >> 29);
}

static uint8_t *message(uint32_t salt, uint32_t a, uint32_t b, uint64_t n) {
  uint8_t *p = malloc(n + 1);
  if (p == NULL) abort();
  for (uint64_t i = 0; i < n; i++) p[i] = byte_of(salt, a, b, i);
  return p;
}

static int is_message(const uint8_t *p, uint32_t salt, uint32_t a, uint32_t b, uint64_t n) {
  uint64_t wrong = 0;
  for (uint64_t i = 0; i < n; i++) wrong += p[i] != byte_of(salt, a, b, i);
  return wrong == 0;
}

#endif
