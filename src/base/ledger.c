#include "base/ledger.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/grow.h"
#include "base/verify.h"

#define ALIGNMENT ((size_t)64)
#define HUGE_PAGE ((size_t)2 << 20)

typedef struct {
  uintptr_t start;
  size_t nbytes, extent; /* what it counts; what it takes from start on */
  mgp_mem_class_t cls;
  int foreign; /* not from get_block */
} entry_t;

struct mgp_ledger {
  pthread_mutex_t lock;
  uint64_t limit;
  const char *limit_name;
  mgp_phase_t phase;
  uint64_t live[MGP_MEM_CLASSES + 1]; /* the last one: total */
  uint64_t peak[MGP_PHASES][MGP_MEM_CLASSES + 1];
  entry_t *entries; /* by start */
  size_t count, capacity;
};

const char *mgp_phase_name(mgp_phase_t phase) {
  static const char *const names[] = {
#define NAME(name, text) text,
      MGP_PHASE_LIST(NAME)
#undef NAME
  };
  return (unsigned)phase < MGP_PHASES ? names[phase] : "?";
}

const char *mgp_mem_class_name(mgp_mem_class_t cls) {
  static const char *const names[] = {
#define NAME(name, text) text,
      MGP_MEM_CLASS_LIST(NAME)
#undef NAME
  };
  return (unsigned)cls < MGP_MEM_CLASSES ? names[cls] : "?";
}

mgp_status_t mgp_ledger_create(uint64_t limit_bytes, mgp_ledger_t **out) {
  mgp_ledger_t *l = calloc(1, sizeof *l);
  if (!l) return mgp_fail(MGP_RESOURCES, "out of host memory for the memory ledger");
  pthread_mutex_init(&l->lock, NULL);
  l->limit = limit_bytes;
  l->limit_name = "the memory limit";
  *out = l;
  return MGP_OK;
}

size_t mgp_ledger_destroy(mgp_ledger_t *l) {
  if (!l) return 0;
  size_t left = l->count;
  for (size_t i = 0; i < left; i++)
    if (!l->entries[i].foreign) free((void *)l->entries[i].start);
  free(l->entries);
  pthread_mutex_destroy(&l->lock);
  free(l);
  return left;
}

static pthread_mutex_t *lock_of(const mgp_ledger_t *l) {
  return (pthread_mutex_t *)&l->lock;
}

/* Number of entries that start at or below `address`. */
static size_t entries_upto(const mgp_ledger_t *l, uintptr_t address) {
  size_t lo = 0, hi = l->count;
  while (lo < hi) {
    size_t mid = (lo + hi) / 2;
    if (l->entries[mid].start <= address)
      lo = mid + 1;
    else
      hi = mid;
  }
  return lo;
}

/* Entries are in order and apart, and add up to what is said to be live. */
static void check_entries(const mgp_ledger_t *l) {
#ifdef MGP_VERIFY
  uint64_t live[MGP_MEM_CLASSES + 1] = {0};
  for (size_t i = 0; i < l->count; i++) {
    const entry_t *e = &l->entries[i];
    MGP_VERIFY_CHECK(i == 0 || e[-1].start + e[-1].extent <= e->start);
    live[e->cls] += e->nbytes;
    live[MGP_MEM_CLASSES] += e->nbytes;
  }
  MGP_VERIFY_CHECK(memcmp(live, l->live, sizeof live) == 0);
#else
  (void)l;
#endif
}

static void raise_peaks(mgp_ledger_t *l) {
  for (unsigned c = 0; c <= MGP_MEM_CLASSES; c++)
    if (l->peak[l->phase][c] < l->live[c]) l->peak[l->phase][c] = l->live[c];
}

/* Large blocks start at a huge page: transforms stride through them, and the misses of small pages
 * would cost more than the arithmetic. */
static void *get_block(size_t nbytes) {
  size_t alignment = nbytes >= 2 * HUGE_PAGE ? HUGE_PAGE : ALIGNMENT;
  if (nbytes > SIZE_MAX - ALIGNMENT) return NULL;
  size_t rounded = (nbytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  void *p = NULL;
  if (posix_memalign(&p, alignment, rounded ? rounded : ALIGNMENT) != 0) return NULL;
#ifdef MADV_HUGEPAGE
  if (alignment == HUGE_PAGE) madvise(p, rounded / HUGE_PAGE * HUGE_PAGE, MADV_HUGEPAGE);
#endif
  return p;
}

static int passes_limit(const mgp_ledger_t *l, uint64_t live, size_t nbytes) {
  return l->limit && (nbytes > l->limit || live > l->limit - nbytes);
}

static mgp_status_t over_limit(const mgp_ledger_t *l, mgp_mem_class_t cls, uint64_t live,
                               size_t nbytes) {
  return mgp_fail(MGP_RESOURCES,
                  "%s would be passed: %s memory wants %zu bytes, %llu of %llu are in use",
                  l->limit_name, mgp_mem_class_name(cls), nbytes, (unsigned long long)live,
                  (unsigned long long)l->limit);
}

/* ptr: foreign memory, or NULL for a block of our own. */
static mgp_status_t add_entry(mgp_ledger_t *l, mgp_mem_class_t cls, size_t nbytes, size_t extent,
                              void *ptr, void **out) {
  if ((unsigned)cls >= MGP_MEM_CLASSES)
    return mgp_fail(MGP_INTERNAL, "allocation of unknown memory class %d", (int)cls);
  mgp_status_t st = MGP_OK;
  pthread_mutex_lock(&l->lock);
  uint64_t live = l->live[MGP_MEM_CLASSES];
  void *p = ptr;
  if (passes_limit(l, live, nbytes)) {
    st = over_limit(l, cls, live, nbytes);
  } else if (!mgp_grow((void **)&l->entries, &l->capacity, l->count, sizeof *l->entries) ||
             (!p && !(p = get_block(nbytes)))) {
    st = mgp_fail(MGP_RESOURCES, "out of host memory: %s wants %zu bytes, %llu are in use",
                  mgp_mem_class_name(cls), nbytes, (unsigned long long)live);
  } else {
    size_t at = entries_upto(l, (uintptr_t)p);
    memmove(l->entries + at + 1, l->entries + at, (l->count - at) * sizeof *l->entries);
    l->entries[at] = (entry_t){(uintptr_t)p, nbytes, extent, cls, ptr != NULL};
    l->count++;
    l->live[cls] += nbytes;
    l->live[MGP_MEM_CLASSES] += nbytes;
    raise_peaks(l);
    check_entries(l);
    *out = p;
  }
  pthread_mutex_unlock(&l->lock);
  return st;
}

mgp_status_t mgp_ledger_alloc(mgp_ledger_t *l, mgp_mem_class_t cls, size_t nbytes, void **out) {
  return add_entry(l, cls, nbytes, nbytes, NULL, out);
}

mgp_status_t mgp_ledger_grow(mgp_ledger_t *l, mgp_mem_class_t cls, size_t used, size_t nbytes,
                             void **ptr) {
  void *fresh;
  MGP_TRY(mgp_ledger_alloc(l, cls, nbytes, &fresh));
  if (used) memcpy(fresh, *ptr, used);
  mgp_ledger_free(l, *ptr);
  *ptr = fresh;
  return MGP_OK;
}

mgp_status_t mgp_ledger_account(mgp_ledger_t *l, mgp_mem_class_t cls, void *ptr, size_t nbytes) {
  void *same;
  return add_entry(l, cls, nbytes, nbytes, ptr, &same);
}

mgp_status_t mgp_ledger_count(mgp_ledger_t *l, mgp_mem_class_t cls, void *owner, size_t nbytes) {
  void *same;
  return add_entry(l, cls, nbytes, 0, owner, &same);
}

mgp_status_t mgp_ledger_recount(mgp_ledger_t *l, void *owner, size_t nbytes) {
  mgp_status_t st = MGP_OK;
  pthread_mutex_lock(&l->lock);
  const size_t at = entries_upto(l, (uintptr_t)owner);
  entry_t *e = at ? &l->entries[at - 1] : NULL;
  if (!e || e->start != (uintptr_t)owner || e->extent) {
    st = mgp_fail(MGP_INTERNAL, "what is counted again has not been counted");
  } else if (passes_limit(l, l->live[MGP_MEM_CLASSES] - e->nbytes, nbytes)) {
    st = over_limit(l, e->cls, l->live[MGP_MEM_CLASSES] - e->nbytes, nbytes);
  } else {
    l->live[e->cls] += nbytes - e->nbytes;
    l->live[MGP_MEM_CLASSES] += nbytes - e->nbytes;
    e->nbytes = nbytes;
    raise_peaks(l);
    check_entries(l);
  }
  pthread_mutex_unlock(&l->lock);
  return st;
}

void mgp_ledger_free(mgp_ledger_t *l, void *ptr) {
  if (!ptr) return;
  pthread_mutex_lock(&l->lock);
  size_t at = entries_upto(l, (uintptr_t)ptr);
  if (at && l->entries[at - 1].start == (uintptr_t)ptr) {
    entry_t e = l->entries[--at];
    memmove(l->entries + at, l->entries + at + 1, (l->count - at - 1) * sizeof *l->entries);
    l->count--;
    l->live[e.cls] -= e.nbytes;
    l->live[MGP_MEM_CLASSES] -= e.nbytes;
    if (!e.foreign) free(ptr);
    check_entries(l);
  }
  pthread_mutex_unlock(&l->lock);
}

void mgp_ledger_set_limit(mgp_ledger_t *l, uint64_t limit_bytes, const char *what) {
  pthread_mutex_lock(&l->lock);
  l->limit = limit_bytes;
  l->limit_name = what;
  pthread_mutex_unlock(&l->lock);
}

void mgp_ledger_set_phase(mgp_ledger_t *l, mgp_phase_t phase) {
  pthread_mutex_lock(&l->lock);
  l->phase = phase;
  raise_peaks(l);
  pthread_mutex_unlock(&l->lock);
}

mgp_phase_t mgp_ledger_phase(const mgp_ledger_t *l) {
  pthread_mutex_lock(lock_of(l));
  mgp_phase_t phase = l->phase;
  pthread_mutex_unlock(lock_of(l));
  return phase;
}

static uint64_t read_locked(const mgp_ledger_t *l, const uint64_t *value) {
  pthread_mutex_lock(lock_of(l));
  uint64_t v = *value;
  pthread_mutex_unlock(lock_of(l));
  return v;
}

uint64_t mgp_ledger_live(const mgp_ledger_t *l, mgp_mem_class_t cls) {
  return read_locked(l, &l->live[cls]);
}

uint64_t mgp_ledger_live_total(const mgp_ledger_t *l) {
  return read_locked(l, &l->live[MGP_MEM_CLASSES]);
}

uint64_t mgp_ledger_peak(const mgp_ledger_t *l, mgp_phase_t phase, unsigned cls) {
  if (phase < MGP_PHASES) return read_locked(l, &l->peak[phase][cls]);
  uint64_t peak = 0;
  for (unsigned p = 0; p < MGP_PHASES; p++) {
    uint64_t v = read_locked(l, &l->peak[p][cls]);
    if (v > peak) peak = v;
  }
  return peak;
}

int mgp_ledger_contains(const mgp_ledger_t *l, const void *ptr, size_t nbytes) {
  pthread_mutex_lock(lock_of(l));
  size_t at = entries_upto(l, (uintptr_t)ptr);
  int inside = 0;
  if (at) {
    const entry_t *e = &l->entries[at - 1];
    size_t offset = (uintptr_t)ptr - e->start;
    inside = offset <= e->extent && nbytes <= e->extent - offset;
  }
  pthread_mutex_unlock(lock_of(l));
  return inside;
}
