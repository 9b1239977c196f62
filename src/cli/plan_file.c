#include "cli/plan_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/parse.h"
#include "cli/inputs.h"

static const char first_line[] = "# mgprove plan 1";

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

static mgp_status_t parse_line(const char *path, char *line, mgp_params_t *out, unsigned *seen) {
  char *value = strchr(line, ' ');
  uint64_t v;
  if (value) *value++ = '\0';
  for (unsigned i = 0; value && i < MEMBERS; i++) {
    if (strcmp(members[i].name, line) != 0) continue;
    if (*seen >> i & 1) return mgp_fail(MGP_BAD_INPUT, "%s: %s is there twice", path, line);
    if (mgp_parse_u64(value, line, 0, UINT32_MAX, &v) != MGP_OK) break;
    *member(out, i) = (uint32_t)v;
    *seen |= 1u << i;
    return MGP_OK;
  }
  return mgp_fail(MGP_BAD_INPUT, "%s: \"%.60s%s%.60s\" is not a line of a plan", path, line,
                  value ? " " : "", value ? value : "");
}

static mgp_status_t parse_text(const char *path, char *text, mgp_params_t *out) {
  unsigned seen = 0;
  char *save, *line = strtok_r(text, "\n", &save);
  if (!line || strcmp(line, first_line) != 0)
    return mgp_fail(MGP_BAD_INPUT, "%s: is neither a proof nor a plan (first line \"%s\")", path,
                    first_line);
  while ((line = strtok_r(NULL, "\n", &save)) != NULL) MGP_TRY(parse_line(path, line, out, &seen));
  for (unsigned i = 0; i < MEMBERS; i++)
    if (!(seen >> i & 1))
      return mgp_fail(MGP_BAD_INPUT, "%s: the plan has no %s", path, members[i].name);
  return MGP_OK;
}

static mgp_status_t parse_proof(const uint8_t *bytes, size_t n, mgp_params_t *out) {
  mgp_proof_t proof;
  MGP_TRY(mgp_proof_parse(bytes, n, &proof));
  return mgp_proof_params(&proof, 0, out);
}

mgp_status_t mgp_plan_file_read(const char *path, mgp_params_t *out) {
  mgp_params_t params = {0};
  uint8_t *bytes;
  size_t n;
  char why[512];
  MGP_TRY(mgp_inputs_read(path, &bytes, &n));
  bool proof = n >= 8 && memcmp(bytes, MGP_PROOF_MAGIC, 8) == 0;
  mgp_status_t st =
      proof ? parse_proof(bytes, n, &params) : parse_text(path, (char *)bytes, &params);
  free(bytes);
  if (st == MGP_OK) st = mgp_params_check(&params);
  if (st == MGP_REJECTED) {
    (void)snprintf(why, sizeof why, "%s", mgp_error_message());
    return mgp_fail(MGP_BAD_INPUT, "%s: %s", path, why);
  }
  if (st == MGP_OK) *out = params;
  return st;
}

mgp_status_t mgp_plan_file_write(const char *path, const mgp_params_t *params) {
  mgp_params_t copy = *params;
  char text[512];
  int n = snprintf(text, sizeof text, "%s\n", first_line);
  for (unsigned i = 0; i < MEMBERS; i++)
    n += snprintf(text + n, sizeof text - (size_t)n, "%s %u\n", members[i].name, *member(&copy, i));
  return mgp_file_write(path, text, (size_t)n);
}
