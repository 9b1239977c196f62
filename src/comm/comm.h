/* Communication between the ranks of a job: a few collective operations on bytes, and agreement on
 * failures.
 *
 * Every operation marked "collective" is called by all ranks, in the same order. Each one begins
 * with an exchange of small headers that carry a status word, so that
 *   - a rank that failed locally calls mgp_comm_agree(comm, status) (directly, or at the end of the
 *     phase), and every other rank, in whatever collective it waits, leaves it with an error;
 *   - ranks that are in different collectives, or disagree on a size or a root, all learn so
 *     (MGP_INTERNAL) and nobody hangs.
 * After a failure the comm is closed: every later collective returns the error at once without
 * communicating. The rank that failed keeps its status, the others get MGP_PEER;
 * mgp_comm_failure() is the same on every rank.
 *
 * A rank that dies, or computes for ever, cannot send a mark: with a timeout set, a rank that waits
 * longer than that in one collective prints one line (rank, host, phase) and aborts the job.
 *
 * One thread of a rank communicates at a time. Sizes are bytes in u64, and may exceed 2^31.
 * Results never depend on timing: sums and concatenations are made in rank order. */
#ifndef MGP_COMM_COMM_H
#define MGP_COMM_COMM_H

#include <stdint.h>

#include "base/status.h"
#include "comm/shared.h"

typedef struct mgp_comm mgp_comm_t;

/* One byte sequence per rank: bytes [offset[r], offset[r + 1]) of data are those of rank r.
 * Allocated by the operation, released with mgp_comm_parts_free (zeroed parts are fine). */
typedef struct {
  uint8_t *data;
  uint64_t *offset; /* [size + 1] */
} mgp_comm_parts_t;

/* SMALL: what comes along in the header of a collective, which then takes one exchange. Half a KiB
 * has room for the sums of two rounds of a sumcheck, a rank's row counts, its nodes of a cap of 64
 * among 4 ranks, or how much it sends to each of 64. Every header is as long, whatever it carries:
 * up to 1 KiB a message goes eagerly by any MPI, and latency is all it costs; with 64 ranks 32 KiB
 * come in, some 3 us. */
enum { MGP_COMM_NAME_MAX = 64, MGP_COMM_MESSAGE_MAX = 1024, MGP_COMM_SMALL_MAX = 512 };

/* The first (lowest) rank that failed. */
typedef struct {
  uint32_t rank;
  mgp_status_t status;
  int exit_code; /* of the program, for this failure */
  char host[MGP_COMM_NAME_MAX];
  char device[MGP_COMM_NAME_MAX]; /* empty: none, or the rank had not taken one yet */
  char phase[MGP_COMM_NAME_MAX];
  char message[MGP_COMM_MESSAGE_MAX];
} mgp_comm_failure_t;

#define MGP_COMM_OP_LIST(X)                                                                        \
  X(AGREE, "agree")                                                                                \
  X(BARRIER, "barrier")                                                                            \
  X(BCAST, "bcast")                                                                                \
  X(ALLGATHER, "allgather")                                                                        \
  X(GATHERV, "gatherv")                                                                            \
  X(ALLGATHERV, "allgatherv")                                                                      \
  X(ALLTOALLV, "alltoallv")                                                                        \
  X(ALLREDUCE_SUM_MOD, "allreduce_sum_mod")                                                        \
  X(ALLREDUCE_SUM, "allreduce_sum")                                                                \
  X(ALLREDUCE_MAX, "allreduce_max")                                                                \
  X(SPLIT, "split")

typedef enum {
#define MGP_COMM_OP_ENUM(name, text) MGP_COMM_##name,
  MGP_COMM_OP_LIST(MGP_COMM_OP_ENUM)
#undef MGP_COMM_OP_ENUM
      MGP_COMM_OP_COUNT
} mgp_comm_op_t;

/* What one rank has done with one operation so far; waiting for others counts as time. */
typedef struct {
  uint64_t calls;
  uint64_t sent_nbytes;     /* to other ranks, without headers */
  uint64_t received_nbytes; /* from other ranks, without headers */
  uint64_t ns;
} mgp_comm_stats_t;

/* --- creation --- */

/* The only rank of a job. */
mgp_status_t mgp_comm_self_create(mgp_comm_t **out);

/* Runs fn(comm, arg) for n ranks as threads of this process and returns when all have ended: MGP_OK
 * if all returned MGP_OK, else the status and message of the first failing rank. Each rank's result
 * is agreed on as it ends, so fn may return an error at any point without a rank left waiting. */
mgp_status_t mgp_comm_threads_run(uint32_t n, mgp_status_t (*fn)(mgp_comm_t *comm, void *arg),
                                  void *arg);

/* Number of ranks that an MPI launcher (mpirun, srun) says it has started; 0 if there is none. */
uint32_t mgp_comm_launched_size(void);
/* This process's number among them, 0 if there is none. */
uint32_t mgp_comm_launched_rank(void);

/* The comm of the whole job: made by `create_mpi` under an MPI launcher, `self` otherwise.
 * create_mpi is mgp_comm_mpi_create, or NULL in a build without MPI, which refuses to be one of
 * several ranks (MGP_USAGE). */
mgp_status_t mgp_comm_world_create(mgp_status_t (*create_mpi)(mgp_comm_t **out), mgp_comm_t **out);

/* Several comms of fewer ranks: those with the same color get one together, in the order they have
 * here; who gives MGP_COMM_NO_PART gets none, and NULL. Phase and timeout are taken over.
 * Collective over comm; the parts then live on their own, and end before it does. A part that fails
 * does not close this comm: mgp_comm_agree_part tells the others. */
#define MGP_COMM_NO_PART UINT32_MAX
mgp_status_t mgp_comm_split(mgp_comm_t *comm, uint32_t color, mgp_comm_t **out);

/* Something that lives as long as the comm, on every rank, such as a connection between devices:
 * one at a time. Its `end` is called once all ranks have finished with the comm; failed: the comm
 * is closed by a failure. NULL takes back what is kept, which is then the caller's again. Local. */
void mgp_comm_keep(mgp_comm_t *comm, void *what, void (*end)(void *what, int failed));
void *mgp_comm_kept(const mgp_comm_t *comm); /* NULL: nothing */

/* Seconds that this rank has spent in collectives so far; waiting for others counts. */
double mgp_comm_seconds(const mgp_comm_t *comm);

/* Local, except for MPI where every rank must call it. */
void mgp_comm_destroy(mgp_comm_t *comm);

/* --- local queries and settings --- */

uint32_t mgp_comm_rank(const mgp_comm_t *comm);
uint32_t mgp_comm_size(const mgp_comm_t *comm);
/* Rank among, and number of, the ranks with the same host name. */
uint32_t mgp_comm_local_rank(const mgp_comm_t *comm);
uint32_t mgp_comm_local_size(const mgp_comm_t *comm);
const char *mgp_comm_host(const mgp_comm_t *comm);
const char *mgp_comm_transport(const mgp_comm_t *comm); /* "self", "thread", "mpi" */

/* Names what follows, for messages (the name is copied, at most MGP_COMM_NAME_MAX - 1 bytes). */
void mgp_comm_set_phase(mgp_comm_t *comm, const char *phase);
const char *mgp_comm_phase(const mgp_comm_t *comm);
/* Names what this rank computes on, likewise. */
void mgp_comm_set_device(mgp_comm_t *comm, const char *device);
/* Longest wait in one collective, in seconds; 0 (the default) means no limit. */
void mgp_comm_set_timeout(mgp_comm_t *comm, double seconds);
double mgp_comm_timeout(const mgp_comm_t *comm);

/* NULL as long as no collective has failed, or since the comm was opened again. */
const mgp_comm_failure_t *mgp_comm_failure(const mgp_comm_t *comm);
mgp_comm_stats_t mgp_comm_stats(const mgp_comm_t *comm, mgp_comm_op_t op);
const char *mgp_comm_op_text(mgp_comm_op_t op);

/* --- collectives --- */

/* Ends a phase: MGP_OK on every rank if `local` is MGP_OK on every rank. Else returns `local` where
 * that is not MGP_OK, and MGP_PEER with a message naming the first failing rank elsewhere. */
mgp_status_t mgp_comm_agree(mgp_comm_t *comm, mgp_status_t local);

/* The same, over comm, after work in a part of it that ended with `local` (part NULL: not in any).
 * Where the work failed only because another rank of the part did, that rank says so, with its own
 * message and phase. */
mgp_status_t mgp_comm_agree_part(mgp_comm_t *comm, const mgp_comm_t *part, mgp_status_t local);

/* Opens a comm that a failure has closed, so that the ranks can go on with other work: every rank
 * has left a collective with that failure, or learnt of it, so none of them is inside one. Ends
 * with a barrier. Fine, and the same as a barrier, if nothing has failed. */
mgp_status_t mgp_comm_reopen(mgp_comm_t *comm);

mgp_status_t mgp_comm_barrier(mgp_comm_t *comm);

/* buf of rank `root` to all; nbytes and root must be the same on every rank. One exchange up to
 * MGP_COMM_SMALL_MAX bytes. */
mgp_status_t mgp_comm_bcast(mgp_comm_t *comm, void *buf, uint64_t nbytes, uint32_t root);

/* all[r] gets the nbytes of rank r, on every rank; nbytes is the same everywhere and at most
 * MGP_COMM_SMALL_MAX. Ends a phase as mgp_comm_agree does: one exchange for both. */
mgp_status_t mgp_comm_allgather(mgp_comm_t *comm, mgp_status_t local, const void *mine,
                                uint64_t nbytes, void *all);

/* The next three end a phase as mgp_comm_agree does. Where `local` is not MGP_OK, what is to be
 * sent is not looked at; where the result is not, *out is left alone. They take one exchange if no
 * rank sends more than MGP_COMM_SMALL_MAX bytes (except alltoallv), two if all together send at
 * most 64 KiB, else three. */

/* Every rank's bytes to `root`, in rank order; *out is left alone on the other ranks. */
mgp_status_t mgp_comm_gatherv(mgp_comm_t *comm, mgp_status_t local, const void *send,
                              uint64_t nbytes, uint32_t root, mgp_comm_parts_t *out);

/* Every rank's bytes to every rank, in rank order. */
mgp_status_t mgp_comm_allgatherv(mgp_comm_t *comm, mgp_status_t local, const void *send,
                                 uint64_t nbytes, mgp_comm_parts_t *out);

/* send holds send_nbytes[0] bytes for rank 0, then send_nbytes[1] for rank 1, and so on; *out gets
 * what each rank sent to this one. (More than 64 ranks: one exchange more.) */
mgp_status_t mgp_comm_alltoallv(mgp_comm_t *comm, mgp_status_t local, const void *send,
                                const uint64_t *send_nbytes, mgp_comm_parts_t *out);

/* Element sums over all ranks, in place, on every rank; n must be the same on every rank; after an
 * error the contents are unspecified. Extra memory: at most 16 MiB (or one element per rank, if
 * more).
 * sum_mod: mod `modulus` <= 2^31, the same on every rank, of elements below it (MGP_INTERNAL on
 * every rank if one is not).
 * sum_u32: a sum that does not fit the element fails on every rank (MGP_RESOURCES). */
mgp_status_t mgp_comm_allreduce_sum_mod(mgp_comm_t *comm, uint32_t *buf, uint64_t n,
                                        uint32_t modulus);
mgp_status_t mgp_comm_allreduce_sum_u32(mgp_comm_t *comm, uint32_t *buf, uint64_t n);

/* Element maxima over all ranks, in place. All three take one exchange up to MGP_COMM_SMALL_MAX
 * bytes. */
mgp_status_t mgp_comm_allreduce_max_u64(mgp_comm_t *comm, uint64_t *buf, uint64_t n);

void mgp_comm_parts_free(mgp_comm_parts_t *parts);

/* Memory that rank 0 shares with the ranks on its host (mgp_shared_take is for rank 0). shares[r]:
 * rank r has it; if no rank but 0 would, none has, *out is empty, and that is no error. Ended with
 * mgp_shared_destroy, by each rank on its own. Collective. */
mgp_status_t mgp_comm_share(mgp_comm_t *comm, uint64_t nbytes, mgp_shared_t *out, uint8_t *shares);

#endif
