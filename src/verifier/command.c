#include "verifier/command.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/keccak.h"
#include "base/parse.h"
#include "base/version.h"
#include "mgprove/verify.h"

#define MAX_PROGRAM_BYTES (UINT64_C(1) << 28)
#define MAX_PROOF_BYTES   (UINT64_C(1) << 31)
#define MAX_SHOWN         1024u /* bytes of public output */

typedef struct {
  const char *elf, *vk, *output, *proof;
  int any_exit_code, json;
  uint32_t exit_code;
} options_t;

static const char usage[] =
    "usage: %s --elf ELF | --vk VK [options] PROOF\n"
    "Checks a proof against this program.\n"
    "  --elf ELF             the program\n"
    "  --vk VK               its verifying key, made by `mgprove setup`\n"
    "  --exit-code N|any     the exit code that the run must have (default 0)\n"
    "  --public-output FILE  the run must have this public output\n"
    "  --json                result as JSON\n"
    "  --help, --version\n";

const char *mgp_verify_usage(void) {
  return usage;
}

/* The option's value, from `--name=value` or the next argument. */
static mgp_status_t take_value(int argc, char **argv, int *i, const char *name, const char **out) {
  size_t n = strlen(name);
  if (argv[*i][n] == '=') {
    *out = argv[*i] + n + 1;
  } else if (*i + 1 < argc) {
    *out = argv[++*i];
  } else {
    return mgp_fail(MGP_USAGE, "%s needs a value", name);
  }
  return MGP_OK;
}

static int is_option(const char *arg, const char *name) {
  size_t n = strlen(name);
  return strncmp(arg, name, n) == 0 && (arg[n] == 0 || arg[n] == '=');
}

static mgp_status_t parse_options(int argc, char **argv, options_t *o) {
  for (int i = 1; i < argc; i++) {
    const char *value = NULL;
    if (is_option(argv[i], "--elf")) {
      MGP_TRY(take_value(argc, argv, &i, "--elf", &o->elf));
    } else if (is_option(argv[i], "--vk")) {
      MGP_TRY(take_value(argc, argv, &i, "--vk", &o->vk));
    } else if (is_option(argv[i], "--public-output")) {
      MGP_TRY(take_value(argc, argv, &i, "--public-output", &o->output));
    } else if (is_option(argv[i], "--exit-code")) {
      uint64_t code = 0;
      MGP_TRY(take_value(argc, argv, &i, "--exit-code", &value));
      o->any_exit_code = strcmp(value, "any") == 0;
      if (!o->any_exit_code) MGP_TRY(mgp_parse_u64(value, "--exit-code", 0, UINT32_MAX, &code));
      o->exit_code = (uint32_t)code;
    } else if (strcmp(argv[i], "--json") == 0) {
      o->json = 1;
    } else if (argv[i][0] == '-' && argv[i][1]) {
      return mgp_fail(MGP_USAGE, "unknown option %s", argv[i]);
    } else if (o->proof) {
      return mgp_fail(MGP_USAGE, "one proof at a time: %s is left over", argv[i]);
    } else {
      o->proof = argv[i];
    }
  }
  if (!o->proof) return mgp_fail(MGP_USAGE, "no proof file given");
  if (!o->elf == !o->vk)
    return mgp_fail(MGP_USAGE, "give the program: either --elf or --vk, and not both");
  return MGP_OK;
}

static mgp_status_t load_program(const options_t *o, mgprove_program_t **out) {
  uint8_t *bytes;
  size_t n;
  char err[256];
  const char *path = o->elf ? o->elf : o->vk;
  MGP_TRY(mgp_file_read(path, MAX_PROGRAM_BYTES, &bytes, &n));
  mgprove_verdict_t v = o->elf ? mgprove_program_from_elf(bytes, n, out, err, sizeof err)
                               : mgprove_program_from_vk(bytes, n, out, err, sizeof err);
  free(bytes);
  if (v == MGPROVE_ACCEPTED) return MGP_OK;
  return mgp_fail(v == MGPROVE_BAD_PROGRAM ? MGP_BAD_INPUT : MGP_RESOURCES, "%s: %s", path, err);
}

/* What is expected of the run beyond a valid proof. */
static mgp_status_t check_expected(const options_t *o, mgprove_result_t *r) {
  if (!o->any_exit_code && r->exit_code != o->exit_code) {
    snprintf(r->check, sizeof r->check, "exit-code");
    snprintf(r->message, sizeof r->message, "the run ended with exit code %u, expected was %u",
             r->exit_code, o->exit_code);
    return MGP_REJECTED;
  }
  if (!o->output) return MGP_OK;
  uint8_t *bytes, digest[32];
  size_t n;
  MGP_TRY(mgp_file_read(o->output, UINT32_MAX, &bytes, &n));
  mgp_keccak256(bytes, n, digest);
  free(bytes);
  if (memcmp(digest, r->output_digest, 32) == 0) return MGP_OK;
  snprintf(r->check, sizeof r->check, "public-output");
  snprintf(r->message, sizeof r->message, "the run's public output is not that of %s", o->output);
  return MGP_REJECTED;
}

static void print_hex(const uint8_t *bytes, size_t n) {
  for (size_t i = 0; i < n; i++) printf("%02x", bytes[i]);
}

static int is_text(const uint8_t *bytes, size_t n) {
  for (size_t i = 0; i < n; i++)
    if ((bytes[i] < 0x20 && bytes[i] != '\n' && bytes[i] != '\t') || bytes[i] > 0x7e) return 0;
  return 1;
}

static void print_output(const mgprove_result_t *r) {
  if (!r->has_commit) {
    printf("public output  none\n");
    return;
  }
  printf("output digest  ");
  print_hex(r->output_digest, 32);
  if (!r->has_output) {
    printf("\npublic output  not in the proof\n");
    return;
  }
  size_t shown = r->output_bytes < MAX_SHOWN ? r->output_bytes : MAX_SHOWN;
  int text = is_text(r->output, r->output_bytes);
  printf("\npublic output  %zu bytes%s%s\n", r->output_bytes, text ? "" : ", in hex",
         shown < r->output_bytes ? ", the first 1024" : "");
  if (text)
    fwrite(r->output, 1, shown, stdout);
  else
    print_hex(r->output, shown);
  if (shown && (!text || r->output[shown - 1] != '\n')) putchar('\n');
}

/* Never rounded up. */
static double shown_bits(double bits) {
  return floor(bits * 10) / 10;
}

static void print_text(const mgprove_program_t *prog, int accepted, const mgprove_result_t *r) {
  uint8_t digest[32];
  mgprove_program_digest(prog, digest);
  printf("verdict        %s\n", accepted ? "accepted" : "REJECTED");
  printf("program        ");
  print_hex(digest, 32);
  putchar('\n');
  if (!accepted) {
    printf("check          %s\nreason         %s\n", r->check, r->message);
    return;
  }
  printf("exit code      %u\n", r->exit_code);
  print_output(r);
  if (r->memory_shards)
    printf("shards         %u, and %u of memory\n", r->shards, r->memory_shards);
  printf("security       %.1f bits\n", shown_bits(r->security_bits));
}

static mgp_status_t print_json(const mgprove_program_t *prog, int accepted,
                               const mgprove_result_t *r) {
  mgp_json_t *j;
  uint8_t digest[32];
  const char *text;
  size_t n;
  MGP_TRY(mgp_json_create(&j));
  mgprove_program_digest(prog, digest);
  mgp_json_object_begin(j, NULL);
  mgp_json_bool(j, "accepted", accepted != 0);
  mgp_json_hex(j, "program", digest, 32);
  if (accepted) {
    mgp_json_u64(j, "exit_code", r->exit_code);
    mgp_json_bool(j, "has_commit", r->has_commit != 0);
    mgp_json_hex(j, "output_digest", r->output_digest, 32);
    if (r->has_output)
      mgp_json_hex(j, "public_output", r->output, r->output_bytes);
    else
      mgp_json_null(j, "public_output");
    mgp_json_u64(j, "shards", r->shards);
    mgp_json_u64(j, "memory_shards", r->memory_shards);
    mgp_json_f64(j, "security_bits", shown_bits(r->security_bits));
  } else {
    mgp_json_string(j, "check", r->check);
    mgp_json_string(j, "reason", r->message);
  }
  mgp_json_object_end(j);
  mgp_status_t st = mgp_json_finish(j, &text, &n);
  if (st == MGP_OK) fwrite(text, 1, n, stdout);
  mgp_json_destroy(j);
  return st;
}

static mgp_status_t verify_file(const options_t *o) {
  mgprove_program_t *prog = NULL;
  uint8_t *proof = NULL;
  size_t n;
  mgprove_result_t r;
  MGP_TRY(load_program(o, &prog));
  mgp_status_t st = mgp_file_read(o->proof, MAX_PROOF_BYTES, &proof, &n);
  if (st != MGP_OK) goto done;
  mgprove_verdict_t v = mgprove_verify(prog, proof, n, &r);
  st = v == MGPROVE_ACCEPTED ? check_expected(o, &r) : MGP_REJECTED;
  if (v != MGPROVE_ACCEPTED && v != MGPROVE_REJECTED)
    st = mgp_fail(MGP_RESOURCES, "%s: %s", o->proof, r.message);
  if (st == MGP_OK || st == MGP_REJECTED) {
    mgp_status_t printed = MGP_OK;
    if (o->json)
      printed = print_json(prog, st == MGP_OK, &r);
    else
      print_text(prog, st == MGP_OK, &r);
    if (printed == MGP_OK && (fflush(stdout) || ferror(stdout)))
      printed = mgp_fail(MGP_IO, "cannot write to stdout");
    if (printed != MGP_OK) st = printed;
  }
done:
  free(proof);
  mgprove_program_destroy(prog);
  return st;
}

int mgp_verify_command(int argc, char **argv) {
  options_t o = {0};
  for (int i = 1; i < argc; i++) {
    if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
      printf(usage, argv[0]);
      return 0;
    }
    if (strcmp(argv[i], "--version") == 0) {
      printf("%s %s (%s)\n", argv[0], mgp_version(), mgp_version_commit());
      return 0;
    }
  }
  mgp_status_t st = parse_options(argc, argv, &o);
  if (st == MGP_OK) st = verify_file(&o);
  if (st == MGP_USAGE)
    fprintf(stderr, "%s: %s (`%s --help`)\n", argv[0], mgp_error_message(), argv[0]);
  else if (st != MGP_OK && st != MGP_REJECTED)
    fprintf(stderr, "%s: %s\n", argv[0], mgp_error_message());
  return mgp_status_exit_code(st);
}
