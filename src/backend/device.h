/* Backends on devices with memory of their own, as the program is linked with them. Nothing under
 * src/ knows such a backend by more than this table. */
#ifndef MGP_BACKEND_DEVICE_H
#define MGP_BACKEND_DEVICE_H

#include "backend/backend.h"

#define MGP_DEVICE_NAME_MAX 64
#define MGP_DEVICE_ID_MAX   48
#define MGP_DEVICE_PCI_MAX  16

typedef struct {
  char name[MGP_DEVICE_NAME_MAX];
  char id[MGP_DEVICE_ID_MAX];   /* the same for whoever looks, and no other device's */
  char pci[MGP_DEVICE_PCI_MAX]; /* where it hangs, "0000:1b:00.0"; empty: unknown */
  uint64_t total, free;         /* bytes of memory */
  int major, minor;             /* compute capability */
  int driver, runtime;          /* versions as 1000 major + 10 minor; 0: unknown */
} mgp_device_info_t;

typedef struct {
  const char *name; /* "CUDA" */
  /* Devices that this process sees: 0 if there is none, or no driver. */
  mgp_status_t (*count)(int *ndevices);
  mgp_status_t (*info)(int device, mgp_device_info_t *out);
  /* ledger: device memory; host_ledger: what the backend keeps in host memory. Both outlive it. */
  mgp_status_t (*create)(const mgp_chipset_t *chips, mgp_ledger_t *ledger,
                         mgp_ledger_t *host_ledger, int device, mgp_backend_t **out);
  /* Takes nbytes of the device, tables included, for all that is allocated afterwards. A backend
   * that is asked for sizes only needs none. */
  mgp_status_t (*reserve)(mgp_backend_t *be, uint64_t nbytes);
} mgp_device_ops_t;

/* Defined by cuda/. */
extern const mgp_device_ops_t mgp_cuda_device;

#endif
