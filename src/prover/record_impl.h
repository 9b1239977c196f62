/* Inside of the recorder: record.c (a shard, from its cut to the device), record_span.c (recording
 * a piece), record_follow.c (pieces of the first shard behind the pass). Private to these. */
#ifndef MGP_PROVER_RECORD_IMPL_H
#define MGP_PROVER_RECORD_IMPL_H

#include <pthread.h>
#include <stdatomic.h>

#include "prover/buffers.h"
#include "prover/crew.h"
#include "prover/merge.h"
#include "prover/record.h"

/* A piece of the cut, for one thread. */
typedef struct {
  uint32_t piece;
  mgp_step_t *steps; /* of all of the piece; NULL: not recorded yet */
  mgp_stretch_t *stretch;
  uint32_t nstretches;
  int sent; /* its steps are on their way */
} mgp_rec_job_t;

/* What is recorded at a time, for whichever partitions have steps in it. */
typedef struct {
  const mgp_vm_point_t *shard, *start, *end; /* start of the shard; of the piece, and its end */
  const uint32_t *words;                     /* [nwords] */
  uint64_t nwords;
} mgp_rec_span_t;

/* A piece that was recorded before there was a cut. */
typedef struct {
  mgp_step_t *steps;
  mgp_stretch_t stretch;
} mgp_rec_followed_t;

/* What one thread works with. */
typedef struct {
  mgp_vm_t *vm;
  mgp_touch_t *touches;
  uint32_t cap_touches;
  uint64_t nbytes; /* that the vm has taken, as the ledger has it */
  double seconds;  /* recording of the pass that it follows */
} mgp_rec_worker_t;

/* One own partition, when it is recorded. */
typedef struct {
  mgp_touch_t *touches;
  uint32_t ntouches;
  uint64_t nsteps;
  mgp_step_t *d_steps; /* on the device before the shard's turn, or NULL; room for `most` */
  uint64_t most;
} mgp_rec_part_t;

struct mgp_recorder {
  mgp_session_t *s;
  mgp_cut_t cut;
  uint64_t room;
  unsigned threads;
  mgp_rec_worker_t worker[MGP_CREW_MAX];
  mgp_rec_job_t *job; /* [njobs] */
  uint32_t njobs;
  mgp_stretch_t *stretch; /* [nstretches], by job and by partition: both ascend */
  uint32_t nstretches;
  mgp_rec_part_t *recording; /* [nparts] */
  uint64_t placed;           /* bytes of their d_steps */
  pthread_mutex_t lock;      /* of what follows, while threads record */
  int merged;                /* the recordings are complete */
  int keeps;                 /* steps lie in buffers, which a device may read */
  mgp_buffers_t buffers;
  uint64_t promised;            /* bytes of room for jobs under way */
  uint32_t left;                /* jobs that are not recorded */
  uint32_t behind;              /* jobs that were recorded behind the pass */
  mgp_stream_t *follow;         /* followed until there is a cut; NULL: none is */
  atomic_int enough;            /* it is not wanted any more */
  mgp_rec_followed_t *followed; /* [nfollowed] */
  uint32_t nfollowed, cap_followed;
  uint32_t next; /* piece to be followed */
  double seconds;
  pthread_t thread;
  int running;
  mgp_status_t status;
  char message[512];
};

/* Records a span as far as there is room: *steps is NULL if there is none, else ledger memory, also
 * after a failure. The stretches are of partitions one after the other; begin: cost at which the
 * first one begins; stop[k]: where number k ends. By the worker's thread. */
mgp_status_t mgp_rec_span(mgp_recorder_t *r, mgp_rec_worker_t *w, const mgp_rec_span_t *x,
                          uint64_t begin, const uint64_t *stop, mgp_stretch_t *stretch,
                          uint32_t nstretches, mgp_step_t **steps);
/* Any thread. NULL is fine. */
void mgp_rec_give_steps(mgp_recorder_t *r, mgp_step_t *steps);
/* All threads of the rank, but one alone beside a proof that needs them itself: it has time. */
unsigned mgp_rec_threads(const mgp_session_t *s, int beside);
/* The cut is there: jobs that are done already. What else was followed is another rank's. */
void mgp_rec_take_followed(mgp_recorder_t *r);
void mgp_rec_give_followed(mgp_recorder_t *r);

#endif
