#include "prover/last.h"

#include <string.h>

#define PAGE_LOG 10u
#define PAGE     (1u << PAGE_LOG)
#define PAGES    (MGP_LAST_KEYS >> PAGE_LOG)

struct mgp_last {
  mgp_ledger_t *ledger;
  uint64_t words;
  uint16_t *page[PAGES];
};

mgp_status_t mgp_last_create(mgp_ledger_t *ledger, mgp_last_t **out) {
  mgp_last_t *m;
  MGP_TRY(mgp_ledger_alloc(ledger, MGP_MEM_ACCUMULATOR, sizeof *m, (void **)&m));
  memset(m, 0, sizeof *m);
  m->ledger = ledger;
  *out = m;
  return MGP_OK;
}

void mgp_last_destroy(mgp_last_t *m) {
  if (!m) return;
  for (uint32_t i = 0; i < PAGES; i++) mgp_ledger_free(m->ledger, m->page[i]);
  mgp_ledger_free(m->ledger, m);
}

uint32_t mgp_last_get(const mgp_last_t *m, uint32_t key) {
  const uint16_t *page = m->page[key >> PAGE_LOG];
  return page ? page[key & (PAGE - 1)] : 0;
}

mgp_status_t mgp_last_set(mgp_last_t *m, uint32_t key, uint32_t id) {
  uint16_t **page = &m->page[key >> PAGE_LOG];
  if (!*page) {
    MGP_TRY(mgp_ledger_alloc(m->ledger, MGP_MEM_ACCUMULATOR, PAGE * sizeof **page, (void **)page));
    memset(*page, 0, PAGE * sizeof **page);
  }
  if ((*page)[key & (PAGE - 1)] == 0) m->words++;
  (*page)[key & (PAGE - 1)] = (uint16_t)id;
  return MGP_OK;
}

uint64_t mgp_last_words(const mgp_last_t *m) {
  return m->words;
}

uint32_t mgp_last_next(const mgp_last_t *m, uint32_t key) {
  while (key < MGP_LAST_KEYS) {
    const uint16_t *page = m->page[key >> PAGE_LOG];
    if (page && page[key & (PAGE - 1)]) return key;
    key = page ? key + 1 : (key | (PAGE - 1)) + 1;
  }
  return MGP_LAST_KEYS;
}
