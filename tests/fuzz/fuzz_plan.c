/* Plan files: text, or the plan in a proof. An accepted one is within bounds, and is the same when
 * it is written and read again. */
#include <inttypes.h>
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
    int at = snprintf(text, sizeof text, "# mgprove plan 2\nbudget 1000\nshard 1\n");
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

/* The text of a plan; free() it. */
static char *text_of(const mgp_plan_t *plan) {
  char *text = NULL;
  size_t n;
  FILE *f = open_memstream(&text, &n);
  if (!f) abort();
  fprintf(f, "# mgprove plan 2\nbudget %" PRIu64 "\n", plan->budget);
  for (uint32_t i = 0; i < plan->nshards; i++) {
    fprintf(f, "shard %" PRIu32 "\n", i + 1);
#define LINE(name) fprintf(f, #name " %u\n", plan->params[i].name);
    MGP_PARAM_LIST(LINE)
#undef LINE
  }
  if (fclose(f) != 0) abort();
  return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
  mgp_plan_t plan, again;
  fill(data, n);
  mgp_status_t st = mgp_plan_file_read(path(), &plan);
  if (st != MGP_OK && st != MGP_BAD_INPUT) abort();
  if (st != MGP_OK) return 0;
  fuzz_accepted++;
  for (uint32_t i = 0; i < plan.nshards; i++)
    if (mgp_params_check(&plan.params[i]) != MGP_OK) abort();
  char *text = text_of(&plan);
  fill((const uint8_t *)text, strlen(text));
  free(text);
  if (mgp_plan_file_read(path(), &again) != MGP_OK) abort();
  if (plan.budget != again.budget || plan.nshards != again.nshards ||
      memcmp(plan.params, again.params, plan.nshards * sizeof *plan.params) != 0)
    abort();
  mgp_plan_file_free(&plan);
  mgp_plan_file_free(&again);
  return 0;
}

FUZZ_PLAIN_MUTATOR
