/* State of one proof on one rank, shared by the phases. Private to src/prover.
 *
 * A run has one shard or many (prover/shards.h); what a shard needs is in its hand from its first
 * phase to its last. Every function here is about the shard s->now, unless it says otherwise. */
#ifndef MGP_PROVER_SESSION_H
#define MGP_PROVER_SESSION_H

#include "chips/chip.h"
#include "protocol/security.h"
#include "protocol/shape.h"
#include "protocol/transcript.h"
#include "prover/placement.h"
#include "prover/pool.h"
#include "prover/prover.h"
#include "vm/step.h"

/* Canonical words, a part of the proof's body; its length is known beforehand. */
typedef struct {
  uint32_t *w;
  size_t n, cap;
  mgp_ledger_t *ledger;
} mgp_words_t;
mgp_status_t mgp_words_reserve(mgp_words_t *b, size_t n);
mgp_status_t mgp_words_push(mgp_words_t *b, const mgp_f_t *words, size_t n); /* Montgomery in */
mgp_status_t mgp_words_push_ext(mgp_words_t *b, const mgp_e_t *v, size_t n);
mgp_status_t mgp_words_append(mgp_words_t *b, const uint32_t *canonical, size_t n);
void mgp_words_free(mgp_words_t *b);

#define MGP_TABLES (MGP_CHIP_COUNT - MGP_CHIP_FIRST_TABLE)

/* A partition held by this rank. */
typedef struct {
  uint32_t p; /* its number */
  /* recorded, in ledger memory */
  mgp_step_t *steps;
  uint64_t nsteps;
  mgp_commit_t *commits;
  uint32_t ncommits;
  mgp_bound_t *bounds[3];
  uint32_t nbounds[3];
  uint32_t nram;
  mgp_raw_t raw;                           /* device pointers */
  uint32_t *d_index[MGP_CHIP_FIRST_TABLE]; /* replay plans; NULL: identity */
  uint32_t rows[MGP_CHIP_FIRST_TABLE];
  /* committed */
  mgp_f_t *d_stack; /* cache: all chunks, [nchunks padded to whole columns][2^b] */
  mgp_tree_t *tree;
} mgp_part_t;

typedef struct mgp_shards mgp_shards_t;
typedef struct mgp_tasks mgp_tasks_t;

/* A shard in hand: from the phase record to the phase finish. */
typedef struct {
  uint32_t number; /* among those of the run, from 0 */
  int indexed;     /* the phase assign has its index lists and row counts */
  mgp_params_t params;
  mgp_statement_t st;
  mgp_shape_t shape;
  int have_shape;
  mgp_security_t security;
  mgp_part_t *parts; /* [nparts] */
  uint32_t *keys;    /* rank 0: words that it has touched, for the job's folder; ledger `ahead` */
  uint32_t nkeys;
  uint32_t *d_counts; /* LK multiplicities, of all tables */
  /* what of the device's memory it is proved with */
  mgp_cache_t cache;
  int shares;         /* it leaves room for another one */
  uint64_t placed;    /* bytes taken before its turn */
  uint64_t held;      /* bytes it holds now, after its last phase */
  uint64_t back;      /* bytes that what comes after its chip proofs takes beside that */
  uint64_t task_room; /* bytes that tasks under way together may hold */
  int tasks_early;    /* they are prepared beside the commitment; their memory is in its peak */
  mgp_tasks_t *tasks; /* tasks.c: from then, or their phase, until that ends; or NULL */
  /* protocol state, the same on all ranks */
  mgp_transcript_t tr;
  mgp_e_t alpha, beta;
  mgp_f_t fork_seed[MGP_DIGEST_WORDS];
  mgp_e_t *points; /* r of each of this rank's traces, MGP_MAX_LOG_ROWS coordinates each */
  mgp_e_t *rho;    /* the common point */
  mgp_f_t *d_q;    /* the combined polynomial */
  uint32_t *query_pos;
  /* fold.c: openings of the folded words, so many words, then room for the rows of the queries */
  mgp_f_t *answers;
  size_t opening_words;
  mgp_words_t body;       /* on rank 0 */
  mgp_words_t task_words; /* messages of this rank's tasks until they are collected */
} mgp_hand_t;

typedef struct {
  mgp_comm_t *comm;
  const mgp_program_t *prog;
  const mgp_prove_options_t *opt;
  mgp_prove_result_t *result;
  mgp_chipset_t *chips;
  /* Host memory of the shards in hand; of the backend for them, limited to the planned peak
   * (backend.h); of what lives longer: cuts, records made ahead, last shards, finished ones. */
  mgp_ledger_t *ledger, *device_ledger, *ahead;
  mgp_backend_t *be;
  mgp_placement_t place;      /* its device among those that the ranks take */
  mgp_device_info_t device;   /* what is known of it without taking any; if it has one */
  mgp_numa_binding_t binding; /* near to it */
  int threads;                /* share of the host's cores; see mgp_session_threads */
  mgp_link_t link;            /* with the other ranks' devices */
  uint64_t device_memory;     /* bytes that the backend may use; 0: it uses the host's */
  uint32_t rank, nranks;
  uint32_t partitions; /* of every shard */
  uint32_t nparts;     /* of this rank: first_part .. first_part + nparts - 1 */
  uint32_t first_part;
  const mgp_insn_t *d_insns;                      /* the backend's */
  uint64_t count_offset[MGP_TABLES], count_total; /* of LK multiplicities */
  /* the run */
  mgp_run_t run;
  mgp_chain_t chain;
  mgp_shards_t *shards;
  mgp_pool_t *pool; /* of words that the ranks of a host share, or NULL */
  uint64_t steps;
  uint8_t *output;          /* [run.output_bytes], on rank 0 */
  mgp_plan_t job_plan;      /* of the job's folder, if that has parameters */
  mgp_params_t *job_params; /* ledger `ahead` */
  int resumes;              /* the folder had a job */
  /* Shards in hand: the one that the phases are about, and one more beside it on a device whose
   * chip proofs need no host (prove.c). */
  mgp_hand_t hands[2];
  mgp_hand_t *now;
  uint64_t predicted_peak, worst_peak; /* of what is in hand; at any time so far */
  uint64_t builds[MGP_BUILD_USES];
  uint64_t ntasks, ntasks_early;
  uint32_t beside; /* shards committed while another one's chip proofs were under way */
  double phase_seconds[MGP_PHASES];
  double phase_comm[MGP_PHASES]; /* of those: in collectives */
  double cut_seconds;            /* outside phases: for the cuts of shards to come */
  double exchange_seconds; /* of the phase record: rows of memory, and the exchange for them */
  uint64_t resident[MGP_PHASES][MGP_MEM_CLASSES + 1]; /* bytes when the phase had ended */
  mgp_comm_stats_t comm_start[MGP_COMM_OP_COUNT];     /* what the comm had done before */
  struct {
    uint64_t rows, cells, interactions, traces, stacked_columns, steps, load;
  } total; /* over finished shards; steps, load: of this rank */
} mgp_session_t;

/* Host memory under the ledger. */
mgp_status_t mgp_host_alloc(mgp_session_t *s, mgp_mem_class_t cls, size_t nbytes, void *out);
#define mgp_host_free(s, ptr) mgp_ledger_free((s)->ledger, (ptr))
/* SCRATCH of the backend, nbytes >= 0. */
mgp_status_t mgp_scratch_alloc(mgp_session_t *s, size_t nbytes, void *out);

/* Memory that only a phase's own step may hold: between two steps, what the cache level keeps. */
static inline uint64_t mgp_transient_bytes(const mgp_session_t *s) {
  return mgp_ledger_live(s->ledger, MGP_MEM_WITNESS) +
         mgp_ledger_live(s->ledger, MGP_MEM_CODEWORD) + mgp_ledger_live(s->ledger, MGP_MEM_SCRATCH);
}

/* Chip proofs go on by themselves while the host has other work. */
static inline int mgp_session_overlaps(const mgp_session_t *s) {
  return s->be->beside;
}
/* Who watches is told how far a phase is, of rank 0's part in it. */
static inline void mgp_session_progress(const mgp_session_t *s, mgp_phase_t phase, uint64_t done,
                                        uint64_t total) {
  if (s->opt->progress && s->rank == 0) s->opt->progress(s->opt->progress_arg, phase, done, total);
}
/* The other shard in hand, which then has a plan and chip proofs under way; or NULL. Local. */
static inline mgp_hand_t *mgp_session_other(mgp_session_t *s) {
  mgp_hand_t *h = &s->hands[s->now == s->hands];
  return h->have_shape ? h : NULL;
}

/* Which rank holds partition p, and which partitions a rank holds. */
static inline uint32_t mgp_parts_per_rank(uint32_t partitions, uint32_t ranks) {
  return (partitions + ranks - 1) / ranks;
}
static inline uint32_t mgp_part_owner(const mgp_session_t *s, uint32_t p) {
  return p / mgp_parts_per_rank(s->partitions, s->nranks);
}

/* --- phases, in order (each ends agreed on by all ranks) ----------------------------------- */
mgp_status_t mgp_phase_record(mgp_session_t *s);
mgp_status_t mgp_phase_assign(mgp_session_t *s);
mgp_status_t mgp_phase_reduce(mgp_session_t *s);
mgp_status_t mgp_phase_commit(mgp_session_t *s);
mgp_status_t mgp_phase_tasks_begin(mgp_session_t *s); /* as many as fit: only beside other work */
mgp_status_t mgp_phase_tasks(mgp_session_t *s);
mgp_status_t mgp_phase_open(mgp_session_t *s);
mgp_status_t mgp_phase_fold(mgp_session_t *s);
mgp_status_t mgp_phase_query(mgp_session_t *s);
/* What the phase fold has left for the phase query. Local; needs the shape. */
void mgp_answers_free(mgp_session_t *s);

/* Where each table's counters begin, and how many there are. Local. */
void mgp_layout_counts(mgp_session_t *s);

/* Bytes that this rank's prover may hold. Local. */
uint64_t mgp_plan_memory(const mgp_session_t *s);
/* Bytes of host memory that may be held ahead of the shard in hand (nothing is in hand: have_shape
 * is 0). Local. */
uint64_t mgp_plan_room_ahead(const mgp_session_t *s);
/* More memory of the device for what comes after the shard in hand, which has a plan: 1 if there is
 * room, and it is part of the planned peak from now on. Local. */
int mgp_plan_extend(mgp_session_t *s, uint64_t nbytes);
/* Sets run.budget: given, or the largest whose shards are expected to fit. Collective. */
mgp_status_t mgp_plan_budget(mgp_session_t *s);
/* What it will be, most likely, before there is a backend: given, or the largest there can be.
 * Local. */
uint64_t mgp_plan_likely_budget(const mgp_session_t *s);
/* For a shard that does not fit, whose plan is lost: steps of smaller ones that are expected to, on
 * every rank; 0: there are none. Collective. */
mgp_status_t mgp_plan_smaller(mgp_session_t *s, uint64_t *steps);
/* Parameters and shape from the row counts (the same on all ranks), cache level and peak.
 * Collective; what a rank's host has no memory for is for the end of the phase to agree on. */
/* Beside another shard: the cache stays AUTO if this one has to wait until it is alone. */
mgp_status_t mgp_plan_choose(mgp_session_t *s);
#define MGP_DEFAULT_LOG_ROWS 20u
/* The most that the tasks of this rank hold at a time (witness, scratch); one alone may hold more
 * than task_room. UINT64_MAX if out of memory. Needs the shape. Local. */
uint64_t mgp_tasks_peak(mgp_session_t *s);
/* What all of them would hold. Needs the shape. Local. */
uint64_t mgp_tasks_total(const mgp_session_t *s);
/* If tasks_early: what of the chip proofs needs no challenge, for as many as fit together, as long
 * as the backend has other work. All partitions are there as the cache keeps them. Local. */
mgp_status_t mgp_tasks_prepare(mgp_session_t *s);
/* SCRATCH of the backend that a shard's hold between phases. */
uint64_t mgp_tasks_bytes(const mgp_hand_t *h);
void mgp_tasks_free(mgp_session_t *s);
/* Messages of all tasks to the body, if all ranks have come so far, which `local` says. Nobody
 * needs them before the messages that follow: a good time is when devices have other work.
 * Collective. */
mgp_status_t mgp_tasks_collect(mgp_session_t *s, mgp_status_t local);
#define MGP_MAX_TASK_SLOTS 64
/* Parameters, security and shape for one row cap. Local. */
mgp_status_t mgp_plan_shape(mgp_session_t *s, uint32_t log_rows);
/* Peak of the ledger on this rank at a cache level, from exact sizes; live: bytes before it. Needs
 * the shape, partitions of the rank (numbers only) and count_total. Local. */
uint64_t mgp_plan_peak(mgp_session_t *s, mgp_cache_t cache, uint64_t live);

/* --- replay (replay.c) ------------------------------------------------------------------------ */
/* Whole trace [ncols][stride], virtual columns of tables likewise. */
mgp_status_t mgp_replay_trace(mgp_session_t *s, mgp_part_t *part, const mgp_trace_t *t,
                              size_t stride, mgp_f_t *d_trace, mgp_f_t *d_virt);
static inline size_t mgp_trace_stride(uint32_t rows) {
  return ((size_t)rows + MGP_ROW_PAD - 1) / MGP_ROW_PAD * MGP_ROW_PAD;
}
/* The same into the slabs of the trace (ncols chunks of 2^b rows each), rows beyond the trace zero:
 * d_slabs [nchunks][ncols][2^b]. */
mgp_status_t mgp_replay_into(mgp_session_t *s, mgp_part_t *part, mgp_build_use_t use,
                             const mgp_trace_t *t, mgp_f_t *d_slabs);
/* Calls fn for slabs first, ..., first + n - 1 of each trace of the partition, as many at a time as
 * the buffer holds; or for all of a trace, from the cache. */
typedef mgp_status_t (*mgp_slab_fn_t)(void *arg, const mgp_trace_t *t, uint32_t first, uint32_t n,
                                      const mgp_f_t *d_slabs);
mgp_status_t mgp_replay_slabs(mgp_session_t *s, mgp_part_t *part, mgp_build_use_t use,
                              mgp_slab_fn_t fn, void *arg);
/* Calls fn for chunks first, ..., first + n - 1 of the partition, in order, by traces or, from the
 * cache, all of them at a time. */
typedef mgp_status_t (*mgp_chunk_fn_t)(void *arg, const mgp_part_t *part, uint32_t first,
                                       uint32_t n, const mgp_f_t *d_chunks);
mgp_status_t mgp_replay_chunks(mgp_session_t *s, mgp_part_t *part, mgp_build_use_t use,
                               mgp_chunk_fn_t fn, void *arg);
/* Calls fn for each stacked column of the partition in order. */
typedef mgp_status_t (*mgp_column_fn_t)(void *arg, const mgp_f_t *d_col);
mgp_status_t mgp_replay_columns(mgp_session_t *s, mgp_part_t *part, mgp_build_use_t use,
                                mgp_column_fn_t fn, void *arg);
/* Buffer for slabs: of the largest one of this rank, or more of them on a device. */
uint64_t mgp_slab_bytes(const mgp_session_t *s);

/* Rows of a witness piece of a chip with so many rows in the assign phase, and the buffer for the
 * pieces of partition p. */
uint32_t mgp_count_piece(const mgp_session_t *s, unsigned chip, uint32_t rows);
uint64_t mgp_count_bytes(const mgp_session_t *s, uint32_t p);

/* Depth down to which trees are kept: at most 64 KiB of digests. */
#define MGP_KEEP_LOG 11u

#endif
