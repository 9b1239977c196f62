#include "prover/pass.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "prover/guest_text.h"

#define AHEAD       2u         /* cuts that wait */
#define PIECE_STEPS (1u << 18) /* half a millisecond of the pass, a little more to record */

struct mgp_pass {
  mgp_session_t *s;
  mgp_cutter_t cutter;
  double seconds;
  mgp_vm_notes_t notes;  /* of the piece in hand */
  mgp_guest_text_t text; /* opened with the budget */
  mgp_stream_t *stream;
  pthread_t thread;
  int started;
  pthread_mutex_t lock; /* of what follows */
  pthread_cond_t changed;
  mgp_cut_t cut[AHEAD]; /* a ring */
  mgp_cut_t lost;       /* one that could not be shared: its words may be looked at */
  uint64_t budget;
  int told, settled, wrong; /* it is known; the thread goes by it; it has gone too far */
  uint32_t made, taken;
  int quit, done;
  mgp_status_t status; /* of the thread, when it is done */
  char message[512];
};

/* Waits for the budget, without which nothing is printed. 0: there will be none. */
static int wait_for_budget(mgp_pass_t *p) {
  pthread_mutex_lock(&p->lock);
  while (!p->told && !p->quit) pthread_cond_wait(&p->changed, &p->lock);
  const int told = p->told;
  pthread_mutex_unlock(&p->lock);
  if (told && !p->text.open) mgp_guest_text_open(&p->text);
  return told;
}

static void print_guest(void *ctx, uint32_t fd, const void *bytes, size_t nbytes) {
  mgp_pass_t *p = ctx;
  if (!mgp_guest_text_write(&p->text, fd, bytes, nbytes) && wait_for_budget(p))
    (void)mgp_guest_text_write(&p->text, fd, bytes, nbytes);
}

/* Time and cost of the chips. */
typedef struct {
  uint8_t dt[MGP_OPCHIP_COUNT];
  uint32_t cost[MGP_OPCHIP_COUNT];
} chip_costs_t;

static mgp_vm_config_t vm_config(const mgp_session_t *s, chip_costs_t *t) {
  memset(t, 0, sizeof *t);
  for (uint32_t c = 1; c < MGP_OPCHIP_COUNT; c++) {
    t->dt[c] = s->chips->chip[c].dt;
    t->cost[c] = s->chips->chip[c].cost;
  }
  return (mgp_vm_config_t){.prog = s->prog,
                           .hints = s->opt->hints,
                           .nhints = s->opt->hints_nbytes,
                           .dt = t->dt,
                           .cost = t->cost};
}

mgp_status_t mgp_pass_create_vm(const mgp_session_t *s, mgp_vm_t **out) {
  chip_costs_t costs;
  const mgp_vm_config_t config = vm_config(s, &costs);
  return mgp_vm_create(&config, out);
}

static mgp_status_t create_own_vm(mgp_pass_t *p) {
  chip_costs_t costs;
  mgp_vm_config_t config = vm_config(p->s, &costs);
  config.write = p->s->opt->print_guest_output ? print_guest : NULL;
  config.ctx = p;
  return mgp_vm_create(&config, &p->cutter.vm);
}

mgp_status_t mgp_pass_create_recorder(const mgp_session_t *s, const mgp_vm_t *like,
                                      mgp_vm_t **out) {
  chip_costs_t costs;
  mgp_vm_config_t config = vm_config(s, &costs);
  return mgp_vm_create_blank(&config, like, out);
}

/* --- the thread ---------------------------------------------------------------------------- */

static int must_quit(mgp_pass_t *p) {
  pthread_mutex_lock(&p->lock);
  int quit = p->quit;
  pthread_mutex_unlock(&p->lock);
  return quit;
}

/* What the first shard has cost so far, with its words. */
static uint64_t spent(const mgp_pass_t *p) {
  const mgp_vm_state_t *v = mgp_vm_state(p->cutter.vm);
  return v->cost + v->words * mgp_word_cost(p->s);
}

/* For those who follow: this piece of the first shard has ended. It is expected to go on as it has
 * begun. */
static void show_piece(mgp_pass_t *p, const mgp_piece_t *piece, const uint32_t *word) {
  mgp_shown_t shown = {.piece = *piece, .word = word};
  mgp_vm_point(p->cutter.vm, &shown.end);
  const unsigned __int128 all = (unsigned __int128)shown.end.cost * p->cutter.budget;
  shown.total = (uint64_t)(all / (spent(p) + 1));
  if (shown.total < shown.end.cost) shown.total = shown.end.cost; /* it has come to its end */
  mgp_stream_show(p->stream, &shown);
}

/* Appends a piece that has just been executed; takes over its words. */
static mgp_status_t add_piece(mgp_pass_t *p, mgp_cut_t *cut, const mgp_piece_t *piece,
                              uint32_t *word) {
  mgp_status_t st = MGP_OK;
  if (cut->npieces == cut->cap_pieces)
    st = mgp_cut_reserve(p->s, cut, cut->npieces ? 2 * cut->npieces : 8);
  if (st != MGP_OK) {
    mgp_piece_drop(p->s, piece, &word);
    return st;
  }
  cut->piece[cut->npieces] = *piece;
  cut->word[cut->npieces++] = word;
  if (cut->id == 1)
    show_piece(p, piece, word);
  else
    mgp_stream_close(p->stream);
  return MGP_OK;
}

/* After a piece of the first shard: goes by the budget as soon as that is known. All is as it would
 * have been by this budget if less was spent. Waits if the shard has ended by the one that was
 * likely. */
static mgp_status_t take_budget(mgp_pass_t *p, mgp_vm_stop_t *why) {
  pthread_mutex_lock(&p->lock);
  while (*why != MGP_VM_LIMIT && !p->told && !p->quit) pthread_cond_wait(&p->changed, &p->lock);
  if (p->told) {
    const int same = p->budget == p->cutter.budget;
    p->wrong = !same && spent(p) >= p->budget;
    if (!same && *why == MGP_VM_CUT) *why = MGP_VM_LIMIT; /* not yet */
    p->cutter.budget = p->budget;
    p->settled = 1;
  }
  const int opens = p->settled && !p->wrong, ends = p->quit || p->wrong;
  pthread_mutex_unlock(&p->lock);
  if (opens && !p->text.open) mgp_guest_text_open(&p->text);
  return ends ? mgp_fail(MGP_STOPPED, "the plain pass is not wanted any longer") : MGP_OK;
}

/* Executes the next piece. */
static mgp_status_t run_piece(void *arg, mgp_cut_t *cut, const mgp_vm_limits_t *limits,
                              mgp_vm_stop_t *why) {
  mgp_pass_t *p = arg;
  mgp_session_t *s = p->s;
  mgp_vm_t *vm = p->cutter.vm;
  const uint64_t done = mgp_vm_state(vm)->steps;
  const uint64_t steps = s->opt->piece_steps ? s->opt->piece_steps : PIECE_STEPS;
  mgp_vm_limits_t some = *limits;
  mgp_piece_t piece;
  uint32_t *word;
  if (must_quit(p)) return mgp_fail(MGP_STOPPED, "the plain pass is not wanted any longer");
  const double begin = mgp_clock_seconds();
  if (some.max_steps - done > steps) some.max_steps = done + steps;
  mgp_vm_point(vm, &piece.start);
  p->notes.n = 0;
  MGP_TRY(mgp_vm_note(vm, &some, &p->notes, why));
  p->seconds += mgp_clock_seconds() - begin;
  piece.nwords = p->notes.n;
  MGP_TRY(mgp_piece_keep(s, &piece, p->notes.word, &word));
  MGP_TRY(add_piece(p, cut, &piece, word));
  return p->settled ? MGP_OK : take_budget(p, why);
}

static void *run_pass(void *arg) {
  mgp_pass_t *p = arg;
  mgp_cut_t cut = {0};
  mgp_status_t st = MGP_OK;
  while (st == MGP_OK && !cut.last) {
    st = mgp_cutter_next(&p->cutter, &cut);
    mgp_stream_close(p->stream);
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
  if (!p->settled) (void)wait_for_budget(p); /* it has failed: what led to it is printed */
  pthread_mutex_lock(&p->lock);
  p->status = st;
  if (st != MGP_OK) snprintf(p->message, sizeof p->message, "%s", mgp_error_message());
  p->done = 1;
  pthread_cond_broadcast(&p->changed);
  pthread_mutex_unlock(&p->lock);
  return NULL;
}

/* --- rank 0 -------------------------------------------------------------------------------- */

/* From the entry, where the vm stands. */
static mgp_status_t start(mgp_pass_t *p, uint64_t budget) {
  p->cutter =
      (mgp_cutter_t){.s = p->s, .vm = p->cutter.vm, .budget = budget, .run = run_piece, .arg = p};
  p->started = pthread_create(&p->thread, NULL, run_pass, p) == 0;
  return p->started ? MGP_OK : mgp_fail(MGP_RESOURCES, "cannot start a thread");
}

static mgp_status_t create_stream(mgp_pass_t *p) {
  p->stream = mgp_pool_front(p->s->pool);
  if (!p->stream)
    MGP_TRY(mgp_ledger_alloc(p->s->ahead, MGP_MEM_RAW, mgp_stream_bytes(), (void **)&p->stream));
  mgp_stream_open(p->stream);
  return MGP_OK;
}

mgp_status_t mgp_pass_create(mgp_session_t *s, uint64_t likely, mgp_pass_t **out) {
  mgp_pass_t *p;
  MGP_TRY(mgp_ledger_alloc(s->ahead, MGP_MEM_RAW, sizeof *p, (void **)&p));
  memset(p, 0, sizeof *p);
  p->s = s;
  pthread_mutex_init(&p->lock, NULL);
  pthread_cond_init(&p->changed, NULL);
  p->notes.cap =
      (s->opt->piece_steps ? s->opt->piece_steps : PIECE_STEPS) + 2 * MGP_MAX_NOTES_PER_STEP;
  mgp_status_t st = mgp_ledger_alloc(s->ahead, MGP_MEM_RAW, p->notes.cap * sizeof *p->notes.word,
                                     (void **)&p->notes.word);
  if (st == MGP_OK) st = create_stream(p);
  if (st == MGP_OK) st = create_own_vm(p);
  if (st == MGP_OK) st = start(p, likely);
  if (st == MGP_OK)
    *out = p;
  else
    mgp_pass_destroy(p);
  return st;
}

int mgp_pass_settle(mgp_pass_t *p, uint64_t budget) {
  pthread_mutex_lock(&p->lock);
  p->budget = budget;
  p->told = 1;
  pthread_cond_broadcast(&p->changed);
  /* it may have failed before */
  while (!p->settled && !p->done) pthread_cond_wait(&p->changed, &p->lock);
  const int wrong = p->wrong;
  pthread_mutex_unlock(&p->lock);
  return !wrong;
}

/* Ends the thread, and frees what it has made but the vm. */
static void stop_and_clear(mgp_pass_t *p) {
  pthread_mutex_lock(&p->lock);
  p->quit = 1;
  pthread_cond_broadcast(&p->changed);
  pthread_mutex_unlock(&p->lock);
  if (p->started) pthread_join(p->thread, NULL);
  p->started = 0;
  for (; p->taken != p->made; p->taken++) mgp_cut_free(p->s, &p->cut[p->taken % AHEAD]);
  if (p->cutter.s) mgp_cutter_free(&p->cutter);
  mgp_cut_free(p->s, &p->lost);
  p->made = p->taken = 0;
}

mgp_status_t mgp_pass_restart(mgp_pass_t *p) {
  stop_and_clear(p);
  p->wrong = p->quit = p->done = 0;
  mgp_stream_open(p->stream);
  mgp_guest_text_restart(&p->text);
  mgp_guest_text_open(&p->text);
  mgp_vm_reset(p->cutter.vm);
  return start(p, p->budget);
}

int mgp_pass_has_next(mgp_pass_t *p) {
  pthread_mutex_lock(&p->lock);
  const int has = p->made != p->taken;
  pthread_mutex_unlock(&p->lock);
  return has;
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

mgp_stream_t *mgp_pass_stream(const mgp_pass_t *p) {
  return p->stream;
}

const mgp_vm_t *mgp_pass_vm(const mgp_pass_t *p) {
  return p->cutter.vm;
}

double mgp_pass_seconds(const mgp_pass_t *p) {
  return p->seconds;
}

void mgp_pass_destroy(mgp_pass_t *p) {
  if (!p) return;
  stop_and_clear(p);
  mgp_vm_destroy(p->cutter.vm);
  if (!mgp_pool_front(p->s->pool)) mgp_ledger_free(p->s->ahead, p->stream);
  mgp_ledger_free(p->s->ahead, p->notes.word);
  pthread_mutex_destroy(&p->lock);
  pthread_cond_destroy(&p->changed);
  mgp_ledger_free(p->s->ahead, p);
}

/* --- all ranks ----------------------------------------------------------------------------- */

mgp_status_t mgp_cut_share(mgp_session_t *s, mgp_pass_t *pass, int record, mgp_cut_t *out) {
  mgp_cut_t cut = {0};
  mgp_status_t st = MGP_OK;
  if (pass) st = mgp_pass_next(pass, &cut);
  st = mgp_comm_agree(s->comm, st);
  if (st == MGP_OK) st = mgp_cut_send(s, record, &cut);
  if (st == MGP_OK)
    *out = cut;
  else if (pass)
    pass->lost = cut;
  else
    mgp_cut_free(s, &cut);
  return st;
}
