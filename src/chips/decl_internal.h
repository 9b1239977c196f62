/* A declaration in progress: shared by the builder (decl.c) and the printer (describe.c). */
#ifndef MGP_CHIPS_DECL_INTERNAL_H
#define MGP_CHIPS_DECL_INTERNAL_H

#include "chips/decl.h"

#define MGP_MAX_DEFINITIONS 48u
#define MGP_DECL_POOL_BYTES 12288u
#define MGP_DECL_BUCKETS    (4 * MGP_MAX_NODES)
#define MGP_NO_NODE         UINT16_MAX

struct mgp_decl {
  mgp_chip_t *chip;
  mgp_status_t st;
  const char *kind, *item; /* what is being declared, for messages */
  uint32_t nnodes;
  mgp_xnode_t nodes[MGP_MAX_NODES];
  uint16_t bucket[MGP_DECL_BUCKETS]; /* number of a node + 1, found by the hash of its contents */
  const char *virtual_name[MGP_MAX_VIRTUAL];
  uint32_t ndefinitions;
  struct {
    const char *name;
    uint16_t node;
    uint8_t used;
  } definition[MGP_MAX_DEFINITIONS];
  int shared;                     /* mgp_decl_share */
  uint16_t uses[MGP_MAX_NODES];   /* for the documentation, if shared */
  uint32_t accesses, fields_done; /* mgp_chip_accesses; bit f: field f declared */
  uint16_t pair_age;              /* first half of the TS2 lookup, or MGP_NO_NODE */
  uint32_t pool_used;
  char pool[MGP_DECL_POOL_BYTES];
};

/* NULL if there is no memory. The chip's names point into the result until the chip is done. */
mgp_decl_t *mgp_decl_create(mgp_chip_t *chip, mgp_chip_id_t id, const char *name,
                            const char *columns, const char *virtuals);

/* What chip.c knows of each chip, indexed by id. */
typedef struct {
  const char *name, *columns, *virtuals;
  mgp_decl_fn declare;
} mgp_declaration_t;
extern const mgp_declaration_t mgp_declarations[MGP_CHIP_COUNT];

#endif
