/* One suite over all transports: without arguments over self and threads, with the argument `mpi`
 * over the ranks that mpirun has started. Results are computed from a formula that each rank knows.
 */
#include <signal.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "comm/comm.h"
#ifdef MGP_HAVE_MPI
#include "comm/comm_mpi.h"
#endif

#include "comm_edges.h"
#include "test.h"

enum { MANY = 1 << 20, LARGE = 20000003 /* more than one piece of 16 MiB */ };

static atomic_uint all_checks, all_failures;

/* uneven sizes, some of them zero */
static uint64_t size_of(uint64_t n, uint32_t a, uint32_t b) {
  if (n == 0) return 0;
  return (a + 2 * b) % 3 == 2 ? 0 : n + (a * 7 + b * 3) % 5;
}

static const uint64_t sizes[] = {0, 1, 2, 17, 4097, MANY, LARGE};
enum { N_SIZES = sizeof sizes / sizeof *sizes };

static void check_bytes(ctx_t *x) {
  mgp_comm_t *c = x->comm;
  for (uint32_t k = 0; k < N_SIZES; k++) {
    /* the pieces are MPI's, and few ranks are enough to see them */
    int pieces = x->size <= 3 && strcmp(mgp_comm_transport(c), "mpi") == 0;
    uint64_t n = sizes[k] < LARGE || pieces ? sizes[k] : LARGE / 16;
    uint32_t roots = sizes[k] >= MANY ? 1 : x->size;
    for (uint32_t i = 0; i < roots; i++) {
      uint32_t root = sizes[k] >= MANY ? (k + 1) % x->size : i;
      uint8_t *buf = message(k, x->rank, root, n);
      if (x->rank != root) memset(buf, 0xee, n);
      EXPECT(x, mgp_comm_bcast(c, buf, n, root) == MGP_OK);
      EXPECT(x, is_message(buf, k, root, root, n));
      free(buf);

      uint64_t mine = size_of(n, x->rank, root);
      uint8_t *send = message(k, x->rank, root, mine);
      mgp_comm_parts_t parts = {NULL, NULL};
      EXPECT(x, mgp_comm_gatherv(c, MGP_OK, send, mine, root, &parts) == MGP_OK);
      EXPECT(x, (parts.data != NULL) == (x->rank == root));
      for (uint32_t r = 0; r < x->size && parts.data != NULL; r++) {
        uint64_t len = size_of(n, r, root);
        EXPECT(x, parts.offset[r + 1] - parts.offset[r] == len);
        EXPECT(x, is_message(parts.data + parts.offset[r], k, r, root, len));
      }
      mgp_comm_parts_free(&parts);
      free(send);
    }

    uint64_t mine = size_of(n, x->rank, 0);
    uint8_t *send = message(k, x->rank, 0, mine);
    mgp_comm_parts_t parts = {NULL, NULL};
    EXPECT(x, mgp_comm_allgatherv(c, MGP_OK, send, mine, &parts) == MGP_OK);
    for (uint32_t r = 0; r < x->size && parts.data != NULL; r++) {
      uint64_t len = size_of(n, r, 0);
      EXPECT(x, parts.offset[r + 1] - parts.offset[r] == len);
      EXPECT(x, is_message(parts.data + parts.offset[r], k, r, 0, len));
    }
    mgp_comm_parts_free(&parts);
    free(send);

    uint64_t each = sizes[k] == LARGE ? n / x->size : n, total = 0;
    uint64_t *send_nbytes = malloc(x->size * sizeof *send_nbytes);
    for (uint32_t r = 0; r < x->size; r++) total += send_nbytes[r] = size_of(each, x->rank, r);
    send = malloc(total + 1);
    uint8_t *at = send;
    for (uint32_t r = 0; r < x->size; r++)
      for (uint64_t i = 0; i < send_nbytes[r]; i++) *at++ = byte_of(k, x->rank, r, i);
    EXPECT(x, mgp_comm_alltoallv(c, MGP_OK, send, send_nbytes, &parts) == MGP_OK);
    for (uint32_t r = 0; r < x->size && parts.data != NULL; r++) {
      uint64_t len = size_of(each, r, x->rank);
      EXPECT(x, parts.offset[r + 1] - parts.offset[r] == len);
      EXPECT(x, is_message(parts.data + parts.offset[r], k, r, x->rank, len));
    }
    mgp_comm_parts_free(&parts);
    free(send);
    free(send_nbytes);
    EXPECT(x, mgp_comm_barrier(c) == MGP_OK);
  }
}

/* Sizes beyond 2^31 (label slow): 6 GiB of memory for two ranks. */
static void check_huge(ctx_t *x) {
  uint64_t n = ((uint64_t)1 << 31) + 17;
  uint8_t *buf = message(1, x->rank, 0, x->rank == 1 ? n : 0);
  mgp_comm_parts_t parts = {NULL, NULL};
  EXPECT(x, mgp_comm_gatherv(x->comm, MGP_OK, buf, x->rank == 1 ? n : 0, 0, &parts) == MGP_OK);
  free(buf);
  EXPECT(x, x->rank != 0 || is_message(parts.data + parts.offset[1], 1, 1, 0, n));
  if (x->rank == 1) parts.data = malloc(n);
  EXPECT(x, mgp_comm_bcast(x->comm, parts.data, n, 0) == MGP_OK);
  EXPECT(x, is_message(parts.data, 1, 1, 0, n));
  mgp_comm_parts_free(&parts);
}

static uint32_t term(uint32_t rank, uint64_t i) {
  return (uint32_t)((i * 2654435761u + rank * 40503u) >> 5) & 0xffffffu;
}

enum { MODULUS = 2013265921 };

/* the largest ones often */
static uint32_t residue(uint32_t rank, uint64_t i) {
  return (i + rank) % 3 == 0 ? MODULUS - 1 : (term(rank, i) * 127u) % MODULUS;
}

static void check_sums(ctx_t *x) {
  mgp_comm_t *c = x->comm;
  static const uint64_t ns[] = {0, 1, 2, 3, 5, 63, 64, 65, 127, 128, 129, 1000, 2500003};
  for (uint32_t k = 0; k < sizeof ns / sizeof *ns; k++) {
    uint64_t n = ns[k], wrong32 = 0, wrong_mod = 0, wrong_max = 0;
    uint32_t *a = malloc((n + 1) * sizeof *a), *b = malloc((n + 1) * sizeof *b);
    uint64_t *m = malloc((n + 1) * sizeof *m);
    for (uint64_t i = 0; i < n; i++) {
      a[i] = term(x->rank, i);
      b[i] = residue(x->rank, i);
      m[i] = (uint64_t)term(x->rank, i) << 37;
    }
    EXPECT(x, mgp_comm_allreduce_sum_u32(c, a, n) == MGP_OK);
    EXPECT(x, mgp_comm_allreduce_sum_mod(c, b, n, MODULUS) == MGP_OK);
    EXPECT(x, mgp_comm_allreduce_max_u64(c, m, n) == MGP_OK);
    for (uint64_t i = 0; i < n; i += n < 2000 ? 1 : 13) {
      uint64_t sum = 0, residues = 0, max = 0;
      for (uint32_t r = 0; r < x->size; r++) {
        sum += term(r, i);
        residues += residue(r, i);
        if (term(r, i) > max) max = term(r, i);
      }
      wrong32 += a[i] != (uint32_t)sum;
      wrong_mod += b[i] != residues % MODULUS;
      wrong_max += m[i] != max << 37;
    }
    EXPECT(x, wrong32 == 0);
    EXPECT(x, wrong_mod == 0);
    EXPECT(x, wrong_max == 0);
    free(a);
    free(b);
    free(m);
  }
  /* the largest sums that fit */
  uint32_t top = x->rank == 0 ? UINT32_MAX : 0;
  EXPECT(x, mgp_comm_allreduce_sum_u32(c, &top, 1) == MGP_OK && top == UINT32_MAX);
  const uint32_t moduli[] = {1, 2, MODULUS, 1u << 31};
  for (unsigned k = 0; k < 4; k++) {
    uint32_t most = moduli[k] - 1;
    EXPECT(x, mgp_comm_allreduce_sum_mod(c, &most, 1, moduli[k]) == MGP_OK);
    EXPECT(x, most == (uint64_t)(moduli[k] - 1) * x->size % moduli[k]);
  }
}

static void check_small(ctx_t *x) {
  static const uint64_t ns[] = {0, 1, 17, MGP_COMM_SMALL_MAX};
  for (uint32_t k = 0; k < sizeof ns / sizeof *ns; k++) {
    uint64_t n = ns[k];
    uint8_t *mine = message(k, x->rank, 0, n), *all = malloc(n * x->size + 1);
    EXPECT(x, mgp_comm_allgather(x->comm, MGP_OK, mine, n, all) == MGP_OK);
    for (uint32_t r = 0; r < x->size; r++) EXPECT(x, is_message(all + r * n, k, r, 0, n));
    free(mine);
    free(all);
  }
}

static void check_queries(ctx_t *x) {
  mgp_comm_t *c = x->comm;
  mgp_comm_set_phase(c, "queries");
  EXPECT(x, strcmp(mgp_comm_phase(c), "queries") == 0);
  /* all ranks of the suite are on one host */
  EXPECT(x, mgp_comm_local_rank(c) == x->rank && mgp_comm_local_size(c) == x->size);
  EXPECT(x, mgp_comm_failure(c) == NULL);
  mgp_comm_stats_t before = mgp_comm_stats(c, MGP_COMM_ALLGATHERV);
  mgp_comm_parts_t parts;
  EXPECT(x, mgp_comm_allgatherv(c, MGP_OK, "12345", 5, &parts) == MGP_OK);
  mgp_comm_parts_free(&parts);
  mgp_comm_stats_t after = mgp_comm_stats(c, MGP_COMM_ALLGATHERV);
  EXPECT(x, after.calls == before.calls + 1 && after.ns > before.ns);
  EXPECT(x, after.sent_nbytes == before.sent_nbytes + 5 * (x->size - 1));
  EXPECT(x, after.received_nbytes == before.received_nbytes + 5 * (x->size - 1));
}

/* Memory of all ranks of the host: each writes its part, and finds those of the others. */
static void check_share(ctx_t *x) {
  enum { PART = 3000 };
  const uint64_t nbytes = (uint64_t)x->size * PART;
  uint8_t *shares = calloc(x->size, 1), *mine = message(1, x->rank, 0, PART);
  mgp_shared_t m;
  EXPECT(x, mgp_comm_share(x->comm, nbytes, &m, shares) == MGP_OK);
  const int has = m.base != NULL;
  EXPECT(x, has == (x->size > 1 && mgp_shared_wanted()));
  for (uint32_t r = 0; r < x->size; r++) EXPECT(x, shares[r] == has);
  if (has && x->rank == 0) EXPECT(x, mgp_shared_take(&m, 0, nbytes) == MGP_OK);
  EXPECT(x, mgp_comm_barrier(x->comm) == MGP_OK);
  if (has) memcpy((uint8_t *)m.base + (size_t)x->rank * PART, mine, PART);
  EXPECT(x, mgp_comm_barrier(x->comm) == MGP_OK);
  for (uint32_t r = 0; has && r < x->size; r++)
    EXPECT(x, is_message((uint8_t *)m.base + (size_t)r * PART, 1, r, 0, PART));
  mgp_shared_destroy(&m);
  mgp_shared_destroy(&m); /* fine twice */
  free(shares);
  free(mine);
}

/* --- parts --- */

/* What the ranks with a color can do alone; a part that fails leaves the whole as it was. */
static void check_part(ctx_t *x, uint32_t color, int fails) {
  mgp_comm_t *part = (mgp_comm_t *)x; /* replaced, also by NULL */
  uint32_t rank = 0, size = 0, sum = 0;
  for (uint32_t r = 0; r < x->size && color != MGP_COMM_NO_PART; r++) {
    if (r % 3 != color) continue;
    if (r < x->rank) rank++;
    size++;
    sum += 100 + r;
  }
  mgp_comm_set_phase(x->comm, "parts");
  mgp_comm_set_timeout(x->comm, 100);
  mgp_status_t st = mgp_comm_split(x->comm, color, &part);
  EXPECT(x, st == MGP_OK);
  if (st != MGP_OK) return;
  EXPECT(x, (part != NULL) == (color != MGP_COMM_NO_PART));
  if (part != NULL) {
    uint32_t value[2] = {100 + x->rank, 1};
    mgp_comm_parts_t all = {NULL, NULL};
    uint8_t mine = (uint8_t)x->rank;
    EXPECT(x, mgp_comm_size(part) == size && mgp_comm_rank(part) == rank);
    EXPECT(x, mgp_comm_local_size(part) == size && mgp_comm_local_rank(part) == rank);
    EXPECT(x, strcmp(mgp_comm_transport(part), mgp_comm_transport(x->comm)) == 0);
    EXPECT(x, strcmp(mgp_comm_phase(part), "parts") == 0);
    EXPECT(x, mgp_comm_allreduce_sum_u32(part, value, 2) == MGP_OK);
    EXPECT(x, value[0] == sum && value[1] == size);
    EXPECT(x, mgp_comm_allgatherv(part, MGP_OK, &mine, 1, &all) == MGP_OK);
    for (uint32_t k = 0; all.data != NULL && k < size; k++)
      EXPECT(x, all.data[k] == (uint8_t)(3 * k + color));
    mgp_comm_parts_free(&all);
    EXPECT(x, mgp_comm_seconds(part) > 0);
    mgp_comm_set_phase(part, "in the part");
    st = MGP_OK;
    if (fails && rank == size - 1) st = mgp_fail(MGP_BAD_INPUT, "planted by rank %u", x->rank);
    st = mgp_comm_agree(part, st);
    EXPECT(x, (st != MGP_OK) == (fails != 0));
  }
  EXPECT(x, mgp_comm_failure(x->comm) == NULL);
  st = mgp_comm_agree_part(x->comm, part, st);
  mgp_comm_destroy(part);
  EXPECT(x, (st != MGP_OK) == (fails != 0));
  const mgp_comm_failure_t *f = mgp_comm_failure(x->comm);
  EXPECT(x, (f != NULL) == (fails != 0));
  if (f == NULL) return;
  /* the one that failed, by its number in the whole */
  char text[64];
  (void)snprintf(text, sizeof text, "planted by rank %u", f->rank);
  EXPECT(x, f->status == MGP_BAD_INPUT && strcmp(f->message, text) == 0);
  EXPECT(x, strcmp(f->phase, "in the part") == 0);
  EXPECT(x, mgp_comm_reopen(x->comm) == MGP_OK);
}

static void check_parts(ctx_t *x) {
  for (int fails = 0; fails < 2; fails++) {
    check_part(x, x->rank % 3, fails);
    /* some in none: those with colors 0 and 2, then all but the first */
    check_part(x, x->rank % 3 == 1 && x->size > 1 ? 1 : MGP_COMM_NO_PART, fails && x->size > 1);
    check_part(x, x->rank % 3 == 0 ? 0 : MGP_COMM_NO_PART, fails);
  }
  /* a part of a part, as long as there is more than one rank; the whole outlives both */
  mgp_comm_t *half = NULL, *quarter = NULL;
  EXPECT(x, mgp_comm_split(x->comm, x->rank < (x->size + 1) / 2 ? 0 : 7, &half) == MGP_OK);
  uint32_t n = mgp_comm_size(half), r = mgp_comm_rank(half);
  EXPECT(x, mgp_comm_split(half, r < (n + 1) / 2 ? 5 : MGP_COMM_NO_PART, &quarter) == MGP_OK);
  if (quarter != NULL) {
    EXPECT(x, mgp_comm_size(quarter) == (n + 1) / 2 && mgp_comm_rank(quarter) == r);
    EXPECT(x, mgp_comm_barrier(quarter) == MGP_OK);
  }
  mgp_comm_destroy(quarter);
  EXPECT(x, mgp_comm_barrier(half) == MGP_OK);
  mgp_comm_destroy(half);
  EXPECT(x, mgp_comm_barrier(x->comm) == MGP_OK);
}

/* --- failures; a comm that has failed stays closed, so each one needs a comm of its own --- */

/* what the failing rank does wrong */
typedef enum { BY_MARK, BY_ROOT, BY_SIZE, BY_OTHER_OP, BY_NO_MEMORY, BY_OVERFLOW, BY_KINDS } by_t;
static const char *const by_text[] = {"mark", "root", "size", "other op", "no memory", "overflow"};

static int applies(by_t by, mgp_comm_op_t op) {
  switch (by) {
  case BY_MARK:
    return 1;
  case BY_ROOT:
    return op == MGP_COMM_BCAST || op == MGP_COMM_GATHERV;
  case BY_SIZE:
    return op == MGP_COMM_BCAST || op == MGP_COMM_ALLGATHER || op == MGP_COMM_ALLREDUCE_SUM_MOD ||
           op == MGP_COMM_ALLREDUCE_SUM || op == MGP_COMM_ALLREDUCE_MAX;
  case BY_OTHER_OP:
    return 1;
  case BY_NO_MEMORY:
    return op == MGP_COMM_GATHERV || op == MGP_COMM_ALLGATHERV || op == MGP_COMM_ALLTOALLV;
  case BY_OVERFLOW:
    return op == MGP_COMM_ALLREDUCE_SUM_MOD || op == MGP_COMM_ALLREDUCE_SUM;
  default:
    return 0;
  }
}

static mgp_status_t do_op(mgp_comm_t *c, mgp_comm_op_t op, by_t by, int bad) {
  uint32_t size = mgp_comm_size(c);
  uint32_t root = bad && by == BY_ROOT ? size : 0;
  uint64_t n = bad && by == BY_SIZE ? 3 : 4;
  uint64_t nbytes = bad && by == BY_NO_MEMORY ? (uint64_t)1 << 62 : n;
  uint64_t u64[4] = {1, 2, 3, 4};
  uint32_t u32[4] = {1, 2, 3, 4};
  uint8_t all[8 * 4];
  if (by == BY_OVERFLOW) u32[3] = bad ? UINT32_MAX : 1; /* also no residue */
  if (bad && by == BY_OTHER_OP) op = op == MGP_COMM_BARRIER ? MGP_COMM_BCAST : MGP_COMM_BARRIER;
  mgp_comm_parts_t parts = {NULL, NULL};
  mgp_status_t st = MGP_INTERNAL;
  switch (op) {
  case MGP_COMM_AGREE:
    st = mgp_comm_agree(c, MGP_OK);
    break;
  case MGP_COMM_BARRIER:
    st = mgp_comm_barrier(c);
    break;
  case MGP_COMM_BCAST:
    st = mgp_comm_bcast(c, u32, n, root);
    break;
  case MGP_COMM_ALLGATHER:
    st = mgp_comm_allgather(c, MGP_OK, u32, n, all);
    break;
  case MGP_COMM_GATHERV:
    st = mgp_comm_gatherv(c, MGP_OK, u32, nbytes, root, &parts);
    break;
  case MGP_COMM_ALLGATHERV:
    st = mgp_comm_allgatherv(c, MGP_OK, u32, nbytes, &parts);
    break;
  case MGP_COMM_ALLTOALLV: {
    uint64_t *send_nbytes = calloc(size, sizeof *send_nbytes);
    send_nbytes[size - 1] = nbytes;
    st = mgp_comm_alltoallv(c, MGP_OK, u32, send_nbytes, &parts);
    free(send_nbytes);
    break;
  }
  case MGP_COMM_ALLREDUCE_SUM_MOD:
    st = mgp_comm_allreduce_sum_mod(c, u32, n, MODULUS);
    break;
  case MGP_COMM_ALLREDUCE_SUM:
    st = mgp_comm_allreduce_sum_u32(c, u32, n);
    break;
  case MGP_COMM_ALLREDUCE_MAX:
    st = mgp_comm_allreduce_max_u64(c, u64, n);
    break;
  case MGP_COMM_SPLIT: {
    mgp_comm_t *part = NULL;
    st = mgp_comm_split(c, 3, &part);
    if (st != MGP_OK && part != NULL) st = MGP_OK; /* output in spite of the error */
    mgp_comm_destroy(part);
    break;
  }
  default:
    break;
  }
  if (st != MGP_OK && parts.data != NULL) st = MGP_OK; /* output in spite of the error */
  mgp_comm_parts_free(&parts);
  return st;
}

/* The collectives that carry a status: what would be sent is not looked at. */
enum { FAIL_IN_KINDS = 5 };

static mgp_status_t fail_in(mgp_comm_t *c, uint32_t kind, mgp_status_t st) {
  mgp_comm_parts_t parts = {NULL, NULL};
  switch (kind) {
  case 0:
    return mgp_comm_agree(c, st);
  case 1:
    return mgp_comm_allgather(c, st, NULL, 4, NULL);
  case 2:
    st = mgp_comm_gatherv(c, st, NULL, UINT64_MAX, 0, &parts);
    break;
  case 3:
    st = mgp_comm_allgatherv(c, st, NULL, 4, &parts);
    break;
  default:
    st = mgp_comm_alltoallv(c, st, NULL, NULL, &parts);
    break;
  }
  return parts.data == NULL && parts.offset == NULL ? st
                                                    : MGP_OK; /* output in spite of the error */
}

static void check_failure(ctx_t *x, mgp_comm_op_t op, by_t by, uint32_t bad_rank) {
  mgp_comm_t *c = x->comm;
  int bad = x->rank == bad_rank;
  mgp_status_t st;
  EXPECT(x, mgp_comm_barrier(c) == MGP_OK);
  mgp_comm_set_phase(c, bad ? "bad phase" : "good phase");
  double start = mgp_clock_seconds();
  if (by == BY_MARK && bad) st = mgp_fail(MGP_BAD_INPUT, "planted by rank %u", bad_rank);
  if (by == BY_MARK && bad)
    st = fail_in(c, (bad_rank + (uint32_t)op) % FAIL_IN_KINDS, st);
  else
    st = do_op(c, op, by, bad);
  EXPECT(x, st != MGP_OK);
  EXPECT(x, mgp_clock_seconds() - start < 10);
  const mgp_comm_failure_t *f = mgp_comm_failure(c);
  EXPECT(x, f != NULL);
  if (f == NULL) return;
  EXPECT(x, f->message[0] != '\0' && f->rank < x->size);
  if (by == BY_MARK) {
    char text[64];
    (void)snprintf(text, sizeof text, "planted by rank %u", bad_rank);
    EXPECT(x, f->rank == bad_rank && f->status == MGP_BAD_INPUT);
    EXPECT(x, strcmp(f->phase, "bad phase") == 0 && strcmp(f->host, mgp_comm_host(c)) == 0);
    EXPECT(x, strcmp(f->message, text) == 0);
    EXPECT(x, st == (bad ? MGP_BAD_INPUT : MGP_PEER));
    EXPECT(x, bad || strstr(mgp_error_message(), text) != NULL);
    EXPECT(x, bad || strstr(mgp_error_message(), "bad phase") != NULL);
  }
  if (by == BY_ROOT) EXPECT(x, st == (bad ? MGP_INTERNAL : MGP_PEER));
  if (by == BY_SIZE || by == BY_OTHER_OP) EXPECT(x, st == MGP_INTERNAL);
  const mgp_status_t why = op == MGP_COMM_ALLREDUCE_SUM_MOD ? MGP_INTERNAL : MGP_RESOURCES;
  if (by == BY_NO_MEMORY || by == BY_OVERFLOW)
    EXPECT(x, f->status == why && (st == why || st == MGP_PEER));
  /* closed: everything after that returns the same error at once, even a lone call */
  EXPECT(x, do_op(c, (mgp_comm_op_t)(x->rank % MGP_COMM_OP_COUNT), BY_MARK, 0) == st);
  EXPECT(x, do_op(c, MGP_COMM_ALLGATHER, BY_MARK, 0) == st);
  EXPECT(x, mgp_comm_agree(c, MGP_OK) == st);
  EXPECT(x, mgp_comm_agree(c, MGP_TRAPPED) == MGP_TRAPPED);
  for (uint32_t kind = 0; kind < FAIL_IN_KINDS; kind++)
    EXPECT(x, fail_in(c, kind, MGP_TRAPPED) == MGP_TRAPPED);
  /* and opened again, with nothing of the failed collective left in the way */
  uint32_t sum[3] = {x->rank, 1, 5};
  EXPECT(x, mgp_comm_reopen(c) == MGP_OK && mgp_comm_failure(c) == NULL);
  EXPECT(x, mgp_comm_allreduce_sum_mod(c, sum, 3, MODULUS) == MGP_OK);
  EXPECT(x, sum[0] == x->size * (x->size - 1) / 2 && sum[1] == x->size && sum[2] == 5 * x->size);
}

typedef struct {
  int failures;
  mgp_comm_op_t op;
  by_t by;
  uint32_t bad_rank;
} plan_t;

static mgp_status_t rank_main(mgp_comm_t *comm, void *arg) {
  const plan_t *plan = arg;
  ctx_t x = {comm, mgp_comm_rank(comm), mgp_comm_size(comm), 0, 0};
  if (plan->failures) {
    check_failure(&x, plan->op, plan->by, plan->bad_rank);
  } else {
    check_queries(&x);
    check_share(&x);
    check_share(&x);
    check_bytes(&x);
    check_small(&x);
    check_edges(&x);
    check_sums(&x);
    check_parts(&x);
    if (test_slow() && x.size == 2) check_huge(&x);
  }
  atomic_fetch_add(&all_checks, x.checks);
  atomic_fetch_add(&all_failures, x.failures);
  return MGP_OK;
}

/* Whether `by` can be done by one rank of `size`, and be noticed. */
static int possible(by_t by, mgp_comm_op_t op, uint32_t size) {
  if (!applies(by, op)) return 0;
  return size > 1 || by == BY_MARK || by == BY_ROOT || by == BY_NO_MEMORY;
}

static mgp_status_t return_early(mgp_comm_t *comm, void *arg) {
  uint32_t bad_rank = *(uint32_t *)arg;
  if (mgp_comm_rank(comm) == bad_rank) return mgp_fail(MGP_TRAPPED, "left early");
  return mgp_comm_barrier(comm);
}

static void check_threads(uint32_t size) {
  plan_t plan = {0};
  CHECK_OK(mgp_comm_threads_run(size, rank_main, &plan));
  plan.failures = 1;
  for (int by = 0; by < BY_KINDS; by++)
    for (int op = 0; op < MGP_COMM_OP_COUNT; op++)
      for (uint32_t r = 0; r < size && possible((by_t)by, (mgp_comm_op_t)op, size); r++) {
        plan.by = (by_t)by;
        plan.op = (mgp_comm_op_t)op;
        plan.bad_rank = r;
        unsigned before = all_failures;
        mgp_status_t st = mgp_comm_threads_run(size, rank_main, &plan);
        CHECK_MSG(all_failures == before && st == MGP_OK, "%s by %s on rank %u of %u",
                  mgp_comm_op_text(plan.op), by_text[by], r, size);
      }
  for (uint32_t r = 0; r < size; r++) {
    CHECK(mgp_comm_threads_run(size, return_early, &r) == MGP_TRAPPED);
    CHECK_EQ_STR(mgp_error_message(), "left early");
  }
}

static void check_self(void) {
  mgp_comm_t *comm;
  plan_t plan = {0};
  REQUIRE_OK(mgp_comm_self_create(&comm));
  CHECK(mgp_comm_rank(comm) == 0 && mgp_comm_size(comm) == 1);
  CHECK_EQ_STR(mgp_comm_transport(comm), "self");
  CHECK_OK(rank_main(comm, &plan));
  mgp_comm_destroy(comm);
  mgp_comm_destroy(NULL);
  plan.failures = 1;
  for (int by = 0; by < BY_KINDS; by++)
    for (int op = 0; op < MGP_COMM_OP_COUNT; op++) {
      if (!possible((by_t)by, (mgp_comm_op_t)op, 1)) continue;
      plan.by = (by_t)by;
      plan.op = (mgp_comm_op_t)op;
      REQUIRE_OK(mgp_comm_self_create(&comm));
      CHECK_OK(rank_main(comm, &plan));
      mgp_comm_destroy(comm);
    }
}

static mgp_status_t never_comes(mgp_comm_t *comm, void *arg) {
  (void)arg;
  mgp_comm_set_phase(comm, "waiting room");
  mgp_comm_set_timeout(comm, 0.2);
  if (mgp_comm_rank(comm) == 1)
    for (;;) (void)pause();
  return mgp_comm_barrier(comm);
}

/* A rank that never comes: the others give up with one line that names rank, host and phase. */
static void check_timeout(void) {
  int fds[2];
  if (pipe(fds) != 0) abort();
  (void)fflush(NULL);
  pid_t pid = fork();
  if (pid == 0) {
    (void)dup2(fds[1], STDERR_FILENO);
    (void)close(fds[0]);
    (void)close(fds[1]);
    (void)alarm(20);
    (void)mgp_comm_threads_run(3, never_comes, NULL);
    _exit(0);
  }
  (void)close(fds[1]);
  char text[4096] = "";
  size_t len = 0;
  for (ssize_t n;
       len < sizeof text - 1 && (n = read(fds[0], text + len, sizeof text - 1 - len)) > 0;)
    len += (size_t)n;
  (void)close(fds[0]);
  int status = 0;
  (void)waitpid(pid, &status, 0);
  char host[64] = "";
  (void)gethostname(host, sizeof host - 1);
  CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 4);
  CHECK_MSG(strstr(text, "waiting room") != NULL && strstr(text, host) != NULL &&
                strstr(text, "barrier") != NULL && strstr(text, "rank ") != NULL,
            "%s", text);
  CHECK_MSG(len > 0 && strchr(text, '\n') == text + len - 1, "one line, not: %s", text);
}

static void check_world(void) {
  static const char *const names[] = {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "MV2_COMM_WORLD_SIZE",
                                      "SLURM_PROCID"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) (void)unsetenv(names[i]);
  mgp_comm_t *comm;
  CHECK(mgp_comm_launched_size() == 0);
  REQUIRE_OK(mgp_comm_world_create(NULL, &comm));
  CHECK_EQ_STR(mgp_comm_transport(comm), "self");
  mgp_comm_destroy(comm);
  (void)setenv("OMPI_COMM_WORLD_SIZE", "3", 1);
  CHECK(mgp_comm_launched_size() == 3);
  CHECK(mgp_comm_world_create(NULL, &comm) == MGP_USAGE);
  (void)unsetenv("OMPI_COMM_WORLD_SIZE");
}

#ifdef MGP_HAVE_MPI
/* MPI lives as long as the first comm; each failure is tried on another one. */
static int mpi_main(void) {
  mgp_comm_t *world;
  REQUIRE_OK(mgp_comm_mpi_create(&world));
  uint32_t rank = mgp_comm_rank(world), size = mgp_comm_size(world);
  CHECK_EQ_STR(mgp_comm_transport(world), "mpi");
  CHECK_EQ_U64(size, mgp_comm_launched_size());
  plan_t plan = {0};
  CHECK_OK(rank_main(world, &plan));
  plan.failures = 1;
  for (int by = 0; by < BY_KINDS; by++)
    for (int op = 0; op < MGP_COMM_OP_COUNT; op++)
      for (uint32_t r = 0; r < size && possible((by_t)by, (mgp_comm_op_t)op, size); r++) {
        mgp_comm_t *comm;
        plan.by = (by_t)by;
        plan.op = (mgp_comm_op_t)op;
        plan.bad_rank = r;
        REQUIRE_OK(mgp_comm_mpi_create(&comm));
        CHECK_OK(rank_main(comm, &plan));
        mgp_comm_destroy(comm);
      }
  mgp_comm_destroy(world);
  CHECK_EQ_U64(all_failures, 0);
  test_checks += all_checks;
  return rank == 0 ? test_result() : test_failures != 0;
}

/* The last rank never comes, or dies: see tests/mpi. */
static int mpi_lost_rank(const char *how) {
  mgp_comm_t *comm;
  REQUIRE_OK(mgp_comm_mpi_create(&comm));
  mgp_comm_set_phase(comm, "waiting room");
  mgp_comm_set_timeout(comm, 1);
  if (mgp_comm_rank(comm) == mgp_comm_size(comm) - 1) {
    if (strcmp(how, "mpi-kill") == 0) (void)raise(SIGKILL);
    for (;;) (void)pause();
  }
  (void)mgp_comm_barrier(comm);
  return 0;
}
#endif

int main(int argc, char **argv) {
  if (argc > 1) {
#ifdef MGP_HAVE_MPI
    return strcmp(argv[1], "mpi") == 0 ? mpi_main() : mpi_lost_rank(argv[1]);
#else
    (void)argv;
    TEST_SKIP("built without MPI");
#endif
  }
  check_timeout();
  check_world();
  check_self();
  static const uint32_t teams[] = {1, 2, 3, 4, 8};
  for (size_t i = 0; i < sizeof teams / sizeof *teams; i++) check_threads(teams[i]);
  CHECK_EQ_U64(all_failures, 0);
  test_checks += all_checks;
  return test_result();
}
