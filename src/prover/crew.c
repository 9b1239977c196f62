#include "prover/crew.h"

#include <pthread.h>
#include <stdio.h>

typedef struct {
  mgp_crew_fn_t fn;
  void *arg;
  uint32_t n;
  pthread_mutex_t lock; /* of what follows */
  uint32_t next;
  mgp_status_t status;
  char message[512];
} work_t;

typedef struct {
  work_t *work;
  unsigned number;
  pthread_t thread;
} worker_t;

static int next_item(work_t *w, uint32_t *item) {
  pthread_mutex_lock(&w->lock);
  const int more = w->status == MGP_OK && w->next < w->n;
  if (more) *item = w->next++;
  pthread_mutex_unlock(&w->lock);
  return more;
}

static void fail(work_t *w, mgp_status_t st) {
  pthread_mutex_lock(&w->lock);
  if (w->status == MGP_OK) {
    w->status = st;
    snprintf(w->message, sizeof w->message, "%s", mgp_error_message());
  }
  pthread_mutex_unlock(&w->lock);
}

static void *run(void *arg) {
  const worker_t *self = arg;
  work_t *w = self->work;
  uint32_t item;
  while (next_item(w, &item)) {
    mgp_status_t st = w->fn(w->arg, self->number, item);
    if (st != MGP_OK) fail(w, st);
  }
  return NULL;
}

mgp_status_t mgp_crew_for(unsigned threads, uint32_t n, mgp_crew_fn_t fn, void *arg) {
  work_t work = {.fn = fn, .arg = arg, .n = n};
  worker_t worker[MGP_CREW_MAX];
  unsigned started = 1;
  if (threads > n) threads = n ? n : 1;
  pthread_mutex_init(&work.lock, NULL);
  worker[0] = (worker_t){.work = &work};
  for (; started < threads; started++) {
    worker[started] = (worker_t){.work = &work, .number = started};
    if (pthread_create(&worker[started].thread, NULL, run, &worker[started]) != 0) break;
  }
  (void)run(&worker[0]);
  for (unsigned i = 1; i < started; i++) pthread_join(worker[i].thread, NULL);
  pthread_mutex_destroy(&work.lock);
  return work.status == MGP_OK ? MGP_OK : mgp_fail(work.status, "%s", work.message);
}
