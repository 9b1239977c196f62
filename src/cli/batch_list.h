/* The list of a batch: text whose lines are the arguments of `mgprove prove`, one program each. */
#ifndef MGP_CLI_BATCH_LIST_H
#define MGP_CLI_BATCH_LIST_H

#include "cli/options.h"

typedef struct {
  unsigned number;   /* of the line, from 1 */
  char **words;      /* [1] the program's file; the rest is in opt */
  mgp_options_t opt; /* as given on the line */
  char *output;      /* where the proof goes */
} mgp_batch_line_t;

typedef struct {
  mgp_batch_line_t *lines;
  size_t n;
} mgp_batch_list_t;

/* Takes the text apart, changing it: the result points into it. Words are separated by blanks,
 * '...' and "..." keep blanks, \ keeps the next character (but inside '...'), # at the start of a
 * word begins a comment. MGP_BAD_INPUT, with the line's number, for what is no list: an open quote,
 * an option that lines do not have, two lines with one output, no line at all. */
mgp_status_t mgp_batch_list_parse(const char *path, char *text, mgp_batch_list_t *out);
void mgp_batch_list_free(mgp_batch_list_t *list);

#endif
