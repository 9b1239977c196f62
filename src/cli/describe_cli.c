#include "cli/describe_cli.h"

#include <stdio.h>
#include <string.h>

#include "base/version.h"
#include "verifier/command.h"

/* One line of the verifier's usage: "  --name VALUE   help". */
static bool usage_option(const char *line, size_t n, char *buf, size_t cap,
                         mgp_option_text_t *out) {
  if (n < 5 || n >= cap || strncmp(line, "  --", 4) != 0) return false;
  memcpy(buf, line, n);
  buf[n] = '\0';
  char *name = buf + 4, *help = strstr(name, "  ");
  if (!help) return false; /* the line of --help, --version: known to everybody */
  *help++ = '\0';
  while (*help == ' ') help++;
  char *value = strchr(name, ' ');
  if (value) *value++ = '\0';
  memset(out, 0, sizeof *out);
  out->name = name;
  out->value = value ? value : "";
  out->help = help;
  return true;
}

void mgp_command_options(const mgp_command_t *command, mgp_option_fn_t fn, void *arg) {
  mgp_option_text_t option;
  char buf[200];
  if (!command->raw) {
    for (int i = 0; i < MGP_OPTIONS; i++)
      if ((command->options | MGP_OPT_COMMON) >> i & 1 && mgp_options_text(i, &option))
        fn(arg, &option);
    return;
  }
  for (const char *line = mgp_verify_usage(); *line;) {
    size_t n = strcspn(line, "\n");
    if (usage_option(line, n, buf, sizeof buf, &option)) fn(arg, &option);
    line += n + (line[n] == '\n');
  }
}

/* --- manual --------------------------------------------------------------------------------- */

/* Text as roff wants it. */
static void put(const char *text) {
  bool start = true;
  for (; *text; text++) {
    if (start && (*text == '.' || *text == '\'')) printf("\\&");
    start = *text == '\n';
    if (*text == '-')
      printf("\\-");
    else if (*text == '\\')
      printf("\\e");
    else
      putchar(*text);
  }
}

static void put_bold(const char *text) {
  printf("\\fB");
  put(text);
  printf("\\fR");
}

static void head(const char *page, const char *summary) {
  printf(".TH ");
  for (const char *c = page; *c; c++) putchar(*c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c);
  printf(" 1 \"\" \"mgprove %s\" \"mgprove manual\"\n.SH NAME\n%s \\- ", mgp_version(), page);
  put(summary);
  printf("\n.SH SYNOPSIS\n");
}

static void put_option(void *arg, const mgp_option_text_t *o) {
  (void)arg;
  printf(".TP\n");
  if (o->letter) {
    const char letter[] = {'-', o->letter, '\0'};
    put_bold(letter);
    printf(", ");
  }
  printf("\\fB\\-\\-");
  put(o->name);
  printf("\\fR");
  if (*o->value) {
    printf(" \\fI");
    put(o->value);
    printf("\\fR");
  }
  printf("\n");
  put(o->help);
  printf("\n");
}

static void put_exit_status(void) {
  static const struct {
    const char *code, *text;
  } codes[] = {
      {"0", "success; of the verifier: the proof is accepted"},
      {"1", "the proof is rejected, or the run trapped"},
      {"2", "wrong command line"},
      {"3", "an input file that is missing or wrong"},
      {"4", "resources or limits, output, another rank: the message says what was needed"},
      {"75", "stopped on request, and what is finished is saved: --resume goes on from there"},
      {"128+n", "ended by signal n with nothing saved"},
  };
  printf(".SH EXIT STATUS\n");
  for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
    printf(".TP\n");
    put_bold(codes[i].code);
    printf("\n");
    put(codes[i].text);
    printf("\n");
  }
}

static void put_see_also(const mgp_command_t *const *commands, const char *page) {
  printf(".SH SEE ALSO\n");
  if (strcmp(page, "mgprove") != 0) printf(".BR mgprove (1),\n");
  for (; *commands; commands++)
    if ((*commands)->summary) printf(".BR mgprove\\-%s (1),\n", (*commands)->name);
  printf(".BR mgverify (1)\n");
}

static void put_command_page(const mgp_command_t *c, const char *page, const char *program) {
  head(page, c->summary);
  put_bold(program);
  printf(" [\\fIOPTION\\fR]... ");
  put(c->raw ? "--elf ELF | --vk VK PROOF" : c->args);
  printf("\n.SH DESCRIPTION\n");
  put(c->summary);
  printf(".\n");
  if (c->text) {
    printf(".PP\n");
    /* the line breaks are those of the help; an empty line is a paragraph */
    for (const char *line = c->text; *line;) {
      char text[200];
      size_t n = strcspn(line, "\n");
      (void)snprintf(text, sizeof text, "%.*s", (int)n, line);
      if (n == 0)
        printf(".PP\n");
      else
        put(text), printf("\n");
      line += n + (line[n] == '\n');
    }
  }
  printf(".SH OPTIONS\n");
  mgp_command_options(c, put_option, NULL);
}

static void put_overview(const mgp_command_t *const *commands) {
  head("mgprove", "prove what RISC-V programs do");
  put_bold("mgprove");
  printf(" \\fICOMMAND\\fR [\\fIOPTION\\fR]...\n.br\n");
  put_bold("mpirun mgprove");
  printf(" \\fICOMMAND\\fR [\\fIOPTION\\fR]...\n.SH DESCRIPTION\n");
  put("Runs a RISC-V program (RV32IM, a static ELF) and writes a proof of what it did, which "
      "anybody "
      "can check with mgverify. Alone, or by all ranks that mpirun or srun starts; the proof is "
      "the "
      "same for every number of ranks.\n");
  printf(".SH COMMANDS\n");
  for (; *commands; commands++) {
    if (!(*commands)->summary) continue;
    printf(".TP\n\\fBmgprove\\-%s\\fR(1)\n", (*commands)->name);
    put((*commands)->summary);
    printf("\n");
  }
}

mgp_status_t mgp_manual_print(const mgp_command_t *const *commands, const char *page) {
  static const char prefix[] = "mgprove-";
  if (strcmp(page, "mgprove") == 0) {
    put_overview(commands);
    put_exit_status();
    put_see_also(commands, page);
    return MGP_OK;
  }
  for (const mgp_command_t *const *c = commands; *c; c++) {
    char program[40];
    bool verifier = (*c)->raw && strcmp(page, "mgverify") == 0;
    bool this = strncmp(page, prefix, strlen(prefix)) == 0 &&
                strcmp(page + strlen(prefix), (*c)->name) == 0 && (*c)->summary;
    if (!verifier && !this) continue;
    (void)snprintf(program, sizeof program, "%s%s", verifier ? "mgverify" : "mgprove ",
                   verifier ? "" : (*c)->name);
    put_command_page(*c, page, program);
    put_exit_status();
    put_see_also(commands, page);
    return MGP_OK;
  }
  return mgp_fail(MGP_USAGE, "no manual page \"%.60s\"", page);
}
