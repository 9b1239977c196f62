/* Declaring a chip: formulas as text, over column names, definitions and integers.
 *
 * A declaration is a function that calls the operations below on an mgp_decl_t. Formulas have
 * + - * ( ), unary minus and / by a constant (multiplication by the inverse mod p); names are
 * columns, virtual columns, definitions made with LET, and the constants REG and HALT_PC. Equal
 * subexpressions become one node; constants are folded. Every rule of chips/chip.h is checked, and
 * the first violation is reported with chip and item; later calls then do nothing. */
#ifndef MGP_CHIPS_DECL_H
#define MGP_CHIPS_DECL_H

#include "chips/chip.h"
#include "chips/columns.h"

typedef struct mgp_decl mgp_decl_t;
typedef void (*mgp_decl_fn)(mgp_decl_t *d);

/* Runs a declaration. `columns` and `virtuals` are names separated by spaces, in trace order; they
 * must outlive the chip, as must all names and formulas (string literals do). On MGP_OK the chip
 * owns nodes; mgp_chip_release frees them. */
mgp_status_t mgp_chip_declare(mgp_chip_t *chip, mgp_chip_id_t id, const char *name,
                              const char *columns, const char *virtuals, mgp_decl_fn fn);
void mgp_chip_release(mgp_chip_t *chip);

/* A name for a formula. */
void mgp_decl_let(mgp_decl_t *d, const char *name, const char *formula);
/* Constraint: formula = 0. */
void mgp_decl_zero(mgp_decl_t *d, const char *name, const char *formula);
/* One constraint x * (x - 1) = 0 for each of the names. */
void mgp_decl_bits(mgp_decl_t *d, const char *names);
/* Interactions; tuples are formulas separated by commas. A lookup bus takes only requests from
 * chips and only entries from tables; the others sends and receives. */
void mgp_decl_send(mgp_decl_t *d, mgp_bus_t bus, const char *tuple);
void mgp_decl_receive(mgp_decl_t *d, mgp_bus_t bus, const char *tuple);
void mgp_decl_request(mgp_decl_t *d, mgp_bus_t bus, const char *multiplicity, const char *tuple);
void mgp_decl_entry(mgp_decl_t *d, mgp_bus_t bus, const char *multiplicity, const char *tuple);

/* A move on a bus that is no lookup, with a multiplicity that is a formula: 1 gives, -1 takes. */
void mgp_decl_move(mgp_decl_t *d, mgp_bus_t bus, const char *multiplicity, const char *tuple);

/* --- expressions as nodes, where formulas would be too long ---------------------------------- */

typedef uint16_t mgp_node_t;
mgp_node_t mgp_decl_formula(mgp_decl_t *d, const char *formula);
mgp_node_t mgp_decl_constant(mgp_decl_t *d, mgp_f_t value);
mgp_node_t mgp_decl_add(mgp_decl_t *d, mgp_node_t a, mgp_node_t b);
mgp_node_t mgp_decl_sub(mgp_decl_t *d, mgp_node_t a, mgp_node_t b);
mgp_node_t mgp_decl_mul(mgp_decl_t *d, mgp_node_t a, mgp_node_t b);
/* A name for a node. */
void mgp_decl_define(mgp_decl_t *d, const char *name, mgp_node_t node);
/* Constraint: node = 0. */
void mgp_decl_zero_node(mgp_decl_t *d, const char *name, mgp_node_t node);
/* Asks the documentation to name every node that is used more than once. */
void mgp_decl_share(mgp_decl_t *d);

/* --- vocabulary of instruction chips ------------------------------------------------------- */

/* STATE: takes (pc, ts), gives (next_pc, ts + dt). */
void mgp_decl_step(mgp_decl_t *d, const char *next_pc);
/* PROGRAM: id + 2^5 rd + 2^11 rs1 + 2^17 rs2 + 2^23 flag_0 + 2^24 flag_1 + ... and x, y, z. Fields
 * are formulas; flags are names separated by spaces. */
void mgp_decl_program(mgp_decl_t *d, const char *rd, const char *rs1, const char *rs2,
                      const char *flags, const char *xyz);
/* One access of register `key`: takes the token with value `in` ("lo, hi") and timestamp `prev`,
 * gives it back with value `out`, and proves the age. Slot and kind of proof come from
 * MGP_ACCESS_LIST. mgp_decl_register_if: only where the column `cond` is 1. */
void mgp_decl_register(mgp_decl_t *d, mgp_field_t field, const char *key, const char *in,
                       const char *out, const char *prev);
void mgp_decl_register_if(mgp_decl_t *d, mgp_field_t field, const char *key, const char *in,
                          const char *out, const char *prev, const char *cond);
/* One access of a memory word at slot 0: key "a_lo, a_hi". The age ts - prev - 1 is proved to be in
 * [0, 2^29) with the column dh, its bits from 16 up. */
void mgp_decl_memory(mgp_decl_t *d, const char *key, const char *in, const char *out,
                     const char *prev, const char *dh);

/* Short forms for declaration files. */
#define LET(name, ...)                    mgp_decl_let(d, name, __VA_ARGS__)
#define ZERO(name, formula)               mgp_decl_zero(d, name, formula)
#define BITS(names)                       mgp_decl_bits(d, names)
#define SEND(bus, tuple)                  mgp_decl_send(d, MGP_BUS_##bus, tuple)
#define RECEIVE(bus, tuple)               mgp_decl_receive(d, MGP_BUS_##bus, tuple)
#define LOOKUP(bus, tuple)                mgp_decl_request(d, MGP_BUS_##bus, "1", tuple)
#define LOOKUP_IF(m, bus, tuple)          mgp_decl_request(d, MGP_BUS_##bus, m, tuple)
#define ENTRY(bus, m, tuple)              mgp_decl_entry(d, MGP_BUS_##bus, m, tuple)
#define MOVE(m, bus, tuple)               mgp_decl_move(d, MGP_BUS_##bus, m, tuple)
#define U16(formula)                      LOOKUP(RANGE, "65536, " formula)
#define STEP(next_pc)                     mgp_decl_step(d, next_pc)
#define PROGRAM(rd, rs1, rs2, flags, xyz) mgp_decl_program(d, rd, rs1, rs2, flags, xyz)
#define READ_A()                          mgp_decl_register(d, MGP_FIELD_A, "rs1", "a_lo, a_hi", "a_lo, a_hi", "p1")
#define READ_B()                          mgp_decl_register(d, MGP_FIELD_B, "rs2", "b_lo, b_hi", "b_lo, b_hi", "p2")
#define WRITE_O(out)                      mgp_decl_register(d, MGP_FIELD_O, "rd", "o_lo, o_hi", out, "pd")
#define REPLACE_A(out)                    mgp_decl_register(d, MGP_FIELD_A, "rs1", "a_lo, a_hi", out, "p1")
#define MEMORY(key, out)                  mgp_decl_memory(d, key, "m_lo, m_hi", out, "pm", "dh")

/* One declaration per chip, named after it. */
#define MGP_DECL_PROTOTYPE(name) void mgp_decl_chip_##name(mgp_decl_t *d);
MGP_OPCHIP_LIST(MGP_DECL_PROTOTYPE)
MGP_OTHERCHIP_LIST(MGP_DECL_PROTOTYPE)
MGP_TABLE_LIST(MGP_DECL_PROTOTYPE)
#undef MGP_DECL_PROTOTYPE
#define CHIP(name) void mgp_decl_chip_##name(mgp_decl_t *d)

#endif
