/* Backends on devices with memory of their own, as the program is linked with them. Nothing under
 * src/ knows such a backend by more than this table. */
#ifndef MGP_BACKEND_DEVICE_H
#define MGP_BACKEND_DEVICE_H

#include "backend/backend.h"

#define MGP_DEVICE_NAME_MAX  64
#define MGP_DEVICE_ID_MAX    64
#define MGP_DEVICE_PCI_MAX   16
#define MGP_DEVICE_PLACE_MAX 128

typedef struct {
  char name[MGP_DEVICE_NAME_MAX];
  char id[MGP_DEVICE_ID_MAX];   /* the same for whoever looks, and no other device's */
  char pci[MGP_DEVICE_PCI_MAX]; /* where it hangs, "0000:1b:00.0"; empty: unknown */
  uint64_t total, free;         /* bytes of memory */
  int major, minor;             /* compute capability */
  int driver, runtime;          /* versions as 1000 major + 10 minor; 0: unknown */
} mgp_device_info_t;

/* Collectives between devices, one per rank, that do not go through the host (NCCL).
 *
 * No call waits for another rank but `wait`: the others start something, in the order of the
 * backend's own work, and return. A rank may only wait for what all ranks have started, which the
 * caller makes sure of (prover/link.h), so that a rank that fails leaves nobody behind. After an
 * error, of any rank, the link is of no more use: `end` with `lost`, on every rank.
 * A link is of a device, not of a backend: it may serve one backend after the other. */
typedef struct mgp_device_link_ops mgp_device_link_ops_t;
typedef struct {
  const mgp_device_link_ops_t *ops;
  int tried; /* the caller's: sums have come out right */
} mgp_device_link_t;

#define MGP_LINK_ID_BYTES 128

/* A way for other ranks to the memory of a backend, which is a secret of the implementation's. */
#define MGP_DEVICE_DOOR_BYTES 192
#define MGP_DEVICE_REACH_MOST 64u /* ranks that reach each other's memory */
typedef struct {
  uint8_t bytes[MGP_DEVICE_DOOR_BYTES];
} mgp_device_door_t;

/* Words that go to a rank, or come from it. */
typedef struct {
  uint32_t rank;
  uint32_t *d_words; /* [n] */
  uint64_t n;
} mgp_device_piece_t;

struct mgp_device_link_ops {
  const char *name; /* "NCCL" */
  /* 10000 major + 100 minor + patch of the library that is loaded. */
  mgp_status_t (*version)(int *out);
  /* Local. Where the backend's device is, the same for backends that share it. */
  mgp_status_t (*place)(mgp_backend_t *be, char out[MGP_DEVICE_PLACE_MAX]);
  /* Local. On the device of the backend, which is not kept. */
  mgp_status_t (*open)(mgp_backend_t *be, uint32_t rank, uint32_t size, mgp_device_link_t **out);
  /* Local, on one rank: what the others need to find each other. */
  mgp_status_t (*make_id)(mgp_device_link_t *l, uint8_t id[MGP_LINK_ID_BYTES]);
  mgp_status_t (*start_connect)(mgp_device_link_t *l, const uint8_t id[MGP_LINK_ID_BYTES]);
  /* Devices that reach each other's memory add words up without sending them. A door is a
   * backend's, and closed (all zero) where there is no such way: local, and not an error. `reach`
   * begins to open the doors of all [size] ranks, while the caller goes on, and sets `tried` to 0
   * if one of them is new, the own one included; `reached` waits for it, after the first `wait`,
   * and says whether all of them are open. Local. */
  void (*door)(mgp_backend_t *be, mgp_device_door_t *out);
  mgp_status_t (*reach)(mgp_device_link_t *l, mgp_backend_t *be, const mgp_device_door_t *all);
  int (*reached)(mgp_device_link_t *l);
  /* Where all are open: begins to use the ways, beside the backend's work. Links that have had
   * nothing to do sleep, and take 0.1 ms to wake. Local. */
  mgp_status_t (*wake)(mgp_device_link_t *l, mgp_backend_t *be);
  /* Local. Where a buffer lies behind the backend's door. */
  uint64_t (*offset)(mgp_backend_t *be, const void *d_buf);
  /* Where every rank has reached all: d_buf[i], at those offsets, summed mod p (field) or mod 2^32,
   * on every rank. Each adds a slice of the words up, in the memory of all: before anybody starts,
   * all buffers are drained, and none is used before all ranks have waited. */
  mgp_status_t (*start_sum)(mgp_device_link_t *l, mgp_backend_t *be, const uint64_t *offset,
                            uint64_t n, int field);
  /* Until the backend's own work is done: what is started afterwards is communication alone. */
  mgp_status_t (*drain)(mgp_device_link_t *l, mgp_backend_t *be);
  /* d_buf[i]: sum over the ranks mod 2^32, on every rank. */
  mgp_status_t (*start_sum_u32)(mgp_device_link_t *l, mgp_backend_t *be, uint32_t *d_buf,
                                uint64_t n);
  /* Field words are added by two ranks as integers, which that sum has room for, and what comes of
   * it is reduced, beside the caller's work. */
  mgp_status_t (*reduce)(mgp_device_link_t *l, mgp_backend_t *be, mgp_f_t *d_buf, uint64_t n);
  /* By more ranks in three steps, each waited for: every rank's slice of the words comes to it from
   * the others; it adds them up; the slices go to every rank. Takes slices_bytes of SCRATCH between
   * the first and the second. */
  mgp_status_t (*start_slices)(mgp_device_link_t *l, mgp_backend_t *be, const mgp_f_t *d_buf,
                               uint64_t n);
  mgp_status_t (*add_slices)(mgp_device_link_t *l, mgp_backend_t *be, mgp_f_t *d_buf, uint64_t n);
  mgp_status_t (*start_spread)(mgp_device_link_t *l, mgp_backend_t *be, mgp_f_t *d_buf, uint64_t n);
  uint64_t (*slices_bytes)(uint64_t n, uint32_t size);
  /* Pieces to and from other ranks; those of the own rank, and empty ones, are left out. What goes
   * to a rank, in order, is what that rank has in its list from this one, with the same sizes. */
  mgp_status_t (*start_exchange)(mgp_device_link_t *l, mgp_backend_t *be,
                                 const mgp_device_piece_t *out, uint32_t nout,
                                 const mgp_device_piece_t *in, uint32_t nin);
  /* Until what was started last is done. be NULL: until connected, which all that follows wants.
   * MGP_PEER at deadline_ns of mgp_clock_ns. */
  mgp_status_t (*wait)(mgp_device_link_t *l, mgp_backend_t *be, uint64_t deadline_ns);
  /* Collective unless `lost`. NULL is fine. */
  void (*end)(mgp_device_link_t *l, int lost);
};

typedef struct {
  const char *name; /* "CUDA" */
  /* Devices that this process sees: 0 if there is none, or no driver. */
  mgp_status_t (*count)(int *ndevices);
  /* All but `free`, which is 0: nothing of the device is taken by looking at it so. */
  mgp_status_t (*info)(int device, mgp_device_info_t *out);
  /* total and free. A process that asks has begun to use the device, and takes some of its memory.
   */
  mgp_status_t (*memory)(int device, mgp_device_info_t *io);
  /* ledger: device memory; host_ledger: what the backend keeps in host memory. Both outlive it. */
  mgp_status_t (*create)(const mgp_chipset_t *chips, mgp_ledger_t *ledger,
                         mgp_ledger_t *host_ledger, int device, mgp_backend_t **out);
  /* Takes nbytes of the device, tables included, for all that is allocated afterwards. A backend
   * that is asked for sizes only needs none. */
  mgp_status_t (*reserve)(mgp_backend_t *be, uint64_t nbytes);
  const mgp_device_link_ops_t *link; /* NULL in a build without */
} mgp_device_ops_t;

/* Defined by cuda/. */
extern const mgp_device_ops_t mgp_cuda_device;

#endif
