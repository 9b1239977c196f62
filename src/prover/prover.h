/* The prover: makes one proof of a run, all ranks of a job together.
 *
 * Life of the data (docs/architecture.md): raw state is recorded and uploaded once; every witness
 * is built again where it is needed and dropped. What is resident between two phases or tasks is
 * raw state, index lists, accumulators, kept digests and the proof so far (plus what a cache level
 * keeps). Everything here is collective over the comm unless it says otherwise. */
#ifndef MGP_PROVER_PROVER_H
#define MGP_PROVER_PROVER_H

#include <stdio.h>

#include "backend/device.h"
#include "base/store.h"
#include "comm/comm.h"
#include "protocol/proof.h"
#include "prover/link.h"

/* Cache levels: memory for time, never a byte of the proof. */
typedef enum { MGP_CACHE_AUTO, MGP_CACHE_NONE, MGP_CACHE_TRACE, MGP_CACHE_FULL } mgp_cache_t;

typedef enum {
  MGP_BACKEND_AUTO, /* cuda if there is a device, else cpu */
  MGP_BACKEND_CPU,
  MGP_BACKEND_CUDA,
  MGP_BACKEND_STRICT
} mgp_backend_kind_t;

/* What a plan fixes: at which cost shards end, and the parameters of each, program shards first. */
typedef struct {
  uint64_t budget;
  uint32_t nshards;
  const mgp_params_t *params; /* [nshards], all with the same number of partitions */
} mgp_plan_t;

/* Cost of an average step (docs/chips.md, section 8) that touches no new word of memory, for
 * budgets that are given in steps. */
#define MGP_STEP_COST 35u

/* Zero-initialise for the defaults. */
typedef struct {
  /* plan; 0 = chosen. A fixed plan (from a file or a proof) sets all of them. */
  uint32_t partitions;
  uint32_t log_rows;
  uint32_t log_height, log_chunk;
  uint64_t budget;        /* cost of a shard; else: */
  uint64_t shard_steps;   /* a shard ends where so many average steps would (MGP_STEP_COST) */
  const mgp_plan_t *plan; /* every parameter given */
  /* how, without influence on the bytes */
  mgp_backend_kind_t backend;
  const mgp_device_ops_t *device; /* NULL in a program without */
  mgp_isa_t isa;
  mgp_cache_t cache;
  int threads;      /* per rank; 0: the cores it may use, divided by the ranks that share them */
  int share_device; /* several ranks may take one device, which is refused otherwise */
  /* Bytes per rank of the backend's memory; 0: what the machine or the device has, divided by its
   * ranks. Host memory beside a device's is limited by what the machine has. */
  uint64_t memory_limit;
  int no_self_check;
  /* the run */
  const uint8_t *hints; /* the hint region's bytes */
  size_t hints_nbytes;
  uint64_t max_steps;     /* 0: no limit but the protocol's */
  int print_guest_output; /* rank 0 prints fd 1 and 2 of the guest */
  /* the job's folder (prover/job.h): an open store on rank 0, has_store on all ranks */
  mgp_store_t *store;
  int has_store;
  /* progress: called on rank 0, may be NULL */
  void (*progress)(void *arg, mgp_phase_t phase, uint64_t done, uint64_t total);
  /* likewise, when a shard is finished; restored: it was found in the job's folder. of: 0 as long
   * as nobody knows */
  void (*shard)(void *arg, uint32_t number, uint32_t of, int restored);
  void *progress_arg;
  uint32_t piece_steps;   /* tests: steps recorded by one thread at a time; 0: the usual number */
  uint64_t pool_nbytes;   /* tests: shared memory for words of pieces; 0: the usual */
  FILE *trace_log;        /* tests: one line per witness build and task, NULL to leave out */
  int wrong_peak;         /* tests: predict a wrong peak on purpose */
  const char *fail_phase; /* tests: this rank fails at the start of the named phase */
  const char *kill_phase; /* tests: this rank gets kill_signal there, in shard number kill_shard */
  int kill_signal;
  uint32_t kill_shard; /* 0: in any */
} mgp_prove_options_t;

/* The record that a job's folder has once its plan is known. */
#define MGP_JOB_RECORD "job"

/* Uses of a witness build; at cache level `none` each trace is built once for each. */
#define MGP_BUILD_USE_LIST(X)                                                                      \
  X(ASSIGN, "assign")                                                                              \
  X(COMMIT, "commit")                                                                              \
  X(TASK, "task") X(COMBINE, "combine") X(INNER, "inner") X(SCATTER, "scatter") X(QUERY, "query")
typedef enum {
#define MGP_BUILD_ENUM(name, text) MGP_BUILD_##name,
  MGP_BUILD_USE_LIST(MGP_BUILD_ENUM)
#undef MGP_BUILD_ENUM
      MGP_BUILD_USES
} mgp_build_use_t;

/* What one rank measured. */
typedef struct {
  uint32_t rank, partitions;
  char host[MGP_COMM_NAME_MAX];
  double seconds[MGP_PHASES];
  double comm_seconds[MGP_PHASES]; /* of those: in collectives, waiting for others included */
  double cut_seconds;              /* outside phases: waiting for a shard's cut, or moving it */
  double exchange_seconds; /* of the phase record: rows of memory, and the exchange for them */
  uint64_t load;           /* predicted: cost of the rows of its partitions */
  uint64_t peak[MGP_PHASES][MGP_MEM_CLASSES + 1]; /* bytes of the backend's memory; last: total */
  uint64_t resident[MGP_PHASES][MGP_MEM_CLASSES + 1]; /* the same, when the phase had ended */
  uint64_t predicted_peak;
  uint64_t host_peak;  /* bytes of host memory beside a device's; 0: peak is the host's */
  uint64_t ahead_peak; /* of what is beside that: cuts, records made ahead, finished shards */
  uint64_t rss_peak;
  double record_seconds;
  uint64_t builds[MGP_BUILD_USES];
  uint64_t steps;
  uint64_t tasks, tasks_early; /* chip proofs; of those: prepared beside the commitment */
  mgp_comm_stats_t comm[MGP_COMM_OP_COUNT];
  mgp_comm_stats_t link[MGP_LINK_OPS]; /* what devices added up among themselves */
} mgp_rank_report_t;

typedef struct {
  uint32_t nranks;
  mgp_rank_report_t *ranks; /* [nranks], on every rank */
  int threads;              /* per rank */
  const char *backend, *transport;
  char link[MGP_LINK_NAME_MAX];  /* how long sums go: "NCCL 2.28.9", "host", "none" for one rank */
  char isa[MGP_DEVICE_NAME_MAX]; /* instruction set, or name of rank 0's device */
  mgp_cache_t cache;
  mgp_params_t params; /* of the first shard */
  uint64_t steps, rows, cells, interactions, traces, stacked_columns;
  double total_seconds; /* wall time of mgp_prove on this rank */
  uint32_t shards, memory_shards;
  uint32_t beside; /* of both: committed while chip proofs of the one before were under way */
  uint64_t budget;
  double pass_seconds;    /* of the plain pass, in a thread of rank 0 */
  double record_seconds;  /* of recording, in a thread of each rank; slowest rank */
  double execute_seconds; /* what proving has waited for both (phase record), slowest rank */
  double prove_seconds;   /* from assign to the finished proof, slowest rank */
  double security_bits;
  size_t proof_bytes;
  double verify_seconds; /* of the self check, of all threads; 0 if it was skipped */
  double verify_waited;  /* in total_seconds: waits for it, and for a job's folder */
} mgp_prove_report_t;

typedef struct {
  uint8_t *bytes; /* the proof file, on rank 0 only; mgp_prove_result_free */
  size_t nbytes;
  uint32_t exit_code;
  uint8_t *output; /* public output, on rank 0 */
  size_t output_nbytes;
  mgp_prove_report_t report; /* on every rank */
} mgp_prove_result_t;

mgp_status_t mgp_prove(mgp_comm_t *comm, const mgp_program_t *prog,
                       const mgp_prove_options_t *options, mgp_prove_result_t *out);
void mgp_prove_result_free(mgp_prove_result_t *r);

/* What proving a run would take. Nothing is proved. */
typedef struct {
  uint64_t steps, timestamps, cost; /* of the run */
  uint32_t exit_code;
  uint64_t budget;
  uint32_t shards;
  int exact; /* every shard was counted; otherwise what follows is scaled from some */
  /* over all shards; memory shards are those of the words that counted shards have touched: if not
   * exact, there may be more */
  uint32_t memory_shards;
  uint64_t words;
  uint64_t chip_rows[MGP_CHIP_COUNT];
  uint64_t rows, cells, interactions, traces, stacked_columns;
  size_t proof_bytes;  /* with the public output, if it is what was committed */
  mgp_params_t params; /* of the first shard */
  double security_bits;
  uint64_t raw;                      /* bytes of raw state, most of any rank and shard */
  uint64_t peak[MGP_CACHE_FULL + 1]; /* bytes, the same, by cache level; [AUTO] unused */
  double pass_seconds;               /* of one plain pass */
  uint32_t nparams;                  /* exact: parameters of all shards; mgp_estimate_free */
  mgp_params_t *plan;
} mgp_estimate_t;
/* For `nranks` ranks with these options. all: counts every shard of a long run, which takes as long
 * as recording it; a run of one shard is counted exactly in any case. Local; fails like mgp_prove
 * if the run cannot be proved (a trap, a limit). */
mgp_status_t mgp_prove_estimate(const mgp_program_t *prog, const mgp_prove_options_t *options,
                                uint32_t nranks, int all, mgp_estimate_t *out);
void mgp_estimate_free(mgp_estimate_t *e);

const char *mgp_cache_name(mgp_cache_t cache);
const char *mgp_build_use_name(mgp_build_use_t use);

#endif
