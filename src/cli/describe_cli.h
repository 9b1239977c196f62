/* The command line described for other programs: manual pages and shell completion, made from the
 * tables that parse it. All print on stdout. */
#ifndef MGP_CLI_DESCRIBE_CLI_H
#define MGP_CLI_DESCRIBE_CLI_H

#include "cli/cli.h"

/* A page for man(1): "mgprove", "mgverify", or "mgprove-COMMAND". MGP_USAGE for another name. */
mgp_status_t mgp_manual_print(const mgp_command_t *const *commands, const char *page);

/* shell: "bash", "zsh" or "fish"; for mgprove and mgverify. MGP_USAGE for another one. */
mgp_status_t mgp_completion_print(const mgp_command_t *const *commands, const char *shell);

/* Calls fn for each option of a command that its help shows, also for the one that is parsed
 * elsewhere (raw). */
typedef void (*mgp_option_fn_t)(void *arg, const mgp_option_text_t *option);
void mgp_command_options(const mgp_command_t *command, mgp_option_fn_t fn, void *arg);

#endif
