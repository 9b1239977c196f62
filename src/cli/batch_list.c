#include "cli/batch_list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/text.h"

#define LINE_OPTIONS                                                                               \
  (MGP_OPT(OUTPUT) | MGP_OPT(HINT) | MGP_OPT(MAX_STEPS) | MGP_OPT(JSON) | MGP_OPT(MEM_REPORT) |    \
   MGP_OPT(JOB_DIR) | MGP_OPT(PLAN) | MGP_OPT(PARTITIONS) | MGP_OPT(TRACE_ROWS) |                  \
   MGP_OPT(SHARD_STEPS))

static bool blank(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

/* Moves the word at *at, without its quotes, to *to. False if a quote is not closed. */
static bool take_word(char **at, char **to) {
  char quote = '\0', *in = *at, *out = *to;
  for (; *in && (quote || !blank(*in)); in++) {
    if (*in == '\\' && quote != '\'' && in[1]) {
      *out++ = *++in;
    } else if (quote ? *in == quote : *in == '\'' || *in == '"') {
      quote = quote ? '\0' : *in;
    } else {
      *out++ = *in;
    }
  }
  bool more = *in != '\0';
  *out++ =
      '\0'; /* in place: out was not beyond in, and in is not read again but for what follows */
  *at = in + more;
  *to = out;
  return quote == '\0';
}

/* words: room for as many as the line has characters. */
static mgp_status_t split(const char *path, unsigned number, char *text, char **words, int *n) {
  char *at = text, *to = text;
  for (*n = 0;;) {
    while (blank(*at)) at++;
    if (*at == '\0' || *at == '#') return MGP_OK;
    words[*n] = to;
    if (!take_word(&at, &to))
      return mgp_fail(MGP_BAD_INPUT, "%s:%u: a quote is not closed", path, number);
    ++*n;
  }
}

static mgp_status_t parse_line(const char *path, unsigned number, char *text,
                               mgp_batch_line_t *line, bool *empty) {
  char why[512];
  int nwords = 0, nargs = 0;
  line->number = number;
  line->words = malloc((strlen(text) + 1) * sizeof *line->words);
  if (!line->words) return mgp_fail(MGP_RESOURCES, "%s: out of memory", path);
  MGP_TRY(split(path, number, text, line->words, &nwords));
  *empty = nwords == 0;
  if (*empty) return MGP_OK;
  mgp_status_t st =
      mgp_options_parse("prove", LINE_OPTIONS, nwords, line->words, &line->opt, &nargs);
  if (st == MGP_OK && nargs != 1)
    st = mgp_fail(MGP_USAGE, nargs ? "leftover argument \"%.60s\"" : "no program on this line",
                  nargs ? line->words[1] : "");
  if (st != MGP_OK) {
    (void)snprintf(why, sizeof why, "%s", mgp_error_message());
    return mgp_fail(st == MGP_USAGE ? MGP_BAD_INPUT : st, "%s:%u: %s", path, number, why);
  }
  return mgp_output_name(line->words[0], line->opt.output, ".mgp", &line->output);
}

static void free_line(mgp_batch_line_t *line) {
  mgp_options_free(&line->opt);
  free(line->words);
  free(line->output);
  memset(line, 0, sizeof *line);
}

static int by_output(const void *a, const void *b) {
  const mgp_batch_line_t *const *x = a, *const *y = b;
  int order = strcmp((*x)->output, (*y)->output);
  return order ? order : ((*x)->number > (*y)->number) - ((*x)->number < (*y)->number);
}

static mgp_status_t check_outputs(const char *path, const mgp_batch_list_t *list) {
  mgp_status_t st = MGP_OK;
  const mgp_batch_line_t **order = malloc((list->n + 1) * sizeof *order);
  if (!order) return mgp_fail(MGP_RESOURCES, "%s: out of memory", path);
  for (size_t i = 0; i < list->n; i++) order[i] = &list->lines[i];
  qsort(order, list->n, sizeof *order, by_output);
  for (size_t i = 1; i < list->n && st == MGP_OK; i++)
    if (strcmp(order[i - 1]->output, order[i]->output) == 0)
      st = mgp_fail(MGP_BAD_INPUT, "%s:%u: writes to %s, as line %u does", path, order[i]->number,
                    order[i]->output, order[i - 1]->number);
  free(order);
  return st;
}

mgp_status_t mgp_batch_list_parse(const char *path, char *text, mgp_batch_list_t *out) {
  mgp_batch_list_t list = {0};
  mgp_status_t st = MGP_OK;
  size_t cap = 1;
  for (const char *c = text; *c; c++) cap += *c == '\n';
  list.lines = calloc(cap, sizeof *list.lines);
  if (!list.lines) return mgp_fail(MGP_RESOURCES, "%s: out of memory for %zu lines", path, cap);
  for (unsigned number = 1; text && st == MGP_OK; number++) {
    char *end = strchr(text, '\n');
    bool empty = true;
    if (end) *end++ = '\0';
    st = parse_line(path, number, text, &list.lines[list.n], &empty);
    if (st == MGP_OK && empty)
      free_line(&list.lines[list.n]);
    else
      list.n++;
    text = end;
  }
  if (st == MGP_OK && list.n == 0) st = mgp_fail(MGP_BAD_INPUT, "%s: has no program in it", path);
  if (st == MGP_OK) st = check_outputs(path, &list);
  if (st == MGP_OK)
    *out = list;
  else
    mgp_batch_list_free(&list);
  return st;
}

void mgp_batch_list_free(mgp_batch_list_t *list) {
  for (size_t i = 0; i < list->n; i++) free_line(&list->lines[i]);
  free(list->lines);
  memset(list, 0, sizeof *list);
}
