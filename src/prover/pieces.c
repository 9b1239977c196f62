#include "prover/pieces.h"

#include <string.h>

#include "prover/deal.h"

uint64_t mgp_cut_cost(const mgp_cut_t *cut, uint32_t partitions, uint32_t p) {
  const uint64_t total = cut->end.cost - cut->start.cost;
  unsigned __int128 x = (unsigned __int128)total * p + partitions - 1;
  return cut->start.cost + (uint64_t)(x / partitions);
}

uint64_t mgp_cut_stop(const mgp_cut_t *cut, uint32_t partitions, uint32_t p) {
  return p + 1 < partitions ? mgp_cut_cost(cut, partitions, p + 1) : MGP_VM_NO_LIMIT;
}

/* --- words ---------------------------------------------------------------------------------- */

/* Whether rank r gets the words of a piece by a message. */
static int goes(const mgp_session_t *s, const mgp_piece_t *piece, uint32_t r) {
  return piece->block == MGP_POOL_NONE || !mgp_pool_reaches(s->pool, r);
}

mgp_status_t mgp_piece_keep(mgp_session_t *s, mgp_piece_t *piece, const uint32_t *word,
                            uint32_t **kept) {
  const size_t nbytes = piece->nwords * sizeof *word;
  piece->block = s->pool ? mgp_pool_take(s->pool, piece->nwords) : MGP_POOL_NONE;
  if (piece->block != MGP_POOL_NONE)
    *kept = mgp_pool_words(s->pool, piece->block);
  else
    MGP_TRY(mgp_ledger_alloc(s->ahead, MGP_MEM_RAW, nbytes + 1, (void **)kept));
  if (nbytes) memcpy(*kept, word, nbytes);
  return MGP_OK;
}

void mgp_piece_drop(mgp_session_t *s, const mgp_piece_t *piece, uint32_t **word) {
  if (!*word) return;
  if (goes(s, piece, s->rank))
    mgp_ledger_free(s->ahead, *word);
  else
    mgp_pool_leave(s->pool, piece->block);
  *word = NULL;
}

void mgp_cut_free(mgp_session_t *s, mgp_cut_t *cut) {
  for (uint32_t i = 0; i < cut->npieces; i++) mgp_piece_drop(s, &cut->piece[i], &cut->word[i]);
  mgp_ledger_free(s->ahead, cut->word);
  mgp_ledger_free(s->ahead, cut->piece);
  cut->piece = NULL;
  cut->word = NULL;
  cut->npieces = cut->cap_pieces = 0;
}

mgp_status_t mgp_cut_reserve(mgp_session_t *s, mgp_cut_t *cut, uint32_t n) {
  if (n <= cut->cap_pieces) return MGP_OK;
  MGP_TRY(mgp_ledger_grow(s->ahead, MGP_MEM_RAW, cut->npieces * sizeof *cut->piece,
                          n * sizeof *cut->piece, (void **)&cut->piece));
  MGP_TRY(mgp_ledger_grow(s->ahead, MGP_MEM_RAW, cut->npieces * sizeof *cut->word,
                          n * sizeof *cut->word, (void **)&cut->word));
  cut->cap_pieces = n;
  return MGP_OK;
}

/* Pieces [first, end) in which partitions of rank r have steps. */
static void pieces_of(const mgp_session_t *s, const mgp_cut_t *cut, uint32_t r, uint32_t *first,
                      uint32_t *end) {
  const uint32_t P = s->partitions, per = mgp_parts_per_rank(P, s->nranks), p = r * per;
  uint32_t i = 0, k = 0;
  if (p < P) {
    const uint32_t last = P - p < per ? P - 1 : p + per - 1;
    const uint64_t begin = mgp_cut_cost(cut, P, p);
    const uint64_t stop = mgp_cut_stop(cut, P, last);
    while (i < cut->npieces && mgp_piece_end(cut, i)->cost < begin) i++;
    for (k = i; k < cut->npieces && cut->piece[k].start.cost < stop;) k++;
  }
  *first = i;
  *end = k;
}

/* --- by messages ---------------------------------------------------------------------------- */

/* Whether there may be messages, as every rank sees. */
static int some_go(const mgp_session_t *s, const mgp_cut_t *cut) {
  uint32_t i = 0;
  if (!mgp_pool_reaches_all(s->pool)) return 1;
  while (i < cut->npieces && cut->piece[i].block != MGP_POOL_NONE) i++;
  return i < cut->npieces;
}

/* What rank 0 sends of the words: for each other rank those of its pieces. */
static mgp_status_t pack_words(mgp_session_t *s, const mgp_cut_t *cut, uint32_t **out,
                               uint64_t *nbytes) {
  uint64_t total = 0, at = 0;
  uint32_t first, end;
  for (uint32_t r = 1; r < s->nranks; r++) {
    pieces_of(s, cut, r, &first, &end);
    for (uint32_t i = first; i < end; i++)
      if (goes(s, &cut->piece[i], r)) nbytes[r] += cut->piece[i].nwords * sizeof **out;
    total += nbytes[r];
  }
  MGP_TRY(mgp_ledger_alloc(s->ahead, MGP_MEM_RAW, total + 1, (void **)out));
  for (uint32_t r = 1; r < s->nranks; r++) {
    pieces_of(s, cut, r, &first, &end);
    for (uint32_t i = first; i < end; i++) {
      const uint64_t n = cut->piece[i].nwords;
      if (n == 0 || !goes(s, &cut->piece[i], r)) continue;
      memcpy(*out + at, cut->word[i], n * sizeof **out);
      at += n;
    }
  }
  return MGP_OK;
}

/* The words that have come, to the rank's pieces. */
static mgp_status_t take_words(mgp_session_t *s, mgp_cut_t *cut, const uint8_t *bytes,
                               uint64_t nbytes) {
  uint32_t first, end;
  pieces_of(s, cut, s->rank, &first, &end);
  for (uint32_t i = first; i < end; i++) {
    if (!goes(s, &cut->piece[i], s->rank)) continue;
    const uint64_t n = cut->piece[i].nwords * sizeof **cut->word;
    if (n > nbytes) return mgp_fail(MGP_INTERNAL, "words of a shard are missing");
    MGP_TRY(mgp_ledger_alloc(s->ahead, MGP_MEM_RAW, n + 1, (void **)&cut->word[i]));
    memcpy(cut->word[i], bytes, n);
    bytes += n;
    nbytes -= n;
  }
  return nbytes ? mgp_fail(MGP_INTERNAL, "a shard has too many words") : MGP_OK;
}

static mgp_status_t send_words(mgp_session_t *s, mgp_cut_t *cut) {
  uint64_t nbytes[MGP_MAX_RANKS] = {0};
  uint32_t *packed = NULL;
  mgp_comm_parts_t got = {0};
  mgp_status_t st = s->rank == 0 ? pack_words(s, cut, &packed, nbytes) : MGP_OK;
  MGP_TRY_GOTO(st, mgp_comm_alltoallv(s->comm, st, packed, nbytes, &got), out);
  if (s->rank != 0) st = take_words(s, cut, got.data, got.offset[1]);
  mgp_comm_parts_free(&got);
  st = mgp_comm_agree(s->comm, st);
out:
  mgp_ledger_free(s->ahead, packed);
  return st;
}

/* --- to all ranks --------------------------------------------------------------------------- */

/* Rank 0 has shared the blocks of the pool: the others hold them from now on. */
static void take_shared(mgp_session_t *s, mgp_cut_t *cut) {
  for (uint32_t i = 0; i < cut->npieces; i++)
    if (!goes(s, &cut->piece[i], s->rank))
      cut->word[i] = mgp_pool_words(s->pool, cut->piece[i].block);
}

/* The cut without words to the others, where it has none yet. */
static mgp_status_t send_points(mgp_session_t *s, mgp_cut_t *cut) {
  mgp_cut_t sent = *cut;
  sent.piece = NULL;
  sent.word = NULL;
  sent.cap_pieces = 0;
  MGP_TRY(mgp_comm_bcast(s->comm, &sent, sizeof sent, 0));
  mgp_status_t st = MGP_OK;
  if (s->rank != 0) {
    const uint32_t n = sent.npieces;
    *cut = sent;
    cut->npieces = 0;
    st = mgp_cut_reserve(s, cut, n);
    if (st == MGP_OK) {
      memset(cut->word, 0, n * sizeof *cut->word);
      cut->npieces = n;
    }
  }
  MGP_TRY(mgp_comm_agree(s->comm, st));
  for (uint32_t i = 0; s->rank == 0 && i < cut->npieces; i++)
    if (cut->piece[i].block != MGP_POOL_NONE) mgp_pool_share(s->pool, cut->piece[i].block);
  return mgp_comm_bcast(s->comm, cut->piece, cut->npieces * sizeof *cut->piece, 0);
}

mgp_status_t mgp_cut_send(mgp_session_t *s, int record, mgp_cut_t *cut) {
  if (s->nranks > MGP_MAX_RANKS)
    return mgp_fail(MGP_USAGE, "%u ranks; the most is %u", s->nranks, MGP_MAX_RANKS);
  if (s->nranks == 1) return MGP_OK;
  MGP_TRY(send_points(s, cut));
  if (s->rank != 0) take_shared(s, cut);
  return record && some_go(s, cut) ? send_words(s, cut) : MGP_OK;
}
