/* The MPI transport, defined in mpi/ (library mgp_mpi) and only there: no MPI type is seen here. */
#ifndef MGP_COMM_COMM_MPI_H
#define MGP_COMM_COMM_MPI_H

#include "comm/comm.h"

/* The comm of all ranks that the launcher started (a duplicate of MPI_COMM_WORLD). Collective.
 * Initialises MPI if nobody has; then the destroy of this comm finalises it, and no other comm can
 * be made in this process. Only the thread that calls this may communicate. */
mgp_status_t mgp_comm_mpi_create(mgp_comm_t **out);

/* Name and version of the MPI library, one line. Needs no comm. */
const char *mgp_comm_mpi_version(void);

#endif
