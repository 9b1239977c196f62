/* Options of all commands: one table, one parser, and the help texts made from the same table.
 *
 * Long options are written `--name VALUE` or `--name=VALUE`; a few have a letter. `--` ends the
 * options. An option that a command does not have, that is given twice, or that lacks its value is
 * MGP_USAGE. */
#ifndef MGP_CLI_OPTIONS_H
#define MGP_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

typedef struct {
  const char **items; /* pointers into argv */
  size_t n;
} mgp_text_list_t;

/* Values of all options; those that were not given are zero, and so is their bit in `given`. */
typedef struct {
  uint64_t given; /* MGP_OPT() bits */
  /* the run */
  mgp_text_list_t hint;
  uint64_t max_steps;
  bool stats, profile;
  /* files */
  const char *output, *json, *mem_report, *events, *batch, *job_dir;
  /* the proof */
  int backend, isa, cache; /* mgp_backend_kind_t, mgp_isa_t, mgp_cache_t */
  uint64_t partitions, trace_rows, shard_steps, memory, threads, ranks, timeout;
  const char *plan, *write_plan;
  bool no_self_check, resume, share_gpu;
  /* checking a proof */
  const char *elf, *vk, *exit_code, *public_output;
  /* bench */
  const char *workload;
  uint64_t log_steps, repeat;
  bool scaling;
  /* messages */
  bool quiet, verbose, log_ranks, help;
  /* for tests */
  const char *fail_phase, *kill_phase, *stop_phase, *trace_log;
  bool wrong_peak;
} mgp_options_t;

/* id, --name, letter, kind, field, value's name (NULL: for tests, not in the help), help.
 * Kinds: FLAG bool; TEXT const char *; LIST mgp_text_list_t; NUMBER and SIZE uint64_t, bounded by
 * the two numbers behind the kind; CHOICE int, an index into a list of words. */
#define MGP_OPTION_LIST(X)                                                                         \
  X(OUTPUT, "output", 'o', TEXT, output, "FILE", "write the result to FILE")                       \
  X(HINT, "hint", 0, LIST, hint, "FILE", "an item of private input (repeatable)")                  \
  X(MAX_STEPS, "max-steps", 0, NUMBER(1, UINT64_MAX), max_steps, "N",                              \
    "give up on a run that does not halt in N steps")                                              \
  X(STATS, "stats", 0, FLAG, stats, "", "count the instructions by opcode")                        \
  X(PROFILE, "profile", 0, FLAG, profile, "", "count the steps by function")                       \
  X(ELF, "elf", 0, TEXT, elf, "ELF", "the program that must have been proved")                     \
  X(VK, "vk", 0, TEXT, vk, "VK", "the same, by its verifying key (`mgprove setup`)")               \
  X(EXIT_CODE, "exit-code", 0, TEXT, exit_code, "N|any", "exit code to accept (default 0)")        \
  X(PUBLIC_OUTPUT, "public-output", 0, TEXT, public_output, "FILE",                                \
    "the public output must be the contents of FILE")                                              \
  X(WORKLOAD, "workload", 0, TEXT, workload, "NAME", "run this workload only")                     \
  X(LOG_STEPS, "log-steps", 0, NUMBER(10, 28), log_steps, "N",                                     \
    "make each workload at least 2^N steps long (default 20)")                                     \
  X(SCALING, "scaling", 0, FLAG, scaling, "", "how the time falls with the number of ranks")       \
  X(REPEAT, "repeat", 0, NUMBER(1, 100), repeat, "N",                                              \
    "with --scaling: take the fastest of N proofs (default 3)")                                    \
  X(BACKEND, "backend", 0, CHOICE(backend_words), backend, "auto|cpu|cuda|strict",                 \
    "what computes (auto: a GPU if there is one); strict checks memory rules and is slow")         \
  X(ISA, "isa", 0, CHOICE(isa_words), isa, "auto|portable|avx2|avx512",                            \
    "instructions of the cpu backend")                                                             \
  X(CACHE, "cache", 0, CHOICE(cache_words), cache, "auto|none|trace|full",                         \
    "what is kept in memory instead of built again")                                               \
  X(PARTITIONS, "partitions", 0, NUMBER(1, 64), partitions, "P",                                   \
    "partitions of the proof (default: the number of ranks)")                                      \
  X(TRACE_ROWS, "trace-rows", 0, NUMBER(16, 1 << 22), trace_rows, "N",                             \
    "most rows of one trace, a power of two")                                                      \
  X(SHARD_STEPS, "shard-steps", 0, NUMBER(1, 1 << 26), shard_steps, "N",                           \
    "end a shard at the cost of N average steps (default: what fits the memory)")                  \
  X(PLAN, "plan", 0, TEXT, plan, "FILE|PROOF",                                                     \
    "use the plan of a file (`mgprove plan --write-plan`) or of a proof")                          \
  X(WRITE_PLAN, "write-plan", 0, TEXT, write_plan, "FILE", "write the plan to FILE, for --plan")   \
  X(MEMORY, "memory", 0, SIZE(1 << 20, UINT64_MAX), memory, "SIZE",                                \
    "memory per rank, of its GPU if it uses one, as in 4G (default: what there is)")               \
  X(THREADS, "threads", 0, NUMBER(1, 1024), threads, "N",                                          \
    "threads per rank (default: its share of the cores it may use)")                               \
  X(SHARE_GPU, "share-gpu", 0, FLAG, share_gpu, "",                                                \
    "several ranks may use one GPU; it is slower than one rank that has it alone")                 \
  X(RANKS, "ranks", 0, NUMBER(1, 64), ranks, "N",                                                  \
    "run N ranks as threads of this process, without mpirun")                                      \
  X(TIMEOUT, "timeout", 0, NUMBER(1, 1000000000), timeout, "SECONDS",                              \
    "give up if a rank waits longer than that for the others")                                     \
  X(NO_SELF_CHECK, "no-self-check", 0, FLAG, no_self_check, "",                                    \
    "do not verify the proof before it is written")                                                \
  X(JSON, "json", 0, TEXT, json, "FILE", "write the report to FILE as JSON")                       \
  X(MEM_REPORT, "mem-report", 0, TEXT, mem_report, "FILE",                                         \
    "write the memory ledger's peaks to FILE as JSON")                                             \
  X(EVENTS, "events", 0, TEXT, events, "FILE",                                                     \
    "append what happens to FILE, one JSON object per line")                                       \
  X(BATCH, "batch", 0, TEXT, batch, "LIST",                                                        \
    "prove many programs: each line of LIST is the arguments of one")                              \
  X(JOB_DIR, "job-dir", 0, TEXT, job_dir, "DIR",                                                   \
    "keep finished shards in DIR, from which --resume goes on")                                    \
  X(RESUME, "resume", 0, FLAG, resume, "", "go on where a stopped or killed job ended")            \
  X(LOG_RANKS, "log-ranks", 0, FLAG, log_ranks, "", "begin each message with the rank's number")   \
  X(FAIL_PHASE, "fail-phase", 0, TEXT, fail_phase, NULL, "PHASE[:RANK]: fail there")               \
  X(KILL_PHASE, "kill-phase", 0, TEXT, kill_phase, NULL, "PHASE[:RANK[:SHARD]]: be killed there")  \
  X(STOP_PHASE, "stop-phase", 0, TEXT, stop_phase, NULL, "likewise: stand still there (SIGSTOP)")  \
  X(TRACE_LOG, "trace-log", 0, TEXT, trace_log, NULL, "log of builds and tasks, FILE.RANK")        \
  X(WRONG_PEAK, "wrong-peak", 0, FLAG, wrong_peak, NULL, "predict too small a peak")               \
  X(QUIET, "quiet", 'q', FLAG, quiet, "", "only results and errors")                               \
  X(VERBOSE, "verbose", 'v', FLAG, verbose, "", "more messages")                                   \
  X(HELP, "help", 'h', FLAG, help, "", "this text")

typedef enum {
#define MGP_OPTION_ENUM(id, ...) MGP_OPTION_##id,
  MGP_OPTION_LIST(MGP_OPTION_ENUM)
#undef MGP_OPTION_ENUM
      MGP_OPTIONS
} mgp_option_id_t;

#define MGP_OPT(id) (UINT64_C(1) << MGP_OPTION_##id)
/* What every command has. */
#define MGP_OPT_COMMON (MGP_OPT(QUIET) | MGP_OPT(VERBOSE) | MGP_OPT(HELP))

/* Parses argv[0 .. argc), which holds neither the program's name nor the command's. The options
 * in `allowed` (MGP_OPT bits) are known. The other arguments move to the front of argv, *nargs of
 * them. `command` is named in messages. mgp_options_free afterwards, also on error. */
mgp_status_t mgp_options_parse(const char *command, uint64_t allowed, int argc, char **argv,
                               mgp_options_t *out, int *nargs);
/* base with the options that `line` was given in place of its own; lists are replaced too. The
 * result points into both. */
mgp_options_t mgp_options_override(const mgp_options_t *base, const mgp_options_t *line);
void mgp_options_free(mgp_options_t *o);

/* What a description of an option says. */
typedef struct {
  const char *name, *value, *help; /* value: its name, "" for a flag */
  char letter;                     /* 0: none */
  bool repeats;
  const char *const *words; /* the values there are, ending with NULL; or NULL */
} mgp_option_text_t;
/* False for an option that is there for tests only. */
bool mgp_options_text(int id, mgp_option_text_t *out);

/* Prints the lines of the help that describe the options in `allowed`, on stdout. */
void mgp_options_print_help(uint64_t allowed);

#endif
