/* mgverify: the verifier alone. */
#include "verifier/command.h"

int main(int argc, char **argv) {
  return mgp_verify_command(argc, argv);
}
