#include "chips.cuh"

#include <stdlib.h>
#include <string.h>

#include <exception>
#include <thread>

#include "ops.cuh"

struct mgp_cuda_chips {
  std::thread *loader; /* or NULL */
  uint64_t nwords;
  uint32_t *d_words;
  struct {
    mgp_form_t form;
    uint32_t *words;
    uint64_t first; /* on the device */
    const mgp_cuda_chip_t *kernels;
  } chip[MGP_CHIP_COUNT];
};

static const mgp_cuda_chip_t *find_kernels(uint64_t fingerprint) {
  const mgp_cuda_chip_t *const *own = mgp_cuda_own_chips();
  for (; *own; own++)
    if ((*own)->fingerprint == fingerprint) return *own;
  return &mgp_cuda_chip_any;
}

mgp_status_t mgp_cuda_chips_create(const mgp_chipset_t *set, mgp_cuda_chips_t **out) {
  mgp_cuda_chips_t *c = (mgp_cuda_chips_t *)calloc(1, sizeof *c);
  mgp_status_t st;
  if (!c) return mgp_fail(MGP_RESOURCES, "out of host memory for the CUDA backend");
  for (unsigned id = 1; set && id < MGP_CHIP_COUNT; id++) {
    if (set->chip[id].ninteractions == 0) continue;
    MGP_TRY_GOTO(st, mgp_form_build(&set->chip[id], &c->chip[id].form, &c->chip[id].words), failed);
    c->chip[id].first = c->nwords;
    c->chip[id].kernels = find_kernels(c->chip[id].form.fingerprint);
    c->nwords += c->chip[id].form.nwords;
  }
  *out = c;
  return MGP_OK;
failed:
  mgp_cuda_chips_destroy(c);
  return st;
}

void mgp_cuda_chips_destroy(mgp_cuda_chips_t *c) {
  if (!c) return;
  if (c->loader) c->loader->join();
  delete c->loader;
  for (unsigned id = 0; id < MGP_CHIP_COUNT; id++) free(c->chip[id].words);
  free(c);
}

uint64_t mgp_cuda_chips_bytes(const mgp_cuda_chips_t *c) {
  return c && c->nwords ? mgp_cuda_size_of<uint32_t>(c->nwords) : 0;
}

mgp_status_t mgp_cuda_chips_upload(mgp_cuda_t *cu, mgp_cuda_chips_t *c) {
  if (!c || c->nwords == 0) return MGP_OK;
  MGP_TRY(mgp_cuda_new(cu, MGP_MEM_PLAN, c->nwords, &c->d_words));
  for (unsigned id = 0; id < MGP_CHIP_COUNT; id++)
    if (c->chip[id].words)
      MGP_TRY(mgp_cuda_upload(&cu->base, c->d_words + c->chip[id].first, c->chip[id].words,
                              c->chip[id].form.nwords * sizeof(uint32_t)));
  return MGP_OK;
}

void mgp_cuda_chips_drop(mgp_cuda_t *cu, mgp_cuda_chips_t *c) {
  if (!c) return;
  mgp_cuda_give(cu, c->d_words);
  c->d_words = NULL;
}

const mgp_form_t *mgp_cuda_form(const mgp_cuda_chips_t *c, mgp_chip_id_t id) {
  return c && c->chip[id].words ? &c->chip[id].form : NULL;
}
const uint32_t *mgp_cuda_form_words(const mgp_cuda_chips_t *c, mgp_chip_id_t id) {
  return c->d_words + c->chip[id].first;
}
const mgp_cuda_chip_t *mgp_cuda_chip(const mgp_cuda_chips_t *c, mgp_chip_id_t id) {
  return c->chip[id].kernels;
}

static void load_kernels(const mgp_cuda_chips_t *c, int device) {
  if (cudaSetDevice(device) != cudaSuccess) return; /* then nothing else works either */
  mgp_cuda_task_load();
  mgp_cuda_gkr_load();
  mgp_cuda_main_load();
  for (unsigned id = 0; id < MGP_CHIP_COUNT; id++)
    if (c->chip[id].kernels) c->chip[id].kernels->load();
  mgp_cuda_open_load();
  mgp_cuda_pair_load();
  mgp_cuda_hash_load();
  mgp_cuda_fold_load();
}

void mgp_cuda_chips_load(mgp_cuda_chips_t *c, int device) {
#ifdef MGP_EMULATED
  (void)c, (void)device, (void)load_kernels;
#else
  if (!c || c->nwords == 0 || c->loader) return;
  try {
    c->loader = new std::thread(load_kernels, c, device);
  } catch (const std::exception &) { /* no thread: they are loaded as they are needed */
    c->loader = NULL;
  }
#endif
}
