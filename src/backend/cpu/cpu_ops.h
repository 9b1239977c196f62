/* Operations of the cpu backend; see backend.h for what each does. */
#ifndef MGP_BACKEND_CPU_CPU_OPS_H
#define MGP_BACKEND_CPU_CPU_OPS_H

#include "backend/backend.h"

MGP_BACKEND_OPS(mgp_cpu)

#endif
