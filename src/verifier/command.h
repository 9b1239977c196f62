/* The command line of the verifier: `mgverify ...`, and `mgprove verify ...` with argv moved by
 * one. */
#ifndef MGP_VERIFIER_COMMAND_H
#define MGP_VERIFIER_COMMAND_H

/* argv[0] is the name for messages. Results go to stdout, errors to stderr. Returns the exit code:
 * 0 only if the proof is accepted and what is expected of the run holds; 1 rejected, 2 usage, 3 bad
 * file, 4 memory or internal error. */
int mgp_verify_command(int argc, char **argv);

/* The help, with %s for the program's name. */
const char *mgp_verify_usage(void);

#endif
