/* Launches of a chip proof as one graph. A device has few connections for streams (8, if the
 * environment says nothing else), and what is on a stream that shares one with another waits for
 * that to end; graphs do not. The host needs no more time for a graph than for its launches, and
 * less if it has one of the same chip and length from a proof before: then only its arguments are
 * new. So graphs are kept, for several partitions' proofs. */
#ifndef MGP_CUDA_GRAPH_CUH
#define MGP_CUDA_GRAPH_CUH

#include "state.cuh"

/* What is put on cu->stream from here on, by this thread, goes to a graph. */
mgp_status_t mgp_cuda_graph_begin(mgp_cuda_t *cu);
/* Ends that, in any case, and has the graph on the device, if st is MGP_OK, which it returns
 * otherwise. `kind` tells those apart that are never alike. *out: until mgp_cuda_graph_done, also
 * after an error; or NULL. */
mgp_status_t mgp_cuda_graph_end(mgp_cuda_t *cu, mgp_status_t st, unsigned kind,
                                mgp_cuda_graph_t **out);
/* Launches that need not wait for each other, while a graph is made: branches of it, at most `most`
 * (1 or more) and MGP_CUDA_BRANCHES; one if no graph is made: launches are one after the other. */
unsigned mgp_cuda_graph_branches(const mgp_cuda_t *cu, unsigned most);
/* Each begins with what has been put on cu->stream so far. */
mgp_status_t mgp_cuda_graph_fork(mgp_cuda_t *cu, unsigned branches);
/* cu->stream is that of the branch from here on. Branch 0 is the one before the fork. */
void mgp_cuda_graph_take(mgp_cuda_t *cu, unsigned branch);
/* What follows, on branch 0, waits for all of them. */
mgp_status_t mgp_cuda_graph_join(mgp_cuda_t *cu, unsigned branches);

/* On cu->stream. */
mgp_status_t mgp_cuda_graph_launch(mgp_cuda_t *cu, const mgp_cuda_graph_t *g);
/* It is not wanted any more, nor under way. NULL is fine. */
void mgp_cuda_graph_done(mgp_cuda_graph_t *g);
/* All of them. */
void mgp_cuda_graphs_destroy(mgp_cuda_t *cu);

#endif
