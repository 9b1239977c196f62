#include "cli/plan_file.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/parse.h"
#include "cli/inputs.h"

static const char first_line[] = "# mgprove plan 2";

static const struct {
  const char *name;
  size_t offset;
} members[] = {
#define MEMBER(name) {#name, offsetof(mgp_params_t, name)},
    MGP_PARAM_LIST(MEMBER)
#undef MEMBER
};
enum { MEMBERS = sizeof members / sizeof *members };

static uint32_t *member(mgp_params_t *params, unsigned i) {
  return (uint32_t *)(void *)((char *)params + members[i].offset);
}

/* A plan that grows. */
typedef struct {
  const char *path;
  mgp_plan_t plan;
  mgp_params_t *params;
  uint32_t cap;
  unsigned seen; /* members of the last shard */
  bool budget;
} reader_t;

static mgp_status_t bad_line(const reader_t *r, const char *name, const char *value) {
  return mgp_fail(MGP_BAD_INPUT, "%s: \"%.60s%s%.60s\" is not a line of a plan", r->path, name,
                  value ? " " : "", value ? value : "");
}

static mgp_status_t end_shard(reader_t *r) {
  for (unsigned i = 0; r->plan.nshards && i < MEMBERS; i++)
    if (!(r->seen >> i & 1))
      return mgp_fail(MGP_BAD_INPUT, "%s: shard %u of the plan has no %s", r->path, r->plan.nshards,
                      members[i].name);
  return MGP_OK;
}

static mgp_status_t add_shard(reader_t *r) {
  MGP_TRY(end_shard(r));
  if (r->plan.nshards == r->cap) {
    uint32_t cap = r->cap ? 2 * r->cap : 4;
    mgp_params_t *grown = realloc(r->params, cap * sizeof *grown);
    if (!grown) return mgp_fail(MGP_RESOURCES, "out of memory for a plan");
    r->params = grown;
    r->cap = cap;
  }
  memset(&r->params[r->plan.nshards++], 0, sizeof *r->params);
  r->seen = 0;
  return MGP_OK;
}

static mgp_status_t parse_member(reader_t *r, const char *name, uint64_t v, const char *value) {
  for (unsigned i = 0; r->plan.nshards && i < MEMBERS; i++) {
    if (strcmp(members[i].name, name) != 0) continue;
    if (r->seen >> i & 1) return mgp_fail(MGP_BAD_INPUT, "%s: %s is there twice", r->path, name);
    if (v > UINT32_MAX) break;
    *member(&r->params[r->plan.nshards - 1], i) = (uint32_t)v;
    r->seen |= 1u << i;
    return MGP_OK;
  }
  return bad_line(r, name, value);
}

static mgp_status_t parse_line(reader_t *r, char *line) {
  char *value = strchr(line, ' ');
  uint64_t v;
  if (value) *value++ = '\0';
  if (!value || mgp_parse_u64(value, line, 0, UINT64_MAX, &v) != MGP_OK)
    return bad_line(r, line, value);
  if (strcmp(line, "budget") == 0) {
    if (r->budget) return mgp_fail(MGP_BAD_INPUT, "%s: %s is there twice", r->path, line);
    r->plan.budget = v;
    r->budget = true;
    return MGP_OK;
  }
  if (strcmp(line, "shard") == 0) {
    if (v != (uint64_t)r->plan.nshards + 1 || v > 2 * MGP_MAX_SHARDS)
      return bad_line(r, line, value);
    return add_shard(r);
  }
  return parse_member(r, line, v, value);
}

static mgp_status_t parse_text(reader_t *r, char *text) {
  char *save, *line = strtok_r(text, "\n", &save);
  if (!line || strcmp(line, first_line) != 0)
    return mgp_fail(MGP_BAD_INPUT, "%s: is neither a proof nor a plan (first line \"%s\")", r->path,
                    first_line);
  while ((line = strtok_r(NULL, "\n", &save)) != NULL) MGP_TRY(parse_line(r, line));
  if (!r->budget) return mgp_fail(MGP_BAD_INPUT, "%s: the plan has no budget", r->path);
  if (r->plan.nshards == 0) return mgp_fail(MGP_BAD_INPUT, "%s: the plan has no shard", r->path);
  return end_shard(r);
}

static mgp_status_t parse_proof(reader_t *r, const uint8_t *bytes, size_t n) {
  mgp_proof_t proof;
  MGP_TRY(mgp_proof_parse(bytes, n, &proof));
  r->plan.budget = proof.run.budget;
  for (uint32_t i = 0; i < proof.nshards; i++) {
    r->seen = ~0u;
    MGP_TRY(add_shard(r));
    MGP_TRY(mgp_proof_params(&proof, i, &r->params[i]));
  }
  return MGP_OK;
}

static mgp_status_t check_plan(const reader_t *r) {
  for (uint32_t i = 0; i < r->plan.nshards; i++) {
    MGP_TRY(mgp_params_check(&r->params[i]));
    if (r->params[i].partitions != r->params[0].partitions)
      return mgp_fail(MGP_BAD_INPUT, "%s: shards of %u and of %u partitions", r->path,
                      r->params[0].partitions, r->params[i].partitions);
  }
  return MGP_OK;
}

static mgp_status_t finish(reader_t *r, mgp_status_t st, mgp_plan_t *out) {
  char why[512];
  if (st == MGP_OK) st = check_plan(r);
  if (st == MGP_REJECTED) {
    (void)snprintf(why, sizeof why, "%s", mgp_error_message());
    st = mgp_fail(MGP_BAD_INPUT, "%s: %s", r->path, why);
  }
  r->plan.params = r->params;
  if (st == MGP_OK)
    *out = r->plan;
  else
    free(r->params);
  return st;
}

mgp_status_t mgp_plan_file_read(const char *path, mgp_plan_t *out) {
  reader_t r = {.path = path};
  uint8_t *bytes;
  size_t n;
  MGP_TRY(mgp_inputs_read(path, &bytes, &n));
  bool proof = n >= 8 && memcmp(bytes, MGP_PROOF_MAGIC, 8) == 0;
  mgp_status_t st = proof ? parse_proof(&r, bytes, n) : parse_text(&r, (char *)bytes);
  free(bytes);
  return finish(&r, st, out);
}

mgp_status_t mgp_plan_of_proof(const uint8_t *bytes, size_t n, mgp_plan_t *out) {
  reader_t r = {.path = "the proof"};
  return finish(&r, parse_proof(&r, bytes, n), out);
}

void mgp_plan_file_free(mgp_plan_t *plan) {
  free((void *)(uintptr_t)plan->params);
  memset(plan, 0, sizeof *plan);
}

mgp_status_t mgp_plan_file_write(const char *path, const mgp_plan_t *plan) {
  mgp_file_t *f;
  char text[512];
  MGP_TRY(mgp_file_create(path, &f));
  int n = snprintf(text, sizeof text, "%s\nbudget %" PRIu64 "\n", first_line, plan->budget);
  mgp_status_t st = mgp_file_append(f, text, (size_t)n);
  for (uint32_t k = 0; k < plan->nshards && st == MGP_OK; k++) {
    mgp_params_t params = plan->params[k];
    n = snprintf(text, sizeof text, "shard %" PRIu32 "\n", k + 1);
    for (unsigned i = 0; i < MEMBERS; i++)
      n += snprintf(text + n, sizeof text - (size_t)n, "%s %u\n", members[i].name,
                    *member(&params, i));
    st = mgp_file_append(f, text, (size_t)n);
  }
  if (st == MGP_OK) return mgp_file_commit(f);
  mgp_file_abandon(f);
  return st;
}
