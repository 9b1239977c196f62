/* Cuts: what the plain pass writes down of a shard, for those who record it.
 *
 * A piece is a point of the run and the words that its steps find in memory (vm/snapshot.h): all
 * that recording them takes, on any rank, by any thread, in any order. So the run is executed once,
 * no rank but this one keeps its memory, and a shard is recorded by as many threads as there are.
 * Where pieces begin influences nothing: a partition may begin in the middle of one. Where
 * partitions begin is known only when the shard's cost is. */
#ifndef MGP_PROVER_PIECES_H
#define MGP_PROVER_PIECES_H

#include "prover/session.h"
#include "vm/snapshot.h"

typedef struct {
  mgp_vm_point_t start;
  uint64_t nwords;
  /* of the session's pool, where the words lie; MGP_POOL_NONE: in rank 0's memory */
  uint32_t block;
} mgp_piece_t;

/* Plain data but for the pointers. */
typedef struct {
  uint32_t id;               /* 1, 2, ... */
  uint32_t last;             /* 1: the run halts in this shard */
  mgp_vm_point_t start, end; /* end: of the shard */
  uint32_t npieces, cap_pieces;
  mgp_piece_t *piece; /* [npieces], ledger memory; the first at the shard's start */
  /* [npieces] -> [nwords], likewise or the pool's, held by this rank; or NULL */
  uint32_t **word;
} mgp_cut_t;

/* Where piece i ends. */
static inline const mgp_vm_point_t *mgp_piece_end(const mgp_cut_t *cut, uint32_t i) {
  return i + 1 < cut->npieces ? &cut->piece[i + 1].start : &cut->end;
}

/* Start of partition p, as cost since the entry: the first step before which that much was spent.
 * Partitions share the cost of the shard's steps. (Rows of its words are dealt evenly.) */
uint64_t mgp_cut_cost(const mgp_cut_t *cut, uint32_t partitions, uint32_t p);
/* Where partition p ends, likewise: MGP_VM_NO_LIMIT for the last one, which ends with the shard. */
uint64_t mgp_cut_stop(const mgp_cut_t *cut, uint32_t partitions, uint32_t p);
/* Keeps the words of a piece, nwords of them, for all ranks that will record it: *kept, held by
 * this rank; piece->block. By the plain pass. */
mgp_status_t mgp_piece_keep(mgp_session_t *s, mgp_piece_t *piece, const uint32_t *word,
                            uint32_t **kept);
/* This rank does not need its words any more; *word becomes NULL, which is fine before, too. Any
 * thread. */
void mgp_piece_drop(mgp_session_t *s, const mgp_piece_t *piece, uint32_t **word);
/* Frees its pieces and forgets them. */
void mgp_cut_free(mgp_session_t *s, mgp_cut_t *cut);
/* Room for n pieces, of which there are npieces. */
mgp_status_t mgp_cut_reserve(mgp_session_t *s, mgp_cut_t *cut, uint32_t n);
/* Rank 0 has the cut; the others get it, with words of the pieces in which partitions of theirs
 * have steps at least: those in the pool are there for all who have it, others come by messages.
 * record: 0 if nobody will record it, so that there are none of these. Collective. */
mgp_status_t mgp_cut_send(mgp_session_t *s, int record, mgp_cut_t *cut);

#endif
