/* N ranks as threads of one process: each primitive publishes pointers, meets, copies, meets. */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "comm/transport.h"

/* What a rank shows the others between two meetings. */
typedef struct {
  const void *buf;
  const uint8_t *const *send;
} shown_t;

typedef struct {
  pthread_mutex_t lock;
  pthread_cond_t all_here;
  uint32_t size, here;
  uint64_t round;
  enum { GATE_CLOSED, GATE_OPEN, GATE_CANCELLED } gate;
  atomic_uint users; /* the last one frees it */
  shown_t *shown;    /* [size] */
} team_t;

typedef struct {
  mgp_transport_t base;
  team_t *team;
} thread_transport_t;

static team_t *team_create(uint32_t size, unsigned users) {
  pthread_condattr_t attr;
  team_t *team = calloc(1, sizeof *team);
  if (team != NULL) team->shown = calloc(size, sizeof *team->shown);
  if (team == NULL || team->shown == NULL) {
    free(team);
    return NULL;
  }
  team->size = size;
  atomic_init(&team->users, users);
  (void)pthread_mutex_init(&team->lock, NULL);
  (void)pthread_condattr_init(&attr);
  (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
  (void)pthread_cond_init(&team->all_here, &attr);
  (void)pthread_condattr_destroy(&attr);
  return team;
}

static void team_leave(team_t *team) {
  if (atomic_fetch_sub(&team->users, 1) > 1) return;
  (void)pthread_cond_destroy(&team->all_here);
  (void)pthread_mutex_destroy(&team->lock);
  free(team->shown);
  free(team);
}

static mgp_status_t team_meet(thread_transport_t *t) {
  team_t *team = t->team;
  mgp_status_t st = MGP_OK;
  (void)pthread_mutex_lock(&team->lock);
  uint64_t round = team->round;
  if (++team->here == team->size) {
    team->here = 0;
    team->round++;
    (void)pthread_cond_broadcast(&team->all_here);
  }
  while (team->round == round && st == MGP_OK) {
    if (t->base.deadline_ns == 0) {
      (void)pthread_cond_wait(&team->all_here, &team->lock);
      continue;
    }
    struct timespec ts = {(time_t)(t->base.deadline_ns / 1000000000u),
                          (long)(t->base.deadline_ns % 1000000000u)};
    if (pthread_cond_timedwait(&team->all_here, &team->lock, &ts) == ETIMEDOUT &&
        team->round == round)
      st = mgp_fail(MGP_PEER, "timed out waiting for %u of %u ranks", team->size - team->here,
                    team->size);
  }
  (void)pthread_mutex_unlock(&team->lock);
  return st;
}

static mgp_status_t thread_allgather(mgp_transport_t *base, const void *mine, void *all,
                                     uint64_t nbytes) {
  thread_transport_t *t = (thread_transport_t *)base;
  t->team->shown[base->rank].buf = mine;
  MGP_TRY(team_meet(t));
  for (uint32_t r = 0; r < base->size; r++)
    memcpy((uint8_t *)all + r * nbytes, t->team->shown[r].buf, nbytes);
  return team_meet(t);
}

static mgp_status_t thread_bcast(mgp_transport_t *base, void *buf, uint64_t nbytes, uint32_t root) {
  thread_transport_t *t = (thread_transport_t *)base;
  t->team->shown[base->rank].buf = buf;
  MGP_TRY(team_meet(t));
  if (base->rank != root) memcpy(buf, t->team->shown[root].buf, nbytes);
  return team_meet(t);
}

static mgp_status_t thread_exchange(mgp_transport_t *base, const uint8_t *const *send,
                                    const uint64_t *send_nbytes, uint8_t *const *recv,
                                    const uint64_t *recv_nbytes) {
  thread_transport_t *t = (thread_transport_t *)base;
  (void)send_nbytes;
  t->team->shown[base->rank].send = send;
  MGP_TRY(team_meet(t));
  for (uint32_t r = 0; r < base->size; r++) {
    const uint8_t *from = t->team->shown[r].send[base->rank];
    if (recv_nbytes[r] != 0 && from != recv[r]) memcpy(recv[r], from, recv_nbytes[r]);
  }
  return team_meet(t);
}

static mgp_status_t transport_create(team_t *team, uint32_t rank, mgp_transport_t **out);

/* The part's rank 0 makes the team and shows it. */
static mgp_status_t thread_split(mgp_transport_t *base, uint32_t first, uint32_t rank,
                                 uint32_t size, mgp_transport_t **out) {
  thread_transport_t *t = (thread_transport_t *)base;
  team_t *part = NULL;
  if (size != 0 && rank == 0) part = team_create(size, size);
  t->team->shown[base->rank].buf = part;
  MGP_TRY(team_meet(t));
  if (size != 0) part = (team_t *)(uintptr_t)t->team->shown[first].buf;
  MGP_TRY(team_meet(t));
  if (size == 0) return MGP_OK;
  if (part == NULL) return mgp_fail(MGP_RESOURCES, "out of memory for a team of %u ranks", size);
  mgp_status_t st = transport_create(part, rank, out);
  if (st != MGP_OK) team_leave(part);
  return st;
}

static void thread_abort(mgp_transport_t *base, int code) {
  (void)base;
  _exit(code);
}

static void thread_destroy(mgp_transport_t *base) {
  team_leave(((thread_transport_t *)base)->team);
  free(base);
}

static const mgp_transport_ops_t thread_ops = {"thread",        thread_allgather, thread_bcast,
                                               thread_exchange, thread_split,     NULL,
                                               thread_abort,    thread_destroy};

/* The caller's place in the team's `users` becomes the transport's. */
static mgp_status_t transport_create(team_t *team, uint32_t rank, mgp_transport_t **out) {
  thread_transport_t *t = calloc(1, sizeof *t);
  if (t == NULL) return mgp_fail(MGP_RESOURCES, "out of memory for the comm state");
  t->base.ops = &thread_ops;
  t->base.rank = rank;
  t->base.size = team->size;
  t->team = team;
  *out = &t->base;
  return MGP_OK;
}

/* --- running a team --- */

typedef struct {
  pthread_t thread;
  team_t *team;
  mgp_comm_t *comm;
  mgp_status_t (*fn)(mgp_comm_t *, void *);
  void *arg;
} member_t;

static void *member_main(void *arg) {
  member_t *m = arg;
  (void)pthread_mutex_lock(&m->team->lock);
  while (m->team->gate == GATE_CLOSED) (void)pthread_cond_wait(&m->team->all_here, &m->team->lock);
  bool open = m->team->gate == GATE_OPEN;
  (void)pthread_mutex_unlock(&m->team->lock);
  if (!open) return NULL;
  mgp_status_t st = mgp_comm_connect(m->comm);
  if (st == MGP_OK) st = m->fn(m->comm, m->arg);
  (void)mgp_comm_agree(m->comm, st);
  mgp_comm_let_go(m->comm);
  return NULL;
}

mgp_status_t mgp_comm_threads_run(uint32_t n, mgp_status_t (*fn)(mgp_comm_t *comm, void *arg),
                                  void *arg) {
  if (n == 0) return mgp_fail(MGP_INTERNAL, "a team needs at least one rank");
  mgp_status_t st = MGP_OK;
  uint32_t started = 0;
  team_t *team = team_create(n, 1);
  member_t *members = calloc(n, sizeof *members);
  if (team == NULL || members == NULL) {
    st = mgp_fail(MGP_RESOURCES, "out of memory for a team of %u ranks", n);
    goto out;
  }
  for (uint32_t r = 0; r < n; r++) {
    mgp_transport_t *t = NULL;
    members[r] = (member_t){.team = team, .fn = fn, .arg = arg};
    MGP_TRY_GOTO(st, transport_create(team, r, &t), out);
    atomic_fetch_add(&team->users, 1);
    MGP_TRY_GOTO(st, mgp_comm_create(t, &members[r].comm), out);
  }
  /* nobody passes the gate before all threads exist: a rank that waits for one would wait for ever
   */
  for (; started < n; started++) {
    int err = pthread_create(&members[started].thread, NULL, member_main, &members[started]);
    if (err != 0) {
      st = mgp_fail(MGP_RESOURCES, "cannot start thread %u of %u: %s", started, n, strerror(err));
      break;
    }
  }
  (void)pthread_mutex_lock(&team->lock);
  team->gate = st == MGP_OK ? GATE_OPEN : GATE_CANCELLED;
  (void)pthread_cond_broadcast(&team->all_here);
  (void)pthread_mutex_unlock(&team->lock);
  for (uint32_t r = 0; r < started; r++) (void)pthread_join(members[r].thread, NULL);
  if (st == MGP_OK) {
    const mgp_comm_failure_t *f = mgp_comm_failure(members[0].comm);
    if (f != NULL) st = mgp_fail(f->status, "%s", f->message);
  }
out:
  for (uint32_t r = 0; members != NULL && r < n; r++) mgp_comm_destroy(members[r].comm);
  if (team != NULL) team_leave(team);
  free(members);
  return st;
}
