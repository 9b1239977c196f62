/* Sums over ranks of what lies in device memory, and exchanges of it, by both ways there are
 * (prover/link.h): ranks as threads of this process or, with the argument `mpi`, those that mpirun
 * has started. Terms come from a formula that each rank knows for all. With GPUs also: an error at
 * each call of NCCL in turn. */
#include <stdbool.h>

#include "base/clock.h"
#include "math/field.h"
#include "prover/link.h"
#include "test.h"
#ifdef MGP_HAVE_MPI
#include "comm/comm_mpi.h"
#endif
#ifdef MGP_TEST_CUDA
#include "cuda_backend.h"
#endif

#define MOST (MGP_LINK_PIECE + 3)

/* In a rank: what is not as it should be is its failure. */
#define NEED(cond)                                                                                 \
  do {                                                                                             \
    if (!(cond)) return mgp_fail(MGP_INTERNAL, "%s:%d: %s", __FILE__, __LINE__, #cond);            \
  } while (0)

typedef enum { BACKEND_CPU, BACKEND_STRICT, BACKEND_CUDA } kind_t;

typedef struct {
  kind_t kind;
  int between; /* devices are expected to add up among themselves */
  int reaches; /* in each other's memory */
  int grows;   /* the second proof takes more of it: all ranks, or 2: the first one only */
  int overflow;
  int fails; /* one rank has nothing to add; or 2: to exchange */
} job_t;

typedef struct {
  mgp_comm_t *comm;
  mgp_ledger_t *ledger;
  mgp_backend_t *be;
  const mgp_device_link_ops_t *ops; /* of its device, or NULL */
  mgp_link_t link;
  uint32_t rank, size;
  uint64_t nbytes; /* of device memory */
} rank_t;

/* --- a rank ----------------------------------------------------------------------------------- */

static mgp_status_t create_backend(const job_t *job, rank_t *r) {
  if (job->kind == BACKEND_CPU)
    return mgp_backend_cpu_create(NULL, r->ledger, MGP_ISA_PORTABLE, 1, &r->be);
  if (job->kind == BACKEND_STRICT) return mgp_backend_strict_create(NULL, r->ledger, &r->be);
#ifdef MGP_TEST_CUDA
  int n = 0;
  MGP_TRY(mgp_cuda_probe(&n));
  MGP_TRY(mgp_backend_cuda_create(NULL, r->ledger, (int)(r->rank % (uint32_t)n), &r->be));
  MGP_TRY(mgp_backend_cuda_reserve(r->be, r->nbytes));
  r->ops = mgp_cuda_device.link;
#endif
  return MGP_OK;
}

#define DEVICE_BYTES ((uint64_t)64 << 20)

static mgp_status_t rank_open(rank_t *r, mgp_comm_t *comm, const job_t *job) {
  memset(r, 0, sizeof *r);
  const int grows = job->grows == 1 || (job->grows == 2 && mgp_comm_rank(comm) == 0);
  r->nbytes = mgp_comm_kept(comm) && grows ? 3 * DEVICE_BYTES : DEVICE_BYTES;
  r->comm = comm;
  r->rank = mgp_comm_rank(comm);
  r->size = mgp_comm_size(comm);
  mgp_status_t st = mgp_ledger_create(0, &r->ledger);
  if (st == MGP_OK) st = create_backend(job, r);
  MGP_TRY(mgp_comm_agree(comm, st));
  return mgp_link_open(&r->link, comm, r->be, r->ledger, r->ops);
}

/* Nothing may be left in the ledger. */
static mgp_status_t rank_close(rank_t *r, mgp_status_t st) {
  mgp_backend_destroy(r->be);
  const size_t left = r->ledger ? mgp_ledger_destroy(r->ledger) : 0;
  if (st == MGP_OK) NEED(left == 0);
  return st;
}

/* --- sums ------------------------------------------------------------------------------------- */

static uint32_t count_of(uint32_t rank, uint64_t i) {
  return (uint32_t)((i * 2654435761u + rank * 40503u) >> 5) & 0xffffffu;
}
/* The largest ones often. */
static mgp_f_t word_of(uint32_t rank, uint64_t i) {
  return (i + rank) % 3 == 0 ? MGP_P - 1 : (mgp_f_t)(count_of(rank, i) * 127u % MGP_P);
}

static mgp_status_t check_counts(rank_t *r, uint64_t n, uint64_t bound, uint32_t *host,
                                 uint32_t *d) {
  const mgp_backend_ops_t *ops = r->be->ops;
  for (uint64_t i = 0; i < n; i++) host[i] = count_of(r->rank, i);
  MGP_TRY(ops->upload(r->be, d, host, n * sizeof *host));
  MGP_TRY(mgp_link_sum_u32(&r->link, d, n, bound));
  MGP_TRY(ops->download(r->be, host, d, n * sizeof *host));
  for (uint64_t i = 0; i < n; i++) {
    uint32_t sum = 0;
    for (uint32_t k = 0; k < r->size; k++) sum += count_of(k, i);
    NEED(host[i] == sum);
  }
  return MGP_OK;
}

static mgp_status_t check_words(rank_t *r, uint64_t n, mgp_f_t *host, mgp_f_t *d) {
  const mgp_backend_ops_t *ops = r->be->ops;
  for (uint64_t i = 0; i < n; i++) host[i] = word_of(r->rank, i);
  MGP_TRY(ops->upload(r->be, d, host, n * sizeof *host));
  MGP_TRY(mgp_link_sum_field(&r->link, MGP_OK, d, n));
  MGP_TRY(ops->download(r->be, host, d, n * sizeof *host));
  for (uint64_t i = 0; i < n; i++) {
    uint64_t sum = 0;
    for (uint32_t k = 0; k < r->size; k++) sum += word_of(k, i);
    NEED(host[i] == sum % MGP_P);
  }
  return MGP_OK;
}

static mgp_status_t check_sums(rank_t *r) {
  static const uint64_t ns[] = {0, 1, 2, 3, 5, 1000, 4097, MOST};
  uint32_t *host = malloc(MOST * sizeof *host), *d = NULL;
  mgp_status_t st = host ? MGP_OK : mgp_fail(MGP_RESOURCES, "out of memory"), last = MGP_OK;
  if (st == MGP_OK) st = r->be->ops->alloc(r->be, MGP_MEM_SCRATCH, MOST * sizeof *d, (void **)&d);
  st = mgp_comm_agree(r->comm, st);
  for (unsigned k = 0; k < sizeof ns / sizeof *ns && st == MGP_OK; k++) {
    const uint64_t most = (uint64_t)r->size * 0xffffffu;
    st = check_counts(r, ns[k], most, host, d);
    if (st == MGP_OK) st = check_counts(r, ns[k], (uint64_t)1 << 32, host, d); /* checked sums */
    const uint64_t before = r->link.stats[MGP_LINK_SUM_FIELD].calls;
    if (st == MGP_OK) st = check_words(r, ns[k], host, d);
    const uint64_t calls = r->link.stats[MGP_LINK_SUM_FIELD].calls - before;
    if (st == MGP_OK && calls != (r->link.ops && ns[k]))
      st = mgp_fail(MGP_INTERNAL, "%d sums were counted", (int)calls);
    last = st;
  }
  r->be->ops->free(r->be, d);
  free(host);
  return last == MGP_OK ? st : last;
}

/* --- pieces ----------------------------------------------------------------------------------- */

#define PIECES 3u

/* Words of piece k from a rank to another, or itself: at most `most`, often none. */
static uint64_t piece_words(uint32_t from, uint32_t to, uint32_t k, uint32_t most) {
  const uint32_t x = (from * 131 + to * 17 + k * 1009 + most) * 2654435761u >> 7;
  return most == 0 || x % 4 == 0 ? 0 : x % most + 1;
}
static uint32_t word_of_piece(uint32_t from, uint32_t to, uint32_t k, uint64_t i) {
  return ((uint32_t)i + from * 977 + to * 31 + k) * 2654435761u;
}

/* Pieces to (or from) every rank, one behind the other in d; their words in all. */
static uint64_t list_pieces(const rank_t *r, int in, uint32_t most, uint32_t *d,
                            mgp_device_piece_t *piece) {
  uint64_t at = 0;
  for (uint32_t q = 0; q < r->size; q++)
    for (uint32_t k = 0; k < PIECES; k++) {
      const uint64_t n = in ? piece_words(q, r->rank, k, most) : piece_words(r->rank, q, k, most);
      piece[q * PIECES + k] = (mgp_device_piece_t){q, d ? d + at : NULL, n};
      at += n;
    }
  return at;
}

static mgp_status_t compare_pieces(const rank_t *r, uint32_t most, const uint32_t *host) {
  uint64_t at = 0;
  for (uint32_t q = 0; q < r->size; q++)
    for (uint32_t k = 0; k < PIECES; k++)
      for (uint64_t i = 0; i < piece_words(q, r->rank, k, most); i++)
        NEED(host[at++] == word_of_piece(q, r->rank, k, i));
  NEED(host[at] == 0); /* nothing behind them */
  return MGP_OK;
}

static mgp_status_t exchange_in(rank_t *r, mgp_status_t own, uint32_t most, uint32_t *host,
                                uint32_t *d_out, uint32_t *d_in, uint64_t nout, uint64_t nin) {
  const mgp_backend_ops_t *ops = r->be->ops;
  mgp_device_piece_t out[5 * PIECES], in[5 * PIECES];
  uint64_t at = 0;
  list_pieces(r, 0, most, d_out, out);
  list_pieces(r, 1, most, d_in, in);
  for (uint32_t q = 0; q < r->size; q++)
    for (uint32_t k = 0; k < PIECES; k++)
      for (uint64_t i = 0; i < out[q * PIECES + k].n; i++)
        host[at++] = word_of_piece(r->rank, q, k, i);
  MGP_TRY(ops->upload(r->be, d_out, host, nout * sizeof *host));
  MGP_TRY(ops->zero(r->be, d_in, (nin + 1) * sizeof *host));
  MGP_TRY(mgp_link_exchange(&r->link, own, out, r->size * PIECES, in, r->size * PIECES));
  MGP_TRY(ops->download(r->be, host, d_in, (nin + 1) * sizeof *host));
  return compare_pieces(r, most, host);
}

static mgp_status_t check_exchange(rank_t *r, mgp_status_t own, uint32_t most) {
  mgp_device_piece_t piece[5 * PIECES];
  const uint64_t nout = list_pieces(r, 0, most, NULL, piece),
                 nin = list_pieces(r, 1, most, NULL, piece);
  uint32_t *host = malloc((nout + nin + 1) * sizeof *host), *d_out = NULL, *d_in = NULL;
  mgp_status_t st = host ? MGP_OK : mgp_fail(MGP_RESOURCES, "out of memory");
  if (st == MGP_OK) st = r->be->ops->alloc(r->be, MGP_MEM_SCRATCH, nout * 4 + 1, (void **)&d_out);
  if (st == MGP_OK) st = r->be->ops->alloc(r->be, MGP_MEM_RAW, nin * 4 + 4, (void **)&d_in);
  st = mgp_comm_agree(r->comm, st);
  if (st == MGP_OK) st = exchange_in(r, own, most, host, d_out, d_in, nout, nin);
  r->be->ops->free(r->be, d_out);
  r->be->ops->free(r->be, d_in);
  free(host);
  return st;
}

static mgp_status_t check_exchanges(rank_t *r) {
  static const uint32_t most[] = {0, 1, 2, 3, 255, 1000, 70001};
  const uint64_t before = r->link.stats[MGP_LINK_EXCHANGE].calls;
  const unsigned n = sizeof most / sizeof *most;
  mgp_status_t st = MGP_OK;
  for (unsigned k = 0; k < n && st == MGP_OK; k++)
    st = mgp_comm_agree(r->comm, check_exchange(r, MGP_OK, most[k]));
  const uint64_t calls = r->link.stats[MGP_LINK_EXCHANGE].calls - before;
  if (st == MGP_OK && calls != (r->link.ops ? n : 0))
    st = mgp_fail(MGP_INTERNAL, "%d exchanges were counted", (int)calls);
  return st;
}

static mgp_status_t sums_main(mgp_comm_t *comm, void *arg) {
  const job_t *job = arg;
  rank_t r;
  mgp_status_t st = rank_open(&r, comm, job);
  if (st == MGP_OK) st = mgp_link_ready(&r.link);
  if (st == MGP_OK && (r.link.ops != NULL) != (job->between && r.size > 1))
    st = mgp_fail(MGP_INTERNAL, "the sums of %u ranks go the wrong way", r.size);
  if (st == MGP_OK && r.link.reaches != (r.link.ops && job->reaches))
    st = mgp_fail(MGP_INTERNAL, "%u ranks, whose memory is shared: %d", r.size, r.link.reaches);
  if (st == MGP_OK) st = check_sums(&r);
  if (st == MGP_OK) st = check_exchanges(&r);
  return rank_close(&r, mgp_comm_agree(comm, st));
}

/* --- failures --------------------------------------------------------------------------------- */

/* What a run of one proof asks for. */
static mgp_status_t one_proof(mgp_comm_t *comm, const job_t *job) {
  enum { N = 1001 };
  uint32_t *d = NULL, host[N];
  rank_t r;
  mgp_status_t st = rank_open(&r, comm, job);
  if (st == MGP_OK) st = mgp_link_ready(&r.link);
  if (st == MGP_OK)
    st = mgp_comm_agree(comm, r.be->ops->alloc(r.be, MGP_MEM_RAW, sizeof host, (void **)&d));
  for (unsigned i = 0; i < N; i++) host[i] = job->overflow && r.rank == 0 ? UINT32_MAX : 1;
  if (st == MGP_OK) st = mgp_comm_agree(comm, r.be->ops->upload(r.be, d, host, sizeof host));
  if (st == MGP_OK) st = mgp_link_sum_u32(&r.link, d, N, job->overflow ? UINT64_MAX : r.size);
  mgp_status_t own = MGP_OK;
  if (st == MGP_OK && job->fails && r.rank == r.size - 1) own = mgp_fail(MGP_BAD_INPUT, "planted");
  if (st == MGP_OK && job->fails != 2) st = mgp_link_sum_field(&r.link, own, d, N);
  if (st == MGP_OK) st = check_exchange(&r, own, 100);
  if (r.be) r.be->ops->free(r.be, d);
  return rank_close(&r, st);
}

static mgp_status_t short_main(mgp_comm_t *comm, void *arg) {
  return one_proof(comm, arg);
}

/* The second one finds the devices connected. */
static mgp_status_t twice_main(mgp_comm_t *comm, void *arg) {
  MGP_TRY(one_proof(comm, arg));
  const void *kept = mgp_comm_kept(comm);
  MGP_TRY(one_proof(comm, arg));
  NEED(mgp_comm_kept(comm) == kept && (kept != NULL) == ((const job_t *)arg)->between);
  return MGP_OK;
}

/* Sums that do not fit are an error on every rank. */
static void check_overflow(job_t job) {
  job.overflow = 1;
  CHECK(mgp_comm_threads_run(3, short_main, &job) == MGP_RESOURCES);
}

/* A rank that comes to the sum, or exchange, with a failure of its own: nobody waits for its words.
 */
static void check_failing(job_t job) {
  for (job.fails = 1; job.fails <= 2; job.fails++)
    for (uint32_t size = 1; size <= 3; size++) {
      CHECK(mgp_comm_threads_run(size, short_main, &job) == MGP_BAD_INPUT);
      CHECK_EQ_STR(mgp_error_message(), "planted");
    }
}

#ifdef MGP_TEST_CUDA
/* A collective that one rank has started and the others never do: the wait ends in time, and the
 * kernel that waits on the device with it. */
static mgp_status_t hang_main(mgp_comm_t *comm, void *arg) {
  uint32_t *d = NULL;
  rank_t r;
  mgp_status_t st = rank_open(&r, comm, arg);
  if (st == MGP_OK) st = mgp_link_ready(&r.link);
  if (st == MGP_OK)
    st = mgp_comm_agree(comm, r.be->ops->alloc(r.be, MGP_MEM_SCRATCH, 4096, (void **)&d));
  if (st == MGP_OK && r.rank == 0) {
    const double start = mgp_clock_seconds();
    st = r.link.ops->start_sum_u32(r.link.device, r.be, d, 1000);
    if (st == MGP_OK) st = r.link.ops->wait(r.link.device, r.be, mgp_clock_ns() + 1000000000u);
    const double took = mgp_clock_seconds() - start;
    if (st == MGP_OK || took < 0.9 || took > 10)
      st = mgp_fail(MGP_INTERNAL, "status %d after %.2f s", (int)st, took);
    /* as the sums do it: the kernel would keep the backend from ending */
    mgp_comm_keep(comm, NULL, NULL);
    r.link.ops->end(r.link.device, 1);
  }
  if (r.be) r.be->ops->free(r.be, d);
  return rank_close(&r, mgp_comm_agree(comm, st));
}

static void check_hang(void) {
  job_t job = {.kind = BACKEND_CUDA, .between = 1};
  const double start = mgp_clock_seconds();
  CHECK(mgp_comm_threads_run(2, hang_main, &job) == MGP_PEER);
  CHECK_MSG(strstr(mgp_error_message(), "ncclAllReduce: timed out"), "%s", mgp_error_message());
  CHECK_MSG(mgp_clock_seconds() - start < 10, "%.1f s", mgp_clock_seconds() - start);
  CHECK_OK(mgp_comm_threads_run(2, short_main, &job)); /* the devices are as they were */
}

/* One rank that does not reach the others' memory is enough for all of them to send. */
static void check_kept_out(job_t job) {
  job.reaches = 0;
  (void)setenv("MGP_REACH_FAIL", "1", 1);
  CHECK_OK(mgp_comm_threads_run(2, sums_main, &job));
  (void)unsetenv("MGP_REACH_FAIL");
}

/* An error at the n-th NCCL call of one rank, or of all, ends all ranks with its message and soon;
 * the last calls only say goodbye. */
static void check_injected(const char *ranks, uint32_t size) {
  job_t job = {.kind = BACKEND_CUDA, .between = 1};
  unsigned n = 1;
  for (;; n++) {
    char text[64];
    snprintf(text, sizeof text, "%u%s", n, ranks);
    REQUIRE_OK(setenv("MGP_NCCL_FAIL", text, 1) == 0 ? MGP_OK : MGP_INTERNAL);
    const double start = mgp_clock_seconds();
    mgp_status_t st = mgp_comm_threads_run(size, short_main, &job);
    const double took = mgp_clock_seconds() - start;
    CHECK_MSG(took < 15, "call %s took %.1f s", text, took);
    printf("call %s: %.2f s\n", text, took);
    (void)fflush(stdout);
    if (st == MGP_OK) break;
    const char *m = mgp_error_message();
    CHECK_MSG(strstr(m, "NCCL, rank ") && strstr(m, "CUDA device ") && strstr(m, " on host ") &&
                  strstr(m, ": nccl"),
              "call %s: %s", text, m);
  }
  (void)unsetenv("MGP_NCCL_FAIL");
  printf("%u ranks: errors at %u NCCL calls (\"%s\")\n", size, n - 1, ranks);
  CHECK(n > (size > 2 ? 15u : 8u)); /* two ranks add Q in one call, more of them by slices */
}
#endif

static void check_job(job_t job, uint32_t ndevices) {
  for (uint32_t size = 1; size <= 5; size++) {
    const double start = mgp_clock_seconds();
    job.between = size <= ndevices;
    CHECK_OK(mgp_comm_threads_run(size, sums_main, &job));
    printf("sums of %u ranks: %.2f s\n", size, mgp_clock_seconds() - start);
    (void)fflush(stdout);
  }
  check_overflow(job);
  check_failing(job);
  job.between = ndevices > 0;
  CHECK_OK(mgp_comm_threads_run(2, twice_main, &job));
  for (job.grows = 1; job.grows <= 2; job.grows++)
    CHECK_OK(mgp_comm_threads_run(2, twice_main, &job));
}

/* --- programs --------------------------------------------------------------------------------- */

#ifdef MGP_HAVE_MPI
static int mpi_main(const job_t *jobs, unsigned njobs) {
  mgp_comm_t *comm;
  REQUIRE_OK(mgp_comm_mpi_create(&comm));
  for (unsigned i = 0; i < njobs; i++) CHECK_OK(sums_main(comm, (void *)(uintptr_t)&jobs[i]));
  const int rank = (int)mgp_comm_rank(comm);
  mgp_comm_destroy(comm);
  return rank == 0 ? test_result() : test_failures != 0;
}
#endif

int main(int argc, char **argv) {
  const bool mpi = argc > 1 && strcmp(argv[1], "mpi") == 0;
#ifdef MGP_TEST_CUDA
  int n = 0;
  const bool near = !getenv("MGP_TEST_FAR"); /* set it where GPUs have no NVLink */
  job_t jobs[] = {{.kind = BACKEND_CUDA, .between = 1, .reaches = near}};
  REQUIRE_OK(mgp_cuda_probe(&n));
  if (n == 0) TEST_SKIP("no CUDA device");
  if (n == 1) TEST_SKIP("one CUDA device");
  if (!mgp_cuda_device.link) TEST_SKIP("built without NCCL");
  const uint32_t ndevices = n < 4 ? (uint32_t)n : 4;
#else
  job_t jobs[] = {{.kind = BACKEND_CPU}, {.kind = BACKEND_STRICT}};
  const uint32_t ndevices = 0;
#endif
  const unsigned njobs = sizeof jobs / sizeof *jobs;
  if (mpi) {
#ifdef MGP_HAVE_MPI
    return mpi_main(jobs, njobs);
#else
    TEST_SKIP("built without MPI");
#endif
  }
  for (unsigned i = 0; i < njobs; i++) check_job(jobs[i], ndevices);
#ifdef MGP_TEST_CUDA
  check_injected("", ndevices);
  if (near) check_kept_out(jobs[0]);
  jobs[0].reaches = 0;
  (void)setenv("MGP_LINK", "nccl", 1);
  check_job(jobs[0], ndevices);
  check_hang();
  check_injected("", ndevices);
  check_injected(":0", ndevices);
  check_injected(":1", ndevices);
  /* without, when asked for */
  jobs[0].between = 0;
  (void)setenv("MGP_LINK", "host", 1);
  CHECK_OK(mgp_comm_threads_run(ndevices, sums_main, &jobs[0]));
  (void)setenv("MGP_LINK", "nowhere", 1);
  CHECK(mgp_comm_threads_run(2, sums_main, &jobs[0]) == MGP_USAGE);
#endif
  return test_result();
}
