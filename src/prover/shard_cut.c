#include "prover/shard_cut.h"

#include <string.h>

#include "base/stop.h"

/* --- one shard ------------------------------------------------------------------------------ */

static mgp_status_t too_long(const mgp_cutter_t *c, const mgp_vm_state_t *v) {
  const mgp_session_t *s = c->s;
  if (s->opt->max_steps && v->steps >= s->opt->max_steps)
    return mgp_fail(MGP_RESOURCES, "the run does not halt within %llu steps, the limit given",
                    (unsigned long long)s->opt->max_steps);
  return mgp_fail(MGP_RESOURCES,
                  "the run does not halt within %u shards of cost %llu, the most there can be: use "
                  "larger shards (--shard-steps)",
                  MGP_MAX_SHARDS, (unsigned long long)c->budget);
}

static mgp_status_t check_time(const mgp_cut_t *cut) {
  const uint64_t ts = cut->end.ts - cut->start.ts;
  if (ts + 1 < MGP_TS_LIMIT) return MGP_OK;
  return mgp_fail(MGP_RESOURCES, "shard %u needs %llu timestamps, more than %u: use smaller ones",
                  cut->id, (unsigned long long)ts, MGP_TS_LIMIT - 2);
}

/* Executes one shard; the cut has its start. */
static mgp_status_t run_shard(mgp_cutter_t *c, mgp_cut_t *cut) {
  const mgp_session_t *s = c->s;
  const mgp_vm_state_t *v = mgp_vm_state(c->vm);
  const uint64_t most = s->opt->max_steps ? s->opt->max_steps : MGP_VM_NO_LIMIT;
  mgp_vm_stop_t why;
  MGP_TRY(mgp_vm_count_words(c->vm, mgp_word_cost(s)));
  do {
    const mgp_vm_limits_t limits = {most, cut->start.cost + c->budget};
    MGP_TRY(mgp_stop_check());
    MGP_TRY(c->run(c->arg, cut, &limits, &why));
  } while (why == MGP_VM_LIMIT && v->steps < most);
  if (why == MGP_VM_LIMIT || (why == MGP_VM_CUT && cut->id == MGP_MAX_SHARDS))
    return too_long(c, v);
  cut->last = why == MGP_VM_HALTED;
  mgp_vm_point(c->vm, &cut->end);
  return check_time(cut);
}

static mgp_status_t make_cut(mgp_cutter_t *c, mgp_cut_t *out) {
  mgp_cut_t cut = {.id = c->made + 1};
  mgp_vm_point(c->vm, &cut.start);
  mgp_status_t st = run_shard(c, &cut);
  *(st == MGP_OK ? out : &c->wreck) = cut;
  return st;
}

/* --- the beginning of a run ------------------------------------------------------------------ */

static mgp_status_t hold(mgp_cutter_t *c, mgp_cut_t *cut) {
  if (c->nheld == c->cap) {
    const uint32_t cap = c->cap ? 2 * c->cap : 4;
    mgp_status_t st = mgp_ledger_grow(c->s->ahead, MGP_MEM_RAW, c->nheld * sizeof *c->held,
                                      cap * sizeof *c->held, (void **)&c->held);
    if (st != MGP_OK) {
      c->wreck = *cut;
      return st;
    }
    c->cap = cap;
  }
  c->held[c->nheld++] = *cut;
  return MGP_OK;
}

/* The run has halted within the budget: the shards held are one. */
static mgp_status_t join(mgp_cutter_t *c) {
  mgp_cut_t *first = &c->held[0];
  uint32_t n = 0;
  for (uint32_t k = 0; k < c->nheld; k++) n += c->held[k].npieces;
  MGP_TRY(mgp_cut_reserve(c->s, first, n));
  first->end = c->held[c->nheld - 1].end;
  first->last = 1;
  for (uint32_t k = 1; k < c->nheld; k++) {
    mgp_cut_t *cut = &c->held[k];
    for (uint32_t i = 0; i < cut->npieces; i++) {
      first->piece[first->npieces] = cut->piece[i];
      first->word[first->npieces++] = cut->word[i];
    }
    cut->npieces = 0; /* they have moved */
    mgp_cut_free(c->s, cut);
  }
  c->nheld = 1;
  return check_time(first);
}

mgp_status_t mgp_cutter_next(mgp_cutter_t *c, mgp_cut_t *out) {
  const mgp_session_t *s = c->s;
  while (!c->longer || c->given == c->nheld) {
    mgp_cut_t cut;
    if (c->given == c->nheld) c->given = c->nheld = 0;
    MGP_TRY(make_cut(c, &cut));
    c->made++;
    MGP_TRY(hold(c, &cut));
    if (c->longer) break;
    /* what was spent before the last step, if the run has halted */
    const uint64_t spent = cut.end.cost - (cut.last ? s->chips->chip[MGP_CHIP_HALT].cost : 0);
    c->longer = cut.last || spent >= c->budget;
    if (cut.last && spent < c->budget) MGP_TRY(join(c));
  }
  *out = c->held[c->given++];
  return MGP_OK;
}

void mgp_cutter_free(mgp_cutter_t *c) {
  mgp_cut_free(c->s, &c->wreck);
  for (; c->given < c->nheld; c->given++) mgp_cut_free(c->s, &c->held[c->given]);
  mgp_ledger_free(c->s->ahead, c->held);
  c->held = NULL;
  c->nheld = c->given = c->cap = 0;
}
