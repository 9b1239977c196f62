/* Prints the registers and a checksum of memory; called by dump.S. */
#include "mgp_guest.h"

extern const uint32_t mgp_ram_start[];

void mgp_dump(const uint32_t x[32]);

static void print_word(uint32_t value) {
  uint8_t be[4] = {(uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8),
                   (uint8_t)value};
  mgp_print_hex(be, 4);
}

void mgp_dump(const uint32_t x[32]) {
  for (uint32_t i = 0; i < 32; i++) {
    mgp_print(i % 8 == 0 ? "x" : " ");
    if (i % 8 == 0) {
      mgp_print_u32(i);
      mgp_print(": ");
    }
    print_word(x[i]);
    if (i % 8 == 7) mgp_print("\n");
  }
  uint32_t sum = 0, n = 0;
  const uint32_t *end = mgp_alloc_end();
  for (const uint32_t *p = mgp_ram_start; p < end; p++, n++) sum = (sum << 5 | sum >> 27) + *p;
  mgp_print_u32(n);
  mgp_print(" words of memory: ");
  print_word(sum);
  mgp_print("\n");
}
