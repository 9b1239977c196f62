/* Completion scripts. What an option takes follows from its value's name: a file for FILE, ELF, VK,
 * LIST and PROOF, a folder for DIR, a word of a list where there is one. */
#include <stdio.h>
#include <string.h>

#include "cli/describe_cli.h"

typedef enum { NOTHING, FILES, FOLDERS, WORDS, OTHER } takes_t;

static takes_t takes(const mgp_option_text_t *o) {
  static const char *const files[] = {"FILE", "FILE|PROOF", "ELF", "VK", "LIST", NULL};
  if (!*o->value) return NOTHING;
  if (o->words) return WORDS;
  if (strcmp(o->value, "DIR") == 0) return FOLDERS;
  for (int i = 0; files[i]; i++)
    if (strcmp(files[i], o->value) == 0) return FILES;
  return OTHER;
}

static void put_words(const mgp_option_text_t *o) {
  for (int i = 0; o->words[i]; i++) printf("%s%s", i ? " " : "", o->words[i]);
}

static void each_command(const mgp_command_t *const *commands,
                         void (*fn)(const mgp_command_t *c, const char *name)) {
  for (; *commands; commands++)
    if ((*commands)->summary) fn(*commands, (*commands)->name);
}

/* --- bash --- */

static void bash_name(void *arg, const mgp_option_text_t *o) {
  (void)arg;
  if (o->letter) printf(" -%c", o->letter);
  printf(" --%s", o->name);
}

static void bash_command(const mgp_command_t *c, const char *name) {
  printf("    %s) options='", name);
  mgp_command_options(c, bash_name, NULL);
  printf("' ;;\n");
}

/* Options have one meaning in all commands: their values need no command. */
static void bash_values(takes_t wanted) {
  mgp_option_text_t o;
  for (int i = 0; i < MGP_OPTIONS; i++) {
    if (!mgp_options_text(i, &o) || takes(&o) != wanted) continue;
    if (wanted == WORDS) {
      printf("    --%s) COMPREPLY=($(compgen -W '", o.name);
      put_words(&o);
      printf("' -- \"$cur\")); return ;;\n");
      continue;
    }
    printf("    --%s%s%c) ", o.name, o.letter ? "|-" : "", o.letter ? o.letter : ' ');
    if (wanted == FOLDERS)
      printf("COMPREPLY=($(compgen -d -- \"$cur\")); return ;;\n");
    else
      printf("%s return ;;\n", wanted == FILES ? "COMPREPLY=($(compgen -f -- \"$cur\"));" : "");
  }
}

static void bash_word(const mgp_command_t *c, const char *name) {
  (void)c;
  printf(" %s", name);
}

static void print_bash(const mgp_command_t *const *commands) {
  printf("# bash completion of mgprove and mgverify, written by `mgprove completion bash`\n"
         "_mgprove() {\n"
         "  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} options\n"
         "  COMPREPLY=()\n"
         "  [ \"$cur\" != = ] || cur=\n"
         "  [ \"$prev\" != = ] || prev=${COMP_WORDS[COMP_CWORD-2]}\n"
         "  case $prev in\n");
  bash_values(WORDS);
  bash_values(FILES);
  bash_values(FOLDERS);
  bash_values(OTHER);
  printf("  esac\n"
         "  local command=${COMP_WORDS[1]}\n"
         "  [ \"${COMP_WORDS[0]##*/}\" != mgverify ] || command=verify\n"
         "  if [ \"$COMP_CWORD\" = 1 ] && [ \"$command\" != verify ]; then\n"
         "    COMPREPLY=($(compgen -W '");
  each_command(commands, bash_word);
  printf(" --help --version' -- \"$cur\") $(compgen -f -- \"$cur\"))\n"
         "    return\n"
         "  fi\n"
         "  case $command in\n");
  each_command(commands, bash_command);
  /* `mgprove FILE` is short for `mgprove prove FILE` */
  for (; *commands; commands++)
    if (strcmp((*commands)->name, "prove") == 0) bash_command(*commands, "*");
  printf("  esac\n"
         "  case $cur in\n"
         "    -*) COMPREPLY=($(compgen -W \"$options\" -- \"$cur\")) ;;\n"
         "    *) COMPREPLY=($(compgen -f -- \"$cur\")) ;;\n"
         "  esac\n"
         "}\n"
         "complete -o filenames -F _mgprove mgprove mgverify\n");
}

/* --- zsh --- */

/* Inside '...[...]'. */
static void zsh_text(const char *text) {
  for (; *text; text++) {
    if (*text == '\'')
      printf("'\\''");
    else if (strchr("[]:\\", *text))
      printf("\\%c", *text);
    else
      putchar(*text);
  }
}

static void zsh_option(void *arg, const mgp_option_text_t *o) {
  (void)arg;
  printf(" \\\n        ");
  if (o->repeats)
    printf("'*'");
  else if (o->letter)
    printf("'(-%c --%s)'", o->letter, o->name);
  if (o->letter)
    printf("{-%c,--%s}'[", o->letter, o->name);
  else
    printf("'--%s[", o->name);
  zsh_text(o->help);
  printf("]");
  if (*o->value) {
    printf(":");
    zsh_text(o->value);
    printf(":");
  }
  switch (takes(o)) {
  case WORDS:
    printf("(");
    put_words(o);
    printf(")");
    break;
  case FILES:
    printf("_files");
    break;
  case FOLDERS:
    printf("_files -/");
    break;
  default:
    break;
  }
  printf("'");
}

static void zsh_command(const mgp_command_t *c, const char *name) {
  printf("    %s)\n      _arguments", name);
  mgp_command_options(c, zsh_option, NULL);
  printf(" \\\n        '*:file:_files' ;;\n");
}

static void zsh_word(const mgp_command_t *c, const char *name) {
  printf("    '%s:", name);
  zsh_text(c->summary);
  printf("'\n");
}

static void print_zsh(const mgp_command_t *const *commands) {
  printf("#compdef mgprove mgverify\n"
         "# zsh completion, written by `mgprove completion zsh`\n"
         "local curcontext=$curcontext state line\n"
         "local -a commands=(\n");
  each_command(commands, zsh_word);
  printf(")\n"
         "local command=verify\n"
         "if [[ $service != mgverify ]]; then\n"
         "  if (( CURRENT == 2 )); then\n"
         "    _describe command commands\n"
         "    _files\n"
         "    return\n"
         "  fi\n"
         "  command=${words[2]}\n"
         "  shift words\n"
         "  (( CURRENT-- ))\n"
         "fi\n"
         "case $command in\n");
  each_command(commands, zsh_command);
  for (; *commands; commands++)
    if (strcmp((*commands)->name, "prove") == 0) zsh_command(*commands, "*");
  printf("esac\n");
}

/* --- fish --- */

static void fish_text(const char *text) {
  for (; *text; text++) printf(*text == '\'' || *text == '\\' ? "\\%c" : "%c", *text);
}

static void fish_values(const mgp_option_text_t *o) {
  if (o->letter) printf(" -s %c", o->letter);
  printf(" -l %s", o->name);
  switch (takes(o)) {
  case WORDS:
    printf(" -x -a '");
    put_words(o);
    printf("'");
    break;
  case FILES:
    printf(" -r -F");
    break;
  case FOLDERS:
    printf(" -x -a '(__fish_complete_directories)'");
    break;
  case OTHER:
    printf(" -x");
    break;
  default:
    break;
  }
  printf(" -d '");
  fish_text(o->help);
  printf("'\n");
}

static void fish_option(void *arg, const mgp_option_text_t *o) {
  printf("complete -c mgprove -n '__fish_seen_subcommand_from %s'", (const char *)arg);
  fish_values(o);
}

static void fish_verifier(void *arg, const mgp_option_text_t *o) {
  (void)arg;
  printf("complete -c mgverify");
  fish_values(o);
}

static void fish_command(const mgp_command_t *c, const char *name) {
  char copy[40];
  printf("complete -c mgprove -n __fish_use_subcommand -a %s -d '", name);
  fish_text(c->summary);
  printf("'\n");
  (void)snprintf(copy, sizeof copy, "%s", name);
  mgp_command_options(c, fish_option, copy);
  if (c->raw) mgp_command_options(c, fish_verifier, NULL);
}

mgp_status_t mgp_completion_print(const mgp_command_t *const *commands, const char *shell) {
  if (strcmp(shell, "bash") == 0) {
    print_bash(commands);
  } else if (strcmp(shell, "zsh") == 0) {
    print_zsh(commands);
  } else if (strcmp(shell, "fish") == 0) {
    printf("# fish completion of mgprove and mgverify, written by `mgprove completion fish`\n");
    each_command(commands, fish_command);
  } else {
    return mgp_fail(MGP_USAGE, "\"%.60s\" is not one of bash, zsh, fish", shell);
  }
  return MGP_OK;
}
