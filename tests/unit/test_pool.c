/* Words in memory that ranks share: what one rank writes the others read, a block is taken again
 * only once nobody holds it, and a pool that cannot be had or is full is no error. And a cut whose
 * words come by it, by messages or by both is the same on every rank. */
#include <pthread.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "prove_util.h"
#include "prover/record.h"

#define MOST_HELD 40u
#define SMALL     ((uint64_t)1 << 20)

static uint64_t seed;

/* --- blocks -------------------------------------------------------------------------------------
 */

/* What rank 0 tells of a block: none, and turns go on, where there was no room. */
typedef struct {
  uint32_t block, salt;
  uint64_t nwords;
} told_t;

static uint32_t word_of(const told_t *x, uint64_t i) {
  return x->salt * 0x9e3779b9u + (uint32_t)i * 0x85ebca6bu;
}

static uint64_t wrong_words(const mgp_pool_t *pool, const told_t *x) {
  const uint32_t *w = mgp_pool_words(pool, x->block);
  uint64_t wrong = 0;
  for (uint64_t i = 0; i < x->nwords; i++) wrong += w[i] != word_of(x, i);
  return wrong;
}

static told_t take_one(mgp_pool_t *pool, test_rng_t *rng, uint32_t turn) {
  const uint64_t most = test_rand(rng) % 8 ? 30000 : 150000;
  told_t x = {.salt = turn + 1, .nwords = test_rand(rng) % most};
  x.block = mgp_pool_take(pool, x.nwords);
  if (x.block == MGP_POOL_NONE) return x;
  for (uint64_t i = 0; i < x.nwords; i++) mgp_pool_words(pool, x.block)[i] = word_of(&x, i);
  return x;
}

typedef struct {
  uint64_t wrong[8], none, taken;
} turns_t;

/* Rank 0 takes a block a turn; all ranks hold it for as long as they like. */
static mgp_status_t take_turns(mgp_comm_t *comm, void *arg) {
  turns_t *t = arg;
  const uint32_t rank = mgp_comm_rank(comm);
  test_rng_t rng = {seed + rank};
  told_t held[MOST_HELD], x;
  uint32_t n = 0;
  mgp_ledger_t *ledger;
  mgp_pool_t *pool;
  MGP_TRY(mgp_ledger_create(0, &ledger));
  MGP_TRY(mgp_pool_create(comm, ledger, 1, SMALL, &pool));
  if (!mgp_pool_reaches_all(pool)) return mgp_fail(MGP_RESOURCES, "no pool");
  for (uint32_t turn = 0; turn < 3000; turn++) {
    if (rank == 0) {
      x = take_one(pool, &rng, turn);
      if (x.block != MGP_POOL_NONE) mgp_pool_share(pool, x.block);
      t->none += x.block == MGP_POOL_NONE;
      t->taken += x.block != MGP_POOL_NONE;
    }
    MGP_TRY(mgp_comm_bcast(comm, &x, sizeof x, 0));
    if (x.block != MGP_POOL_NONE) held[n++] = x;
    while (n == MOST_HELD || (n && test_rand(&rng) % 5 < 2)) {
      const uint32_t i = (uint32_t)(test_rand(&rng) % n);
      t->wrong[rank] += wrong_words(pool, &held[i]);
      mgp_pool_leave(pool, held[i].block);
      held[i] = held[--n];
    }
  }
  while (n) mgp_pool_leave(pool, held[--n].block);
  MGP_TRY(mgp_comm_barrier(comm));
  /* nobody holds anything: all of it is one block */
  if (rank == 0) t->wrong[0] += mgp_pool_take(pool, SMALL / sizeof(uint32_t)) != 0;
  if (rank == 0) t->wrong[0] += mgp_pool_take(pool, 0) != MGP_POOL_NONE;
  MGP_TRY(mgp_comm_barrier(comm));
  mgp_pool_destroy(pool);
  return mgp_ledger_destroy(ledger) ? mgp_fail(MGP_INTERNAL, "a leak") : MGP_OK;
}

static void check_turns(uint32_t ranks) {
  turns_t t = {0};
  CHECK_OK(mgp_comm_threads_run(ranks, take_turns, &t));
  for (uint32_t r = 0; r < ranks; r++) CHECK_EQ_U64(t.wrong[r], 0);
  CHECK(t.none > 0 && t.taken > 0);
  printf("%u ranks: %" PRIu64 " blocks, %" PRIu64 " without room\n", ranks, t.taken, t.none);
}

/* --- without ------------------------------------------------------------------------------------
 */

static mgp_status_t expect_none(mgp_comm_t *comm, void *arg) {
  mgp_ledger_t *ledger;
  mgp_pool_t *pool;
  MGP_TRY(mgp_ledger_create(0, &ledger));
  MGP_TRY(mgp_pool_create(comm, ledger, 0, *(const uint64_t *)arg, &pool));
  if (pool || mgp_pool_reaches(pool, 0) || mgp_pool_reaches_all(pool))
    return mgp_fail(MGP_INTERNAL, "there is a pool");
  return mgp_ledger_destroy(ledger) ? mgp_fail(MGP_INTERNAL, "a leak") : MGP_OK;
}

/* Blocks until there is no room, and none after that but what has been there. */
static mgp_status_t fill(mgp_comm_t *comm, void *arg) {
  mgp_ledger_t *ledger;
  mgp_pool_t *pool;
  uint32_t n = 0;
  (void)arg;
  MGP_TRY(mgp_ledger_create(0, &ledger));
  MGP_TRY(mgp_pool_create(comm, ledger, 0, MGP_POOL_NBYTES, &pool));
  if (!pool) return mgp_fail(MGP_INTERNAL, "there is no pool");
  for (uint32_t at; mgp_comm_rank(comm) == 0 && (at = mgp_pool_take(pool, 16384)) != MGP_POOL_NONE;
       n++) {
    memset(mgp_pool_words(pool, at), 0xa5, 65536);
    if (at != n) return mgp_fail(MGP_INTERNAL, "block %u at %u", n, at);
  }
  if (mgp_comm_rank(comm) == 0) {
    printf("a full /dev/shm: %u blocks of 64 KiB\n", n);
    if (n < 2) return mgp_fail(MGP_INTERNAL, "it was full before");
    mgp_pool_leave(pool, n - 2);
    if (mgp_pool_take(pool, 16385) != MGP_POOL_NONE || mgp_pool_take(pool, 1) != n - 2)
      return mgp_fail(MGP_INTERNAL, "what was there cannot be used");
  }
  MGP_TRY(mgp_comm_barrier(comm));
  mgp_pool_destroy(pool);
  return mgp_ledger_destroy(ledger) ? mgp_fail(MGP_INTERNAL, "a leak") : MGP_OK;
}

/* In a /dev/shm of 16 MiB of its own, of which half is left to others; one must be root. */
static void check_full(void) {
  int status = 0;
  (void)fflush(NULL);
  const pid_t child = fork();
  if (child == 0) {
    if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("tmpfs", "/dev/shm", "tmpfs", 0, "size=16m") != 0)
      _exit(77);
    const mgp_status_t st = mgp_comm_threads_run(2, fill, NULL);
    if (st != MGP_OK) fprintf(stderr, "%s\n", mgp_error_message());
    (void)fflush(NULL);
    _exit(st != MGP_OK);
  }
  CHECK(child > 0 && waitpid(child, &status, 0) == child);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
    printf("not tried: a full /dev/shm, which only root can make\n");
  else
    CHECK_MSG(status == 0, "status %d", status);
}

static void check_none(void) {
  uint64_t nbytes = SMALL;
  CHECK_OK(mgp_comm_threads_run(1, expect_none, &nbytes));
  CHECK(setenv("MGP_BOARD", "off", 1) == 0);
  CHECK_OK(mgp_comm_threads_run(3, expect_none, &nbytes));
  CHECK(unsetenv("MGP_BOARD") == 0);
  nbytes = 1;
  CHECK_OK(mgp_comm_threads_run(3, expect_none, &nbytes));
}

/* --- cuts ---------------------------------------------------------------------------------------
 */

static mgp_chipset_t *chips;
static guest_t guest;

/* Digest of the words of a cut's pieces by number. */
typedef struct {
  uint64_t pool_nbytes;
  uint32_t partitions, npieces;
  uint32_t skip;    /* of so many shards one is recorded, the first one too; 0: all are */
  uint32_t in_pool; /* pieces whose words are there */
  uint64_t digest[4096];
  uint32_t holders[4096]; /* by how many ranks a piece was held */
  uint64_t sent;
} shared_t;

static uint64_t digest_of(const uint32_t *w, uint64_t n) {
  uint64_t h = n + 1;
  for (uint64_t i = 0; i < n; i++) h = (h ^ w[i]) * 0x9e3779b97f4a7c15u;
  return h;
}

static mgp_status_t look_at(shared_t *x, const mgp_cut_t *cut, uint32_t first) {
  for (uint32_t i = 0; i < cut->npieces; i++) {
    const uint64_t d = digest_of(cut->word[i], cut->word[i] ? cut->piece[i].nwords : 0);
    if (!cut->word[i]) continue;
    if (first + i >= 4096) return mgp_fail(MGP_INTERNAL, "too many pieces");
    if (x->digest[first + i] && x->digest[first + i] != d)
      return mgp_fail(MGP_INTERNAL, "ranks have other words of piece %u", first + i);
    x->digest[first + i] = d;
    x->holders[first + i]++;
  }
  return MGP_OK;
}

static mgp_status_t share_cuts(mgp_comm_t *comm, void *arg) {
  static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
  shared_t *x = arg;
  const mgp_prove_options_t o = {
      .hints = guest.hints, .hints_nbytes = guest.nhints, .piece_steps = 500};
  mgp_session_t s = {.comm = comm, .prog = &guest.prog, .opt = &o, .chips = chips};
  mgp_pass_t *pass = NULL;
  mgp_cut_t cut = {0};
  uint32_t n = 0, turn = 0;
  s.rank = mgp_comm_rank(comm);
  s.nranks = mgp_comm_size(comm);
  s.partitions = x->partitions;
  s.run.budget = 9000 * MGP_STEP_COST;
  MGP_TRY(mgp_ledger_create(0, &s.ahead));
  if (s.nranks > 1)
    MGP_TRY(mgp_pool_create(comm, s.ahead, mgp_stream_bytes(), x->pool_nbytes, &s.pool));
  if (s.rank == 0) {
    MGP_TRY(mgp_pass_create(&s, s.run.budget, &pass));
    (void)mgp_pass_settle(pass, s.run.budget);
  }
  while (!cut.last) {
    MGP_TRY(mgp_cut_share(&s, pass, !x->skip || turn++ % x->skip == 0, &cut));
    (void)pthread_mutex_lock(&lock);
    for (uint32_t i = 0; i < cut.npieces && s.rank == 0; i++)
      x->in_pool += cut.piece[i].block != MGP_POOL_NONE;
    const mgp_status_t st = look_at(x, &cut, n);
    (void)pthread_mutex_unlock(&lock);
    n += cut.npieces;
    mgp_cut_free(&s, &cut);
    MGP_TRY(st);
  }
  if (s.rank == 0) {
    x->npieces = n;
    x->sent = mgp_comm_stats(comm, MGP_COMM_ALLTOALLV).sent_nbytes;
  }
  MGP_TRY(mgp_comm_barrier(comm));
  mgp_pass_destroy(pass);
  mgp_pool_destroy(s.pool);
  return mgp_ledger_destroy(s.ahead) ? mgp_fail(MGP_INTERNAL, "a leak") : MGP_OK;
}

static void check_cuts(void) {
  static shared_t one, x;
  guest_load(&guest, "sort", 300);
  one.partitions = 1;
  CHECK_OK(mgp_comm_threads_run(1, share_cuts, &one));
  CHECK(one.npieces > 40 && one.npieces < 4096);
  for (uint32_t ranks = 2; ranks <= 5; ranks++) {
    static const uint64_t nbytes[] = {MGP_POOL_NBYTES, 1, 5 << 16};
    uint64_t sent[3], in_pool[3];
    for (int k = 0; k < 3; k++) {
      memset(&x, 0, sizeof x);
      x.pool_nbytes = nbytes[k];
      x.partitions = ranks == 5 ? 4 : 2 * ranks; /* of 5 ranks, one has no partition */
      x.skip = ranks == 4 ? 2 : 0;
      CHECK_OK(mgp_comm_threads_run(ranks, share_cuts, &x));
      CHECK_EQ_U64(x.npieces, one.npieces);
      for (uint32_t i = 0; i < x.npieces; i++) {
        CHECK_MSG(x.holders[i] || x.skip, "piece %u of %u: nobody has it", i, x.npieces);
        if (x.holders[i]) CHECK_EQ_U64(x.digest[i], one.digest[i]);
      }
      sent[k] = x.sent;
      in_pool[k] = x.in_pool;
    }
    CHECK_EQ_U64(sent[0], 0);
    CHECK_EQ_U64(in_pool[0], x.npieces);
    CHECK_EQ_U64(in_pool[1], 0);
    /* The first shard has more pieces than the small pool has chunks. How many get one later, and
     * whether another rank is to have those, depends on how far the pass is ahead. */
    CHECK(in_pool[2] >= 5 && in_pool[2] < x.npieces);
    CHECK_MSG(0 < sent[2] && sent[2] <= sent[1], "%" PRIu64 " of %" PRIu64, sent[2], sent[1]);
    printf("%u ranks, %u pieces: words of %" PRIu64 " bytes by messages; %" PRIu64
           " beside a pool of five chunks, which %" PRIu64 " were in\n",
           ranks, x.npieces, sent[1], sent[2], in_pool[2]);
  }
  guest_free(&guest);
}

/* --- a failure while somebody follows -----------------------------------------------------------
 */

/* Rank 1 fails when rank 0 has its first cut: the words stay where they are as long as somebody may
 * read them (which a sanitizer sees). */
static mgp_status_t fail_to_share(mgp_comm_t *comm, void *arg) {
  const mgp_prove_options_t o = {.hints = guest.hints,
                                 .hints_nbytes = guest.nhints,
                                 .backend = MGP_BACKEND_CPU,
                                 .threads = 4,
                                 .piece_steps = 100};
  mgp_session_t s = {.comm = comm, .prog = &guest.prog, .opt = &o, .chips = chips, .threads = 4};
  mgp_recorder_t *recorder;
  mgp_pass_t *pass = NULL;
  mgp_cut_t cut = {0};
  (void)arg;
  s.now = &s.hands[0];
  s.rank = mgp_comm_rank(comm);
  s.nranks = s.partitions = mgp_comm_size(comm);
  s.nparts = 1;
  s.first_part = s.rank;
  s.run.budget = 30000 * MGP_STEP_COST;
  MGP_TRY(mgp_ledger_create(0, &s.ahead));
  MGP_TRY(mgp_pool_create(comm, s.ahead, mgp_stream_bytes(), MGP_POOL_NBYTES, &s.pool));
  if (s.rank == 0) MGP_TRY(mgp_pass_create(&s, s.run.budget, &pass));
  if (pass) (void)mgp_pass_settle(pass, s.run.budget);
  MGP_TRY(mgp_recorder_create(&s, NULL, &recorder));
  mgp_stream_t *stream = pass ? mgp_pass_stream(pass) : mgp_pool_front(s.pool);
  if (stream) mgp_recorder_follow(recorder, stream, UINT64_MAX);
  mgp_status_t st = s.rank == 1 ? mgp_comm_agree(comm, mgp_fail(MGP_BAD_INPUT, "planted"))
                                : mgp_cut_share(&s, pass, 1, &cut);
  mgp_recorder_destroy(recorder);
  mgp_pass_destroy(pass);
  mgp_pool_destroy(s.pool);
  const size_t left = mgp_ledger_destroy(s.ahead);
  return left || st == MGP_OK ? mgp_fail(MGP_INTERNAL, "status %d, a leak of %zu", st, left) : st;
}

static void check_failure(void) {
  guest_load(&guest, "sort", 300);
  for (uint32_t i = 0; i < 12; i++) {
    if (i % 2) CHECK(setenv("MGP_BOARD", "off", 1) == 0);
    const mgp_status_t st = mgp_comm_threads_run(2 + i % 3, fail_to_share, NULL);
    CHECK_MSG(st == MGP_BAD_INPUT, "%s", mgp_error_message());
    CHECK(unsetenv("MGP_BOARD") == 0);
  }
  guest_free(&guest);
}

int main(void) {
  test_rng_t rng = test_rng();
  seed = test_rand(&rng);
  REQUIRE_OK(mgp_chipset_create(&chips));
  for (uint32_t ranks = 2; ranks <= 8; ranks += ranks < 4 ? 1 : 4) check_turns(ranks);
  check_none();
  check_full();
  check_cuts();
  check_failure();
  mgp_chipset_destroy(chips);
  return test_result();
}
