/* A guest that fails: it publishes its exit code, then exits with it.
 * Size: the exit code. */
#include "mgp_guest.h"

int main(void) {
  uint32_t next, code = mgp_hint_size(42, &next);
  mgp_write(MGP_FD_ERR, "this guest fails on purpose\n", 28);
  mgp_print("exit code ");
  mgp_print_u32(code);
  mgp_print("\n");
  mgp_publish_u32(code);
  return (int)code;
}
