/* Plan files: text, or the plan in a proof. An accepted one is within bounds, and is the same when
 * it is written and read again. */
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cli/plan_file.h"
#include "fuzz.h"
#include "neg/mini.h"

unsigned long fuzz_accepted;

static const char *path(void) {
  static char text[32];
  static int fd = -1;
  if (fd < 0) {
    fd = memfd_create("plan", 0);
    if (fd < 0) abort();
    snprintf(text, sizeof text, "/proc/self/fd/%d", fd);
  }
  return text;
}

static void fill(const uint8_t *data, size_t n) {
  FILE *f = fopen(path(), "wb"); /* truncates */
  if (!f || fwrite(data, 1, n, f) != n || fclose(f) != 0) abort();
}

const uint8_t *fuzz_seed(unsigned i, size_t *n) {
  static char text[512];
  static uint8_t *proof;
  static size_t size;
  if (!text[0]) {
    mini_t m;
    int at = snprintf(text, sizeof text, "# mgprove plan 1\n");
    mini_run(&m, mini_params(3), 1, "a public output");
    proof = toy_prove(&m.t, &size);
#define LINE(name)                                                                                 \
  at += snprintf(text + at, sizeof text - (size_t)at, #name " %u\n", m.t.params.name);
    MGP_PARAM_LIST(LINE)
#undef LINE
    mini_free(&m);
  }
  *n = i ? size : strlen(text);
  return i == 0 ? (const uint8_t *)text : i == 1 ? proof : NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
  mgp_params_t plan, again;
  fill(data, n);
  mgp_status_t st = mgp_plan_file_read(path(), &plan);
  if (st != MGP_OK && st != MGP_BAD_INPUT) abort();
  if (st != MGP_OK) return 0;
  fuzz_accepted++;
  if (mgp_params_check(&plan) != MGP_OK) abort();
  char text[512];
  int at = snprintf(text, sizeof text, "# mgprove plan 1\n");
#define LINE(name) at += snprintf(text + at, sizeof text - (size_t)at, #name " %u\n", plan.name);
  MGP_PARAM_LIST(LINE)
#undef LINE
  fill((const uint8_t *)text, (size_t)at);
  if (mgp_plan_file_read(path(), &again) != MGP_OK) abort();
  if (memcmp(&plan, &again, sizeof plan) != 0) abort();
  return 0;
}

FUZZ_PLAIN_MUTATOR
