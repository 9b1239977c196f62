/* MGP_VERIFY_CHECK(cond): an internal invariant, checked only in builds with MGP_VERIFY (the preset
 * `verify`). It is for programming errors; bad input is reported by a status. */
#ifndef MGP_BASE_VERIFY_H
#define MGP_BASE_VERIFY_H

#ifdef MGP_VERIFY
#include <stdio.h>
#include <stdlib.h>
#define MGP_VERIFY_CHECK(cond)                                                                     \
  do {                                                                                             \
    if (!(cond)) {                                                                                 \
      fprintf(stderr, "%s:%d: invariant broken: %s\n", __FILE__, __LINE__, #cond);                 \
      abort();                                                                                     \
    }                                                                                              \
  } while (0)
#else
#define MGP_VERIFY_CHECK(cond) ((void)0)
#endif

#endif
