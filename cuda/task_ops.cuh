/* How a chip proof is put together of launches: the chip's own kernels, and what gkr.cu and main.cu
 * do for task.cu. */
#ifndef MGP_CUDA_TASK_OPS_CUH
#define MGP_CUDA_TASK_OPS_CUH

#include "gkr.cuh"
#include "main_round.cuh"

/* What kernels know of a chip and its trace. */
typedef struct {
  const mgp_f_t *trace, *virt; /* [ncols][stride], [nvirtual][stride] */
  size_t stride;
  uint32_t rows;
  mgp_form_t form;
  const uint32_t *words; /* of the form, on the device */
  uint32_t *slots;       /* room of the threads that interpret */
} mgp_chip_args_t;

/* A chip's kernels. entries, bound: round b, and first round of a row variable, of layer l, whose
 * level is the leaves. first, second, later: rounds 0, 1, and i ... i + count - 1 of the main
 * sumcheck (count > 1 on few rows only). */
typedef struct {
  uint64_t fingerprint;
  const char *name;
  bool varying;       /* not all multiplicities are constants */
  void (*load)(void); /* before they are first needed, by any thread */
  mgp_status_t (*build)(mgp_cuda_t *cu, const mgp_chip_args_t *args, const mgp_task_dev_t *dev,
                        const mgp_gkr_dev_t *g);
  mgp_status_t (*entries)(mgp_cuda_t *cu, const mgp_chip_args_t *args, const mgp_task_dev_t *dev,
                          const mgp_gkr_dev_t *g, unsigned l, unsigned b);
  mgp_status_t (*bound)(mgp_cuda_t *cu, const mgp_chip_args_t *args, const mgp_task_dev_t *dev,
                        const mgp_gkr_dev_t *g, unsigned l);
  mgp_status_t (*first)(mgp_cuda_t *cu, const mgp_chip_args_t *args, const mgp_task_dev_t *dev,
                        const mgp_main_dev_t *m);
  mgp_status_t (*second)(mgp_cuda_t *cu, const mgp_chip_args_t *args, const mgp_task_dev_t *dev,
                         const mgp_main_dev_t *m);
  mgp_status_t (*later)(mgp_cuda_t *cu, const mgp_chip_args_t *args, const mgp_task_dev_t *dev,
                        const mgp_main_dev_t *m, unsigned i, unsigned count);
} mgp_cuda_chip_t;

/* Kernels of a part of a chip's main sumcheck (chip_main.cuh): blocks for so many pairs of rows,
 * rounds 0, 1 and i. add: to the sums that another part has left in dev->partial. */
typedef struct {
  void (*load)(void);
  unsigned (*blocks)(const mgp_cuda_t *cu, uint32_t pairs);
  mgp_status_t (*first)(mgp_cuda_t *cu, const mgp_chip_args_t *args, const mgp_task_dev_t *dev,
                        const mgp_main_dev_t *m, bool add);
  mgp_status_t (*second)(mgp_cuda_t *cu, const mgp_chip_args_t *args, const mgp_task_dev_t *dev,
                         const mgp_main_dev_t *m, bool add);
  mgp_status_t (*later)(mgp_cuda_t *cu, const mgp_chip_args_t *args, const mgp_task_dev_t *dev,
                        const mgp_main_dev_t *m, unsigned i, bool add);
} mgp_cuda_part_t;

/* Those of the program's chips, made at build time; NULL ends them. */
const mgp_cuda_chip_t *const *mgp_cuda_own_chips(void);
/* The kernels that interpret any chip, and the slots of one of their threads. */
extern const mgp_cuda_chip_t mgp_cuda_chip_any;
#define MGP_ANY_THREADS 4096u /* that interpret at a time */
uint64_t mgp_cuda_any_slots(const mgp_form_t *form);

/* Has the driver load a kernel, which it would do at the first launch. */
template <typename F> static inline void mgp_kernel_load(F kernel) {
#ifdef MGP_EMULATED
  (void)kernel;
#else
  cudaFuncAttributes a;
  (void)cudaFuncGetAttributes(&a, kernel); /* an error shows again at the launch */
#endif
}

/* Blocks of `threads` for n items, `each` of them for a multiprocessor at most. */
static inline unsigned mgp_grid_of(const mgp_cuda_t *cu, uint64_t n, unsigned threads,
                                   unsigned each) {
  const uint64_t blocks = (n + threads - 1) / threads;
  uint64_t most = each * (unsigned)cu->multiprocessors;
  if (most > MGP_TASK_BLOCKS) most = MGP_TASK_BLOCKS;
  return (unsigned)(blocks < most ? blocks : most);
}
/* As many as keep the device busy, each with several items. */
static inline unsigned mgp_task_grid(const mgp_cuda_t *cu, uint64_t n, unsigned threads) {
  return mgp_grid_of(cu, n, threads, 8);
}
/* Of MGP_TASK_WIDE threads for n rows that are summed over: those that run at a time. A block that
 * comes later would spend as long on its sums as on its rows. */
static inline unsigned mgp_sum_grid(const mgp_cuda_t *cu, uint64_t n) {
  return mgp_grid_of(cu, n, MGP_TASK_WIDE, 2);
}

/* Close what `blocks` blocks of a chip's kernel have left their sums for: round b of the layer over
 * the leaves, with the tables of its next round; rounds i and i + 1 of row variables of layer l;
 * round i of the main sumcheck. */
mgp_status_t mgp_cuda_leaves_close(mgp_cuda_t *cu, const mgp_chip_args_t *args,
                                   const mgp_task_dev_t *dev, const mgp_gkr_dev_t *g, bool varying,
                                   unsigned b, unsigned blocks);
mgp_status_t mgp_cuda_rows_close(mgp_cuda_t *cu, const mgp_task_dev_t *dev, unsigned l, unsigned i,
                                 unsigned blocks);
mgp_status_t mgp_cuda_main_close(mgp_cuda_t *cu, const mgp_task_dev_t *dev, const mgp_main_dev_t *m,
                                 unsigned i, unsigned blocks);
/* Loads the kernels that are the same for all chips. */
void mgp_cuda_task_load(void);
void mgp_cuda_program_load(void);
void mgp_cuda_gkr_load(void);
void mgp_cuda_main_load(void);
/* The tree, its root and all layers. */
mgp_status_t mgp_cuda_gkr(mgp_cuda_t *cu, const mgp_cuda_chip_t *chip, const mgp_chip_args_t *args,
                          const mgp_task_dev_t &dev, const mgp_gkr_dev_t &g);
/* The main sumcheck, the columns' values and the digest. */
mgp_status_t mgp_cuda_main(mgp_cuda_t *cu, const mgp_cuda_chip_t *chip, const mgp_chip_args_t *args,
                           const mgp_task_dev_t &dev, const mgp_main_dev_t &m);

#endif
