/* How a proof is refused. */
#ifndef MGP_PROTOCOL_REJECT_H
#define MGP_PROTOCOL_REJECT_H

#include "base/status.h"

/* The message starts with the name of the check (docs/security.md lists them). */
#define MGP_REJECT(check, ...) mgp_fail(MGP_REJECTED, check ": " __VA_ARGS__)

#endif
