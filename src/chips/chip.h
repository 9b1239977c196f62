/* Chips: one declaration per circuit, from which degrees, widths, the verifier's evaluation and
 * the backends' evaluation all come.
 *
 * A chip is a table of rows over F. Its declaration is an expression DAG over the row's columns:
 *   constraints   C_c(row) = 0, degree <= 3, zero on the all-zero row;
 *   interactions  (bus, multiplicity m, tuple t_1..t_l): contributes m / (alpha + bus +
 *                 sum_i beta^i t_i) to the bus sum; m of degree <= 1, entries of degree <= 2.
 * Tables also have *virtual* columns, public functions of the row index that are not committed.
 * Rows beyond the last one are zero and contribute nothing (the protocol multiplies by sel).
 * Signs: a send is +1, a receive -1, a lookup request -1, a table row +multiplicity. */
#ifndef MGP_CHIPS_CHIP_H
#define MGP_CHIPS_CHIP_H

#include "base/status.h"
#include "math/ext.h"
#include "vm/program.h"

#define MGP_MAX_COLUMNS         320u
#define MGP_MAX_VIRTUAL         8u
#define MGP_MAX_NODES           4096u
#define MGP_MAX_CONSTRAINTS     320u
#define MGP_MAX_INTERACTIONS    64u
#define MGP_MAX_TUPLE           15u
#define MGP_CONSTRAINT_DEGREE   3
#define MGP_TUPLE_DEGREE        2
#define MGP_MULTIPLICITY_DEGREE 1

/* Bus tags: nonzero, disjoint, one tuple length each. name, tag, tuple length, lookup? */
#define MGP_BUS_LIST(X)                                                                            \
  X(STATE, 1, 2, 0)       /* pc, ts */                                                             \
  X(MEM, 2, 5, 0)         /* a_lo, a_hi, v_lo, v_hi, ts */                                         \
  X(EXIT, 3, 2, 0)        /* v_lo, v_hi */                                                         \
  X(PUB, 4, 3, 0)         /* i, v_lo, v_hi */                                                      \
  X(CHAIN_IMAGE, 5, 1, 0) /* key */                                                                \
  X(CHAIN_HINT, 6, 1, 0)  /* key */                                                                \
  X(CHAIN_ZERO, 7, 2, 0)  /* gap, key */                                                           \
  X(PROGRAM, 8, 5, 1)     /* pc, k, x, y, z */                                                     \
  X(IMAGE, 9, 4, 1)       /* key mod 2^14, key >> 14, v_lo, v_hi */                                \
  X(RANGE, 10, 2, 1)      /* B, v: B = 2^n, n <= 16, v < B */                                      \
  X(BYTE, 11, 4, 1)       /* op, x, y, z: 0: z = 0; 1: z = x & y; 2: z = x >> 7 */                 \
  X(TS2, 12, 2, 1)        /* d, e < 2^MGP_TS2_BITS */                                              \
  X(SHAMT, 13, 4, 1)      /* x + 2^16 left, w2 + 2 w1 + 4 w0, Q, P */                              \
  X(SHARD, 14, 4, 0)      /* 1, in, id, s: what a SHARD_RAM row does (decl_shard_ram.c) */         \
  X(ACC, 15, 15, 0)       /* i, x, y: the sum of points before row i */

typedef enum {
  MGP_BUS_NONE,
#define MGP_BUS_ENUM(name, tag, len, lookup) MGP_BUS_##name = tag,
  MGP_BUS_LIST(MGP_BUS_ENUM)
#undef MGP_BUS_ENUM
      MGP_BUS_COUNT
} mgp_bus_t;

#define MGP_TS2_BITS   8u
#define MGP_TS_LIMIT   (1u << 29)
#define MGP_REG_SPACE  (1u << 17)   /* a_hi of the register space */
#define MGP_RANGE_ROWS ((1u << 17)) /* row i in [B, 2B) is (B, i - B); row 0 = a copy of (1, 0) */
#define MGP_BYTE_ROWS  (1u << 16)   /* row x + 256 y; one multiplicity column per op */
#define MGP_TS2_ROWS   (1u << (2 * MGP_TS2_BITS))
#define MGP_SHAMT_ROWS (1u << 17)

typedef enum {
  MGP_X_COLUMN,
  MGP_X_VIRTUAL,
  MGP_X_CONST,
  MGP_X_ADD,
  MGP_X_SUB,
  MGP_X_MUL
} mgp_xop_t;

/* Node operands come before the node. CONST: value (Montgomery). COLUMN, VIRTUAL: a = index. */
typedef struct {
  uint8_t op;
  uint8_t degree;
  uint16_t a, b;
  mgp_f_t value;
} mgp_xnode_t;

typedef struct {
  uint8_t bus, len;
  uint16_t mult;
  uint16_t tuple[MGP_MAX_TUPLE];
} mgp_interaction_t;

typedef struct {
  const char *name;
  uint8_t id; /* mgp_chip_id_t */
  uint8_t is_table;
  uint8_t dt; /* timestamps used by a row (instruction chips) */
  uint32_t ncols, nvirtual;
  const char *col_name[MGP_MAX_COLUMNS];
  uint32_t nnodes, nconstraints, ninteractions;
  mgp_xnode_t *nodes;
  const char *constraint_name[MGP_MAX_CONSTRAINTS];
  uint16_t constraints[MGP_MAX_CONSTRAINTS];
  mgp_interaction_t interactions[MGP_MAX_INTERACTIONS];
  uint32_t lookup_buses; /* bit b: the chip requests on lookup bus b */
  uint32_t cost;         /* integer cost of a row: what shard and partition cuts count */
  uint8_t max_degree;    /* over constraints, and 1 + tuple degree */
} mgp_chip_t;

/* All chips, indexed by mgp_chip_id_t; chip[MGP_CHIP_NONE] has no columns. Immutable once built, so
 * any number of threads may share one. Building checks every rule stated above. */
typedef struct {
  mgp_chip_t chip[MGP_CHIP_COUNT];
} mgp_chipset_t;
mgp_status_t mgp_chipset_create(mgp_chipset_t **out);
void mgp_chipset_destroy(mgp_chipset_t *set);

unsigned mgp_bus_tuple_length(mgp_bus_t bus);
int mgp_bus_is_lookup(mgp_bus_t bus);
const char *mgp_bus_name(mgp_bus_t bus);
/* The chip whose rows answer requests on a lookup bus. */
mgp_chip_id_t mgp_bus_table(mgp_bus_t bus);

/* Values of all nodes at a point where the columns take values in K (the verifier's use).
 * values has room for chip->nnodes. */
void mgp_chip_eval(const mgp_chip_t *chip, const mgp_e_t *cols, const mgp_e_t *virt,
                   mgp_e_t *values);
/* The same for one row over F (tests, the constraint checker, lookup counting). */
void mgp_chip_eval_row(const mgp_chip_t *chip, const mgp_f_t *cols, const mgp_f_t *virt,
                       mgp_f_t *values);

/* --- tables ------------------------------------------------------------------------------- */

/* Rows of a table for this program: PROGRAM ninsn, IMAGE nimage_words, others fixed. */
uint32_t mgp_table_rows(mgp_chip_id_t table, const mgp_program_t *prog);
/* Virtual columns of row i, in Montgomery form. */
void mgp_table_virtual(mgp_chip_id_t table, const mgp_program_t *prog, uint32_t i,
                       mgp_f_t virt[MGP_MAX_VIRTUAL]);
/* Multilinear extensions of the virtual columns over rows [0, rows) (zero beyond) at the point r of
 * n = ceil(log2 rows) coordinates, low bit first. Closed form for RANGE, BYTE, TS2, SHAMT; linear
 * in the program's size for PROGRAM and IMAGE. */
mgp_status_t mgp_table_virtual_mle(mgp_chip_id_t table, const mgp_program_t *prog, const mgp_e_t *r,
                                   unsigned n, mgp_e_t virt[MGP_MAX_VIRTUAL]);
/* Where a lookup request counts: index into the table's multiplicity columns, [column][rows]
 * flattened, from the canonical tuple; UINT64_MAX if the tuple is not in the table (a prover bug).
 * PROGRAM and IMAGE requests are looked up in prog. */
uint64_t mgp_table_index(mgp_bus_t bus, const uint32_t *tuple, const mgp_program_t *prog);

#endif
