#include "prover/pass.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/stop.h"

#define AHEAD 2u         /* cuts that wait */
#define BURST (1u << 26) /* steps between two looks at whether to stop */

struct mgp_pass {
  mgp_session_t *s;
  mgp_vm_t *vm;
  double seconds;
  pthread_t thread;
  int started;
  pthread_mutex_t lock; /* of what follows */
  pthread_cond_t changed;
  mgp_cut_t cut[AHEAD]; /* a ring */
  uint32_t made, taken;
  int quit, done;
  mgp_status_t status; /* of the thread, when it is done */
  char message[512];
};

static void print_guest(void *ctx, uint32_t fd, const void *bytes, size_t nbytes) {
  (void)ctx;
  fwrite(bytes, 1, nbytes, fd == 1 ? stdout : stderr);
}

mgp_status_t mgp_pass_create_vm(const mgp_session_t *s, int print, mgp_vm_t **out) {
  uint8_t dt[MGP_OPCHIP_COUNT] = {0};
  uint32_t cost[MGP_OPCHIP_COUNT] = {0};
  for (uint32_t c = 1; c < MGP_OPCHIP_COUNT; c++) {
    dt[c] = s->chips->chip[c].dt;
    cost[c] = s->chips->chip[c].cost;
  }
  mgp_vm_config_t config = {
      s->prog, s->opt->hints, s->opt->hints_nbytes, dt, cost, print ? print_guest : NULL, NULL};
  return mgp_vm_create(&config, out);
}

uint64_t mgp_cut_cost(const mgp_cut_t *cut, uint64_t budget, uint32_t partitions, uint32_t p) {
  uint64_t total = cut->last ? cut->end.cost - cut->start.cost : budget;
  unsigned __int128 x = (unsigned __int128)total * p + partitions - 1;
  return cut->start.cost + (uint64_t)(x / partitions);
}

void mgp_cut_free(mgp_session_t *s, mgp_cut_t *cut) {
  mgp_ledger_free(s->ahead, cut->page);
  mgp_ledger_free(s->ahead, cut->bytes);
  cut->page = NULL;
  cut->bytes = NULL;
  cut->npages = 0;
}

static mgp_status_t alloc_pages(mgp_session_t *s, mgp_cut_t *cut) {
  size_t n = cut->npages;
  cut->page = NULL;
  cut->bytes = NULL;
  if (n == 0) return MGP_OK;
  MGP_TRY(mgp_ledger_alloc(s->ahead, MGP_MEM_RAW, n * sizeof *cut->page, (void **)&cut->page));
  mgp_status_t st =
      mgp_ledger_alloc(s->ahead, MGP_MEM_RAW, n * MGP_VM_PAGE_BYTES, (void **)&cut->bytes);
  if (st != MGP_OK) mgp_ledger_free(s->ahead, cut->page);
  return st;
}

/* --- the thread ---------------------------------------------------------------------------- */

static mgp_status_t too_long(const mgp_session_t *s, const mgp_vm_state_t *v) {
  if (s->opt->max_steps && v->steps >= s->opt->max_steps)
    return mgp_fail(MGP_RESOURCES, "the run does not halt within %llu steps, the limit given",
                    (unsigned long long)s->opt->max_steps);
  return mgp_fail(MGP_RESOURCES,
                  "the run does not halt within %u shards of cost %llu, the most there can be: use "
                  "larger shards (--shard-steps)",
                  MGP_MAX_SHARDS, (unsigned long long)s->run.budget);
}

static int must_quit(mgp_pass_t *p) {
  pthread_mutex_lock(&p->lock);
  int quit = p->quit;
  pthread_mutex_unlock(&p->lock);
  return quit;
}

/* Executes one shard; the cut has its pages and start. */
static mgp_status_t run_shard(mgp_pass_t *p, mgp_cut_t *cut) {
  const mgp_session_t *s = p->s;
  const mgp_vm_state_t *v = mgp_vm_state(p->vm);
  const uint64_t stop = cut->start.cost + s->run.budget;
  const uint64_t most = s->opt->max_steps ? s->opt->max_steps : MGP_VM_NO_LIMIT;
  const double begin = mgp_clock_seconds();
  mgp_vm_stop_t why;
  do {
    MGP_TRY(mgp_stop_check());
    if (must_quit(p)) return mgp_fail(MGP_STOPPED, "the proof has ended");
    mgp_vm_limits_t limits = {most - v->steps < BURST ? most : v->steps + BURST, stop};
    MGP_TRY(mgp_vm_run(p->vm, &limits, &why));
  } while (why == MGP_VM_LIMIT && v->steps < most);
  p->seconds += mgp_clock_seconds() - begin;
  if (why == MGP_VM_LIMIT || (why == MGP_VM_CUT && cut->id == MGP_MAX_SHARDS))
    return too_long(s, v);
  if (v->ts - cut->start.ts + 1 >= MGP_TS_LIMIT)
    return mgp_fail(MGP_RESOURCES, "shard %u needs %llu timestamps, more than %u: use smaller ones",
                    cut->id, (unsigned long long)(v->ts - cut->start.ts), MGP_TS_LIMIT - 2);
  cut->last = why == MGP_VM_HALTED;
  mgp_vm_point(p->vm, &cut->end);
  return MGP_OK;
}

static mgp_status_t make_cut(mgp_pass_t *p, uint32_t id, mgp_cut_t *out) {
  mgp_cut_t cut = {.id = id, .npages = mgp_vm_written_pages(p->vm)};
  mgp_vm_point(p->vm, &cut.start);
  MGP_TRY(alloc_pages(p->s, &cut));
  if (cut.npages) mgp_vm_take_pages(p->vm, cut.page, cut.bytes);
  mgp_status_t st = run_shard(p, &cut);
  if (st == MGP_OK)
    *out = cut;
  else
    mgp_cut_free(p->s, &cut);
  return st;
}

static void *run_pass(void *arg) {
  mgp_pass_t *p = arg;
  mgp_cut_t cut = {0};
  mgp_status_t st = MGP_OK;
  for (uint32_t id = 1; st == MGP_OK && !cut.last; id++) {
    st = make_cut(p, id, &cut);
    pthread_mutex_lock(&p->lock);
    while (st == MGP_OK && p->made - p->taken == AHEAD && !p->quit)
      pthread_cond_wait(&p->changed, &p->lock);
    if (st == MGP_OK && p->quit) {
      mgp_cut_free(p->s, &cut);
      st = MGP_STOPPED;
    } else if (st == MGP_OK) {
      p->cut[p->made++ % AHEAD] = cut;
    }
    pthread_cond_broadcast(&p->changed);
    pthread_mutex_unlock(&p->lock);
  }
  pthread_mutex_lock(&p->lock);
  p->status = st;
  if (st != MGP_OK) snprintf(p->message, sizeof p->message, "%s", mgp_error_message());
  p->done = 1;
  pthread_cond_broadcast(&p->changed);
  pthread_mutex_unlock(&p->lock);
  return NULL;
}

/* --- rank 0 -------------------------------------------------------------------------------- */

mgp_status_t mgp_pass_create(mgp_session_t *s, mgp_pass_t **out) {
  mgp_pass_t *p;
  MGP_TRY(mgp_ledger_alloc(s->ahead, MGP_MEM_RAW, sizeof *p, (void **)&p));
  memset(p, 0, sizeof *p);
  p->s = s;
  pthread_mutex_init(&p->lock, NULL);
  pthread_cond_init(&p->changed, NULL);
  mgp_status_t st = mgp_pass_create_vm(s, s->opt->print_guest_output, &p->vm);
  if (st == MGP_OK) st = mgp_vm_track(p->vm, 1);
  if (st == MGP_OK && pthread_create(&p->thread, NULL, run_pass, p) != 0)
    st = mgp_fail(MGP_RESOURCES, "cannot start a thread");
  p->started = st == MGP_OK;
  if (st == MGP_OK)
    *out = p;
  else
    mgp_pass_destroy(p);
  return st;
}

mgp_status_t mgp_pass_next(mgp_pass_t *p, mgp_cut_t *out) {
  mgp_status_t st = MGP_OK;
  pthread_mutex_lock(&p->lock);
  while (p->made == p->taken && !p->done) pthread_cond_wait(&p->changed, &p->lock);
  if (p->made != p->taken)
    *out = p->cut[p->taken++ % AHEAD];
  else
    st = mgp_fail(p->status == MGP_OK ? MGP_INTERNAL : p->status, "%s",
                  p->status == MGP_OK ? "there are no more shards" : p->message);
  pthread_cond_broadcast(&p->changed);
  pthread_mutex_unlock(&p->lock);
  return st;
}

const mgp_vm_t *mgp_pass_vm(const mgp_pass_t *p) {
  return p->vm;
}

double mgp_pass_seconds(const mgp_pass_t *p) {
  return p->seconds;
}

void mgp_pass_destroy(mgp_pass_t *p) {
  if (!p) return;
  if (p->started) {
    pthread_mutex_lock(&p->lock);
    p->quit = 1;
    pthread_cond_broadcast(&p->changed);
    pthread_mutex_unlock(&p->lock);
    pthread_join(p->thread, NULL);
  }
  for (; p->taken != p->made; p->taken++) mgp_cut_free(p->s, &p->cut[p->taken % AHEAD]);
  mgp_vm_destroy(p->vm);
  pthread_mutex_destroy(&p->lock);
  pthread_cond_destroy(&p->changed);
  mgp_ledger_free(p->s->ahead, p);
}

/* --- all ranks ----------------------------------------------------------------------------- */

mgp_status_t mgp_cut_share(mgp_session_t *s, mgp_pass_t *pass, mgp_cut_t *out) {
  mgp_cut_t cut = {0};
  mgp_status_t st = MGP_OK;
  if (pass) st = mgp_pass_next(pass, &cut);
  st = mgp_comm_agree(s->comm, st);
  if (st == MGP_OK && s->nranks > 1) {
    mgp_cut_t sent = cut;
    sent.page = NULL;
    sent.bytes = NULL;
    st = mgp_comm_bcast(s->comm, &sent, sizeof sent, 0);
    if (st == MGP_OK && !pass) {
      cut = sent;
      st = alloc_pages(s, &cut);
    }
    st = mgp_comm_agree(s->comm, st);
    if (st == MGP_OK && cut.npages) {
      st = mgp_comm_bcast(s->comm, cut.page, cut.npages * sizeof *cut.page, 0);
      if (st == MGP_OK)
        st = mgp_comm_bcast(s->comm, cut.bytes, (uint64_t)cut.npages * MGP_VM_PAGE_BYTES, 0);
    }
  }
  if (st == MGP_OK)
    *out = cut;
  else
    mgp_cut_free(s, &cut);
  return st;
}
