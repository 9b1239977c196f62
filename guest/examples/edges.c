/* Executes every RV32IM instruction with edge operands, in all forms of its registers, and every
 * ecall, and compares the results with those that tools/gen_edges.py worked out. Exits with 1 if
 * any differs. Publishes how many checks there were and a checksum of the results.
 * Size: how often all of it is done. */
#include "mgp_guest.h"

typedef uint32_t (*op_t)(uint32_t a, uint32_t b);

/* from edges_ops.S */
extern const uint32_t edges_value[]; /* the operands */
extern const struct { uint32_t values, alu, imm, branch, cases, fill; } edges_count;
extern const char edges_alu_name[][8], edges_imm_name[][8], edges_branch_name[][8];
extern const op_t edges_alu_form[][8], edges_imm_form[][4], edges_branch_form[][8];
extern const uint32_t edges_alu_result[], edges_imm_result[], edges_branch_result[];
extern const char edges_case_name[][8];
extern const struct {
  op_t op;
  uint32_t a, b, result;
} edges_case[];

uint32_t edges_buffer[3] __attribute__((aligned(4096)));

static uint32_t checks, failures, checksum;

static void print_hex32(const char *before, uint32_t value) {
  uint8_t be[4] = {(uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8),
                   (uint8_t)value};
  mgp_print(before);
  mgp_print_hex(be, 4);
}

static void check(const char *name, uint32_t form, uint32_t a, uint32_t b, uint32_t got,
                  uint32_t expected) {
  checks++;
  if (got == expected) return;
  failures++;
  mgp_print(name);
  mgp_print(" form ");
  mgp_print_u32(form);
  print_hex32(": ", a);
  print_hex32(" ", b);
  print_hex32(" gives ", got);
  print_hex32(", not ", expected);
  mgp_print("\n");
}

/* enters a result that does not depend on where the program lies into the checksum */
static uint32_t record(uint32_t result) {
  checksum = (checksum << 5 | checksum >> 27) + result;
  return result;
}

/* forms: 0 rd, rs1, rs2 all different; 1 rd = rs1; 2 rd = rs2; 3 rs1 = rs2; 4 all the same;
 * 5 rd = x0; 6 rs1 = x0; 7 rs2 = x0 */
static void check_alu(void) {
  uint32_t n = edges_count.values;
  for (uint32_t op = 0; op < edges_count.alu; op++)
    for (uint32_t form = 0; form < 8; form++) {
      op_t f = edges_alu_form[op][form];
      const uint32_t *row = edges_alu_result + op * n * n;
      for (uint32_t i = 0; i < n; i++)
        for (uint32_t k = 0; k < n; k++) {
          if ((form == 3 || form == 4 || form == 7) && k > 0) break;
          if (form == 6 && i > 0) break;
          uint32_t expected = form == 3 || form == 4 ? row[i * n + i] : row[i * n + k];
          uint32_t a = edges_value[i], b = edges_value[k];
          check(edges_alu_name[op], form, a, b, record(f(a, b)), form == 5 ? 0 : expected);
        }
    }
}

/* forms: 0 rd and rs1 different; 1 rd = rs1; 2 rd = x0; 3 rs1 = x0 */
static void check_imm(void) {
  uint32_t n = edges_count.values;
  for (uint32_t op = 0; op < edges_count.imm; op++)
    for (uint32_t form = 0; form < 4; form++)
      for (uint32_t i = 0; i < n; i++) {
        uint32_t a = edges_value[i];
        uint32_t expected = form == 2 ? 0 : edges_imm_result[op * n + (form == 3 ? 0 : i)];
        check(edges_imm_name[op], form, a, 0, record(edges_imm_form[op][form](a, 0)), expected);
      }
}

/* forms: forward 0 rs1, rs2; 1 rs1 = rs2; 2 rs1 = x0; 3 rs2 = x0; 4 to 7 the same backward */
static void check_branch(void) {
  uint32_t n = edges_count.values;
  for (uint32_t op = 0; op < edges_count.branch; op++)
    for (uint32_t form = 0; form < 8; form++) {
      const uint32_t *row = edges_branch_result + op * n * n;
      for (uint32_t i = 0; i < n; i++)
        for (uint32_t k = 0; k < n; k++) {
          uint32_t x = form % 4 == 2 ? 0 : i, y = form % 4 == 3 ? 0 : form % 4 == 1 ? x : k;
          uint32_t a = edges_value[i], b = edges_value[k];
          check(edges_branch_name[op], form, a, b, record(edges_branch_form[op][form](a, b)),
                row[x * n + y]);
        }
    }
}

/* lui, auipc, jumps, loads, stores, fence */
static void check_cases(void) {
  uint32_t fill = edges_count.fill;
  for (uint32_t i = 0; i < edges_count.cases; i++) {
    const char *name = edges_case_name[i];
    uint32_t a = edges_case[i].a, b = edges_case[i].b;
    volatile uint32_t *buffer = edges_buffer;
    buffer[0] = buffer[1] = buffer[2] = fill;
    uint32_t got = edges_case[i].op(a, b);
    if (name[0] == 's') got = buffer[1];
    check(name, i, a, b, got, edges_case[i].result);
    check(name, i, a, b, buffer[0] ^ buffer[2], 0);
  }
}

/* no host changes a register or memory by these; HALT and COMMIT are executed at the end */
static void check_ecalls(void) {
  static const char text[] = "edges\n";
  uint32_t at = (uint32_t)(uintptr_t)text;
  check("ecall", 0, 0, 0, mgp_ecall(MGP_ECALL_WRITE, MGP_FD_OUT, at, 6), MGP_FD_OUT);
  check("ecall", 1, 0, 0, mgp_ecall(MGP_ECALL_WRITE, MGP_FD_ERR, at, 6), MGP_FD_ERR);
  check("ecall", 2, 0, 0, mgp_ecall(MGP_ECALL_WRITE, MGP_FD_OUT, at, 0), MGP_FD_OUT);
  check("ecall", 3, 0, 0, mgp_ecall(MGP_ECALL_LOG_STR, at, 6, 0), at);
  check("ecall", 4, 0, 0, mgp_ecall(MGP_ECALL_LOG_PC, at, 0, 0), at);
}

int main(void) {
  uint32_t next, rounds = mgp_hint_size(1, &next);
  for (uint32_t i = 0; i < rounds; i++) {
    check_alu();
    check_imm();
    check_branch();
    check_cases();
  }
  check_ecalls();
  mgp_print_u32(checks);
  mgp_print(" checks, ");
  mgp_print_u32(failures);
  mgp_print(" failures\n");
  mgp_publish_u32(checks);
  mgp_publish_u32(checksum);
  return failures != 0;
}
