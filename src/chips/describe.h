/* Prints chips as text: what docs/chips.md lists. */
#ifndef MGP_CHIPS_DESCRIBE_H
#define MGP_CHIPS_DESCRIBE_H

#include <stdio.h>

#include "chips/chip.h"

/* One line per chip: columns, interactions by bus, constraints, degree, timestamps, cost. */
void mgp_chipset_print_table(const mgp_chipset_t *set, FILE *f);
/* A chip in full: columns, definitions, constraints and interactions, in their order. Formulas are
 * printed from the expression DAG, so they are what is evaluated. */
mgp_status_t mgp_chip_print(mgp_chip_id_t id, FILE *f);

#endif
