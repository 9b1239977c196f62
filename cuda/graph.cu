#include "graph.cuh"

mgp_status_t mgp_cuda_graph_begin(mgp_cuda_t *cu) {
  MGP_TRY(MGP_CUDA_CALL(cu, cudaStreamBeginCapture(cu->stream, cudaStreamCaptureModeRelaxed)));
  cu->trunk = cu->stream;
  return MGP_OK;
}

unsigned mgp_cuda_graph_branches(const mgp_cuda_t *cu, unsigned most) {
  if (!cu->trunk) return 1;
  return most < MGP_CUDA_BRANCHES ? most : MGP_CUDA_BRANCHES;
}

mgp_status_t mgp_cuda_graph_fork(mgp_cuda_t *cu, unsigned branches) {
  if (branches == 1) return MGP_OK;
  MGP_TRY(MGP_CUDA_CALL(cu, cudaEventRecord(cu->forked, cu->trunk)));
  for (unsigned k = 1; k < branches; k++)
    MGP_TRY(MGP_CUDA_CALL(cu, cudaStreamWaitEvent(cu->branch[k - 1], cu->forked, 0)));
  return MGP_OK;
}

void mgp_cuda_graph_take(mgp_cuda_t *cu, unsigned branch) {
  if (cu->trunk) cu->stream = branch ? cu->branch[branch - 1] : cu->trunk;
}

mgp_status_t mgp_cuda_graph_join(mgp_cuda_t *cu, unsigned branches) {
  for (unsigned k = 1; k < branches; k++) {
    MGP_TRY(MGP_CUDA_CALL(cu, cudaEventRecord(cu->joined[k - 1], cu->branch[k - 1])));
    MGP_TRY(MGP_CUDA_CALL(cu, cudaStreamWaitEvent(cu->trunk, cu->joined[k - 1], 0)));
  }
  return MGP_OK;
}

/* One like it, else an empty place, else the one that was not wanted for the longest time. There
 * are more than chip proofs at a time. */
static mgp_cuda_graph_t *find(mgp_cuda_t *cu, unsigned kind, size_t nodes) {
  mgp_cuda_graph_t *best = NULL;
  for (unsigned i = 0; i < MGP_CUDA_GRAPHS; i++) {
    mgp_cuda_graph_t *g = &cu->graph[i];
    if (g->busy) continue;
    if (g->exec && g->kind == kind && g->nodes == nodes) return g;
    if (!best || (best->exec && (!g->exec || g->used < best->used))) best = g;
  }
  return best;
}

static mgp_status_t make(mgp_cuda_t *cu, mgp_cuda_graph_t *g, unsigned kind, size_t nodes,
                         cudaGraph_t graph) {
  if (g->exec && g->kind == kind && g->nodes == nodes) {
    cudaGraphExecUpdateResultInfo info;
    const char *name = "cudaGraphExecUpdate";
    const cudaError_t error =
        mgp_cuda_injected(cu, name) ? cudaErrorUnknown : cudaGraphExecUpdate(g->exec, graph, &info);
    if (error != cudaErrorGraphExecUpdateFailure) return mgp_cuda_check(cu, error, name);
    (void)cudaGetLastError(); /* they are not alike after all */
  }
  if (g->exec) (void)cudaGraphExecDestroy(g->exec);
  g->exec = NULL;
  g->kind = kind;
  g->nodes = nodes;
  return MGP_CUDA_CALL(cu, cudaGraphInstantiateWithFlags(&g->exec, graph, 0));
}

mgp_status_t mgp_cuda_graph_end(mgp_cuda_t *cu, mgp_status_t st, unsigned kind,
                                mgp_cuda_graph_t **out) {
  cudaGraph_t graph = NULL;
  size_t nodes = 0;
  const cudaError_t error = cudaStreamEndCapture(cu->stream, &graph);
  cu->trunk = NULL;
  *out = NULL;
  if (st == MGP_OK) st = mgp_cuda_ended(cu, error, "the end of a capture");
  if (st == MGP_OK) st = MGP_CUDA_CALL(cu, cudaGraphGetNodes(graph, NULL, &nodes));
  if (st == MGP_OK) {
    *out = find(cu, kind, nodes);
    (*out)->busy = true;
    (*out)->used = ++cu->graphs_used;
    st = make(cu, *out, kind, nodes, graph);
  }
  if (graph) (void)cudaGraphDestroy(graph);
  if (st == MGP_OK) st = MGP_CUDA_CALL(cu, cudaGraphUpload((*out)->exec, cu->stream));
  return st;
}

mgp_status_t mgp_cuda_graph_launch(mgp_cuda_t *cu, const mgp_cuda_graph_t *g) {
  return MGP_CUDA_CALL(cu, cudaGraphLaunch(g->exec, cu->stream));
}

void mgp_cuda_graph_done(mgp_cuda_graph_t *g) {
  if (g) g->busy = false;
}

void mgp_cuda_graphs_destroy(mgp_cuda_t *cu) {
  for (unsigned i = 0; i < MGP_CUDA_GRAPHS; i++)
    if (cu->graph[i].exec) (void)cudaGraphExecDestroy(cu->graph[i].exec);
}
