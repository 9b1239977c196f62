#include "chips/chip.h"

#include <stdlib.h>

#include "chips/decl_internal.h"

static const struct {
  const char *name;
  uint8_t len, lookup;
} buses[MGP_BUS_COUNT] = {
#define BUS_ROW(name, tag, len, lookup) [tag] = {#name, len, lookup},
    MGP_BUS_LIST(BUS_ROW)
#undef BUS_ROW
};

unsigned mgp_bus_tuple_length(mgp_bus_t bus) {
  return bus < MGP_BUS_COUNT ? buses[bus].len : 0;
}
int mgp_bus_is_lookup(mgp_bus_t bus) {
  return bus < MGP_BUS_COUNT && buses[bus].lookup;
}
const char *mgp_bus_name(mgp_bus_t bus) {
  return bus < MGP_BUS_COUNT && buses[bus].name ? buses[bus].name : "?";
}

mgp_chip_id_t mgp_bus_table(mgp_bus_t bus) {
  switch (bus) {
#define TABLE_CASE(name)                                                                           \
  case MGP_BUS_##name:                                                                             \
    return MGP_CHIP_##name;
    MGP_TABLE_LIST(TABLE_CASE)
#undef TABLE_CASE
  default:
    return MGP_CHIP_NONE;
  }
}

#define NAME_AND_SPACE(col) #col " "
#define CHIP_ROW(name)                                                                             \
  [MGP_CHIP_##name] = {#name, MGP_COLS_##name(NAME_AND_SPACE), "", mgp_decl_chip_##name},
#define TABLE_ROW(name)                                                                            \
  [MGP_CHIP_##name] = {#name, MGP_COLS_##name(NAME_AND_SPACE), MGP_VIRT_##name(NAME_AND_SPACE),    \
                       mgp_decl_chip_##name},
const mgp_declaration_t mgp_declarations[MGP_CHIP_COUNT] = {
    MGP_OPCHIP_LIST(CHIP_ROW) MGP_OTHERCHIP_LIST(CHIP_ROW) MGP_TABLE_LIST(TABLE_ROW)};

mgp_status_t mgp_chipset_create(mgp_chipset_t **out) {
  mgp_chipset_t *set = calloc(1, sizeof *set);
  if (!set) return mgp_fail(MGP_RESOURCES, "no memory for the chip declarations");
  set->chip[MGP_CHIP_NONE].name = "NONE";
  for (unsigned id = MGP_CHIP_NONE + 1; id < MGP_CHIP_COUNT; id++) {
    const mgp_declaration_t *decl = &mgp_declarations[id];
    mgp_status_t st = mgp_chip_declare(&set->chip[id], (mgp_chip_id_t)id, decl->name, decl->columns,
                                       decl->virtuals, decl->declare);
    if (st != MGP_OK) {
      mgp_chipset_destroy(set);
      return st;
    }
  }
  *out = set;
  return MGP_OK;
}

void mgp_chipset_destroy(mgp_chipset_t *set) {
  if (!set) return;
  for (unsigned id = 0; id < MGP_CHIP_COUNT; id++) mgp_chip_release(&set->chip[id]);
  free(set);
}

void mgp_chip_eval_row(const mgp_chip_t *chip, const mgp_f_t *cols, const mgp_f_t *virt,
                       mgp_f_t *values) {
  for (uint32_t i = 0; i < chip->nnodes; i++) {
    const mgp_xnode_t *n = &chip->nodes[i];
    switch (n->op) {
    case MGP_X_COLUMN:
      values[i] = cols[n->a];
      break;
    case MGP_X_VIRTUAL:
      values[i] = virt[n->a];
      break;
    case MGP_X_CONST:
      values[i] = n->value;
      break;
    case MGP_X_ADD:
      values[i] = mgp_f_add(values[n->a], values[n->b]);
      break;
    case MGP_X_SUB:
      values[i] = mgp_f_sub(values[n->a], values[n->b]);
      break;
    default:
      values[i] = mgp_f_mul(values[n->a], values[n->b]);
    }
  }
}

void mgp_chip_eval(const mgp_chip_t *chip, const mgp_e_t *cols, const mgp_e_t *virt,
                   mgp_e_t *values) {
  for (uint32_t i = 0; i < chip->nnodes; i++) {
    const mgp_xnode_t *n = &chip->nodes[i];
    switch (n->op) {
    case MGP_X_COLUMN:
      values[i] = cols[n->a];
      break;
    case MGP_X_VIRTUAL:
      values[i] = virt[n->a];
      break;
    case MGP_X_CONST:
      values[i] = mgp_e_from_f(n->value);
      break;
    case MGP_X_ADD:
      values[i] = mgp_e_add(values[n->a], values[n->b]);
      break;
    case MGP_X_SUB:
      values[i] = mgp_e_sub(values[n->a], values[n->b]);
      break;
    default:
      values[i] =
          chip->nodes[n->a].op == MGP_X_CONST   ? mgp_e_mul_f(values[n->b], chip->nodes[n->a].value)
          : chip->nodes[n->b].op == MGP_X_CONST ? mgp_e_mul_f(values[n->a], chip->nodes[n->b].value)
                                                : mgp_e_mul(values[n->a], values[n->b]);
    }
  }
}
