/* Commit: each partition's stacked matrix, streamed column by column. */
#include <string.h>

#include "base/stop.h"
#include "prover/messages.h"

typedef struct {
  mgp_session_t *s;
  mgp_commit_stream_t *cs; /* of the partition in hand */
  uint64_t done, total;    /* columns */
} committer_t;

static mgp_status_t commit_column(void *arg, const mgp_f_t *d_col) {
  committer_t *c = arg;
  MGP_TRY(mgp_stop_check());
  MGP_TRY(c->s->be->ops->commit_column(c->s->be, c->cs, d_col));
  mgp_session_progress(c->s, MGP_PHASE_COMMIT, ++c->done, c->total);
  return MGP_OK;
}

/* Cache levels trace and full: all chunks of the partition stay. */
static mgp_status_t keep_stack(mgp_session_t *s, mgp_part_t *part) {
  size_t words = (size_t)s->now->shape.ncols[part->p] << s->now->params.log_height;
  size_t used = (size_t)s->now->shape.nchunks[part->p] << s->now->params.log_chunk;
  mgp_f_t *d_stack = NULL;
  mgp_status_t st;
  MGP_TRY(s->be->ops->alloc(s->be, MGP_MEM_WITNESS, words * sizeof(mgp_f_t), (void **)&d_stack));
  for (uint32_t k = s->now->shape.first_trace[part->p]; k < s->now->shape.first_trace[part->p + 1];
       k++) {
    const mgp_trace_t *t = &s->now->shape.traces[k];
    mgp_f_t *d_slabs = d_stack + ((size_t)t->first_chunk << s->now->params.log_chunk);
    MGP_TRY_GOTO(st, mgp_replay_into(s, part, MGP_BUILD_COMMIT, t, d_slabs), fail);
  }
  MGP_TRY_GOTO(st, s->be->ops->zero(s->be, d_stack + used, (words - used) * sizeof(mgp_f_t)), fail);
  part->d_stack = d_stack;
  return MGP_OK;
fail:
  s->be->ops->free(s->be, d_stack);
  return st;
}

/* What the columns need is begun, and takes a device longer than the host: before it waits for
 * that, it prepares chip proofs. */
static mgp_status_t commit_part(committer_t *c, mgp_part_t *part, mgp_digest_t *cap) {
  mgp_session_t *s = c->s;
  mgp_status_t st;
  c->cs = NULL;
  MGP_TRY_GOTO(st,
               s->be->ops->commit_begin(s->be, s->now->params.log_height,
                                        s->now->shape.ncols[part->p], MGP_KEEP_LOG,
                                        s->now->cache == MGP_CACHE_FULL, &c->cs),
               fail);
  MGP_TRY_GOTO(st, mgp_replay_columns(s, part, MGP_BUILD_COMMIT, commit_column, c), fail);
  MGP_TRY_GOTO(st, mgp_tasks_prepare(s), fail);
  return s->be->ops->commit_end(s->be, c->cs, cap, &part->tree);
fail:
  s->be->ops->commit_abort(s->be, c->cs);
  return st;
}

static mgp_status_t commit_parts(mgp_session_t *s, mgp_digest_t *caps, size_t cap_n,
                                 size_t *ncaps) {
  committer_t c = {.s = s};
  *ncaps = 0;
  for (uint32_t i = 0; i < s->nparts; i++) c.total += s->now->shape.ncols[s->now->parts[i].p];
  for (uint32_t i = 0; i < s->nparts && s->now->cache >= MGP_CACHE_TRACE; i++)
    if (s->now->shape.ncols[s->now->parts[i].p] != 0) MGP_TRY(keep_stack(s, &s->now->parts[i]));
  for (uint32_t i = 0; i < s->nparts; i++) {
    mgp_part_t *part = &s->now->parts[i];
    if (s->now->shape.ncols[part->p] == 0) continue;
    MGP_TRY(commit_part(&c, part, caps + *ncaps));
    *ncaps += cap_n;
  }
  return MGP_OK;
}

static void begin_transcript(mgp_session_t *s, const uint32_t *st_words, size_t n) {
  uint32_t head[MGP_HEADER_WORDS], digest[8];
  mgp_f_t limbs[16];
  mgp_header_claim(&s->now->params, s->run.budget, head);
  memcpy(digest, s->prog->digest, sizeof digest);
  for (int i = 0; i < 8; i++) {
    limbs[2 * i] = mgp_f_from_u32(digest[i] & 0xffff);
    limbs[2 * i + 1] = mgp_f_from_u32(digest[i] >> 16);
  }
  mgp_transcript_init(&s->now->tr, MGP_TAG_TRANSCRIPT);
  mgp_transcript_absorb_u32(&s->now->tr, MGP_LABEL_HEADER, head, MGP_HEADER_WORDS);
  mgp_transcript_absorb(&s->now->tr, MGP_LABEL_PROGRAM, limbs, 16);
  mgp_transcript_absorb_u32(&s->now->tr, MGP_LABEL_STATEMENT, st_words, n);
}

mgp_status_t mgp_phase_commit(mgp_session_t *s) {
  mgp_status_t st;
  size_t cap_n = (size_t)1 << mgp_cap_log(s->now->params.log_height + 1), ncaps = 0;
  size_t nst = mgp_statement_claim_words(&s->now->st, s->partitions);
  mgp_digest_t *caps = NULL;
  uint32_t *words = NULL;
  mgp_comm_parts_t all = {0};

  if (s->rank == 0) MGP_TRY(mgp_words_reserve(&s->now->body, s->now->shape.body_words));
  st = mgp_host_alloc(s, MGP_MEM_PROOF, (s->nparts + 1) * cap_n * sizeof *caps, &caps);
  if (st == MGP_OK) st = mgp_host_alloc(s, MGP_MEM_SCRATCH, nst * sizeof *words, &words);
  if (st == MGP_OK) st = commit_parts(s, caps, cap_n, &ncaps);
  MGP_TRY_GOTO(st, mgp_comm_allgatherv(s->comm, st, caps, ncaps * sizeof *caps, &all), out);

  mgp_statement_claim(&s->now->st, s->partitions, words);
  begin_transcript(s, words, nst);
  for (uint64_t at = 0; at < all.offset[s->nranks]; at += cap_n * sizeof *caps)
    MGP_TRY_GOTO(
        st, mgp_send(s, MGP_LABEL_ROOT, (const mgp_f_t *)(all.data + at), cap_n * MGP_DIGEST_WORDS),
        out);
  MGP_TRY_GOTO(st, mgp_send_nonce(s, MGP_OK, s->now->params.grind_alpha), out);
  s->now->alpha = mgp_transcript_squeeze_ext(&s->now->tr);
  s->now->beta = mgp_transcript_squeeze_ext(&s->now->tr);
  mgp_transcript_squeeze_digest(&s->now->tr, s->now->fork_seed);
out:
  mgp_comm_parts_free(&all);
  mgp_host_free(s, words);
  mgp_host_free(s, caps);
  return st;
}
