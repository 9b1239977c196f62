/* Version of this build; the source is written by cmake/version.cmake. */
#ifndef MGP_BASE_VERSION_H
#define MGP_BASE_VERSION_H

const char *mgp_version(void);        /* "0.1.0" */
const char *mgp_version_commit(void); /* short hash, with "-dirty" if changed, or "unknown" */

#endif
