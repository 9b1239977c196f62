/* Sizes at which collectives of bytes take another way. */
#ifndef MGP_TESTS_COMM_EDGES_H
#define MGP_TESTS_COMM_EDGES_H

#include "comm_util.h"

/* Around what comes along in headers, and what there is room for beforehand: of all ranks, of one
 * that has a byte more than the others, of one alone. */
enum { ROOM = 64 << 10, N_SHAPES = 4 };

static uint64_t edge_size(uint64_t n, uint32_t shape, uint32_t rank, uint32_t size) {
  const uint32_t other = size - 1;
  if (shape == 0) return n;
  if (shape == 1) return rank == other ? n : n / 2;
  if (shape == 2) return rank == other ? n : 0;
  return n / size + (rank < n % size); /* n in all */
}

static void check_parts_of(ctx_t *x, const mgp_comm_parts_t *parts, const uint64_t *nbytes,
                           uint32_t salt, uint32_t to) {
  EXPECT(x, parts->data != NULL && parts->offset != NULL);
  if (parts->data == NULL || parts->offset == NULL) return;
  EXPECT(x, parts->offset[0] == 0);
  for (uint32_t r = 0; r < x->size; r++) {
    EXPECT(x, parts->offset[r + 1] - parts->offset[r] == nbytes[r]);
    EXPECT(x, is_message(parts->data + parts->offset[r], salt, r, to, nbytes[r]));
  }
}

static void check_edge(ctx_t *x, uint64_t n, uint32_t shape) {
  mgp_comm_t *c = x->comm;
  const uint32_t size = x->size, salt = (uint32_t)n + shape, root = size / 2;
  uint64_t *nbytes = malloc(size * sizeof *nbytes), *each = malloc(size * sizeof *each), total = 0;
  for (uint32_t r = 0; r < size; r++) nbytes[r] = edge_size(n, shape, r, size);
  const uint64_t mine = nbytes[x->rank];
  uint8_t *send = message(salt, x->rank, 0, mine);
  mgp_comm_parts_t parts = {NULL, NULL};
  EXPECT(x, mgp_comm_allgatherv(c, MGP_OK, send, mine, &parts) == MGP_OK);
  check_parts_of(x, &parts, nbytes, salt, 0);
  mgp_comm_parts_free(&parts);
  const mgp_comm_stats_t before = mgp_comm_stats(c, MGP_COMM_GATHERV);
  EXPECT(x, mgp_comm_gatherv(c, MGP_OK, send, mine, root, &parts) == MGP_OK);
  const mgp_comm_stats_t after = mgp_comm_stats(c, MGP_COMM_GATHERV);
  for (uint32_t r = 0; r < size; r++) total += r == x->rank ? 0 : nbytes[r];
  if (x->rank == root) check_parts_of(x, &parts, nbytes, salt, 0);
  EXPECT(x, x->rank == root || parts.data == NULL);
  EXPECT(x, after.sent_nbytes - before.sent_nbytes == (x->rank == root ? 0 : mine));
  EXPECT(x, after.received_nbytes - before.received_nbytes == (x->rank == root ? total : 0));
  mgp_comm_parts_free(&parts);
  free(send);

  /* to each other rank something of its own: n bytes by each, as `shape` deals them */
  total = 0;
  for (uint32_t r = 0; r < size; r++) total += each[r] = edge_size(n, shape, r, size);
  uint8_t *all = malloc(total + 1), *at = all;
  for (uint32_t r = 0; r < size; r++)
    for (uint64_t i = 0; i < each[r]; i++) *at++ = byte_of(salt, x->rank, r, i);
  for (uint32_t r = 0; r < size; r++) nbytes[r] = edge_size(n, shape, x->rank, size);
  EXPECT(x, mgp_comm_alltoallv(c, MGP_OK, all, each, &parts) == MGP_OK);
  check_parts_of(x, &parts, nbytes, salt, x->rank);
  mgp_comm_parts_free(&parts);
  free(all);

  uint8_t *buf = message(salt, x->rank, root, n);
  if (x->rank != root) memset(buf, 0xee, n);
  EXPECT(x, mgp_comm_bcast(c, buf, n, root) == MGP_OK);
  EXPECT(x, is_message(buf, salt, root, root, n));
  free(buf);
  free(each);
  free(nbytes);
}

static void check_edges(ctx_t *x) {
  static const uint64_t at[] = {MGP_COMM_SMALL_MAX, ROOM};
  for (uint32_t k = 0; k < 2; k++)
    for (uint64_t n = at[k] - 1; n <= at[k] + 1; n++)
      for (uint32_t shape = 0; shape < N_SHAPES; shape++) check_edge(x, n, shape);
  for (uint64_t n = 0; n < 2; n++)
    for (uint32_t shape = 0; shape < N_SHAPES; shape++) check_edge(x, n, shape);
}

#endif
