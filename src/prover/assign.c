/* Assign: replay plans from the patched records, then one pass over all witness for its side
 * effects only: LK multiplicities. Reduce: their sums over all ranks. */
#include <string.h>

#include "base/stop.h"
#include "prover/backend.h"
#include "prover/messages.h"

void mgp_layout_counts(mgp_session_t *s) {
  s->count_total = 0;
  for (uint32_t t = MGP_CHIP_FIRST_TABLE; t < MGP_CHIP_COUNT; t++) {
    s->count_offset[t - MGP_CHIP_FIRST_TABLE] = s->count_total;
    s->count_total += (uint64_t)mgp_table_rows((mgp_chip_id_t)t, s->prog) * s->chips->chip[t].ncols;
  }
}

static mgp_status_t index_part(mgp_session_t *s, mgp_part_t *part) {
  uint32_t n[MGP_CHIP_FIRST_TABLE];
  MGP_TRY(s->be->ops->index(s->be, &part->raw, (uint32_t)part->nsteps, n, part->d_index));
  memcpy(part->rows, n, sizeof n);
  for (uint32_t k = 0; k < 3; k++) part->rows[MGP_CHIP_MEM_IMAGE + k] = part->nbounds[k];
  part->rows[MGP_CHIP_SHARD_RAM] = part->nram;
  return MGP_OK;
}

/* Everybody's row counts into the statement, if all have counted, which `local` says. Collective.
 */
static mgp_status_t gather_rows(mgp_session_t *s, mgp_status_t local) {
  mgp_comm_parts_t all = {0};
  uint32_t *mine = NULL;
  size_t width = MGP_CHIP_FIRST_TABLE * sizeof *mine;
  mgp_status_t st = local;
  if (st == MGP_OK) st = mgp_host_alloc(s, MGP_MEM_SCRATCH, (s->nparts + 1) * width, &mine);
  for (uint32_t i = 0; i < s->nparts && st == MGP_OK; i++)
    memcpy(mine + i * MGP_CHIP_FIRST_TABLE, s->now->parts[i].rows, width);
  MGP_TRY_GOTO(st, mgp_comm_allgatherv(s->comm, st, mine, s->nparts * width, &all), out);
  for (uint32_t p = 0; p < s->partitions; p++)
    memcpy(s->now->st.rows[p], all.data + p * width, width);
out:
  mgp_comm_parts_free(&all);
  mgp_host_free(s, mine);
  return st;
}

#define PIECE_ROWS (1u << 14) /* on the host; on a device more, if they fit its piece of memory */

uint32_t mgp_count_piece(const mgp_session_t *s, unsigned chip, uint32_t rows) {
  const uint64_t fit = MGP_DEVICE_PIECE / (s->chips->chip[chip].ncols * sizeof(mgp_f_t));
  const uint32_t most = mgp_session_shares_memory(s) || fit < PIECE_ROWS
                            ? PIECE_ROWS
                            : (uint32_t)(fit / MGP_ROW_PAD * MGP_ROW_PAD);
  return rows < most ? (uint32_t)mgp_trace_stride(rows) : most;
}

uint64_t mgp_count_bytes(const mgp_session_t *s, uint32_t p) {
  uint64_t most = 0;
  for (uint32_t c = 1; c < MGP_CHIP_FIRST_TABLE; c++) {
    const uint64_t n = (uint64_t)mgp_count_piece(s, c, s->now->st.rows[p][c]) *
                       s->chips->chip[c].ncols * sizeof(mgp_f_t);
    if (n > most) most = n;
  }
  return most;
}

static mgp_status_t count_chip(mgp_session_t *s, mgp_part_t *part, mgp_chip_id_t chip,
                               mgp_f_t *d_piece) {
  const mgp_backend_ops_t *ops = s->be->ops;
  const uint32_t rows = part->rows[chip], piece = mgp_count_piece(s, chip, rows);
  for (uint32_t at = 0; at < rows; at += piece) {
    uint32_t len = rows - at < piece ? rows - at : piece;
    size_t stride = mgp_trace_stride(len);
    MGP_TRY(mgp_stop_check());
    MGP_TRY(ops->replay(s->be, chip, &part->raw, part->d_index[chip], at, len, (uint32_t)stride,
                        stride, d_piece));
    MGP_TRY(ops->count(s->be, chip, d_piece, stride, len, s->now->d_counts, s->count_offset));
  }
  return MGP_OK;
}

static mgp_status_t count_parts(mgp_session_t *s) {
  const mgp_backend_ops_t *ops = s->be->ops;
  mgp_f_t *d_piece = NULL;
  uint64_t nbytes = 0;
  mgp_status_t st;
  for (uint32_t i = 0; i < s->nparts; i++) {
    const uint64_t n = mgp_count_bytes(s, s->now->parts[i].p);
    if (n > nbytes) nbytes = n;
  }
  MGP_TRY_GOTO(st,
               ops->alloc(s->be, MGP_MEM_ACCUMULATOR, s->count_total * sizeof *s->now->d_counts,
                          (void **)&s->now->d_counts),
               out);
  MGP_TRY_GOTO(st, ops->zero(s->be, s->now->d_counts, s->count_total * sizeof *s->now->d_counts),
               out);
  MGP_TRY_GOTO(st, ops->alloc(s->be, MGP_MEM_WITNESS, nbytes + 4, (void **)&d_piece), out);
  for (uint32_t i = 0; i < s->nparts; i++) {
    mgp_part_t *part = &s->now->parts[i];
    for (uint32_t k = s->now->shape.first_trace[part->p];
         k < s->now->shape.first_trace[part->p + 1]; k++) {
      const mgp_trace_t *t = &s->now->shape.traces[k];
      if (t->split != 0 || t->chip >= MGP_CHIP_FIRST_TABLE) continue;
      MGP_TRY_GOTO(st, count_chip(s, part, (mgp_chip_id_t)t->chip, d_piece), out);
    }
    for (uint32_t k = s->now->shape.first_trace[part->p];
         k < s->now->shape.first_trace[part->p + 1]; k++) {
      const mgp_trace_t *t = &s->now->shape.traces[k];
      if (t->chip >= MGP_CHIP_FIRST_TABLE) continue;
      s->builds[MGP_BUILD_ASSIGN]++;
      if (s->opt->trace_log)
        fprintf(s->opt->trace_log, "build rank %u use assign partition %u chip %s rows %u\n",
                s->rank, part->p, s->chips->chip[t->chip].name, t->rows);
    }
  }
  st = ops->count_end(s->be);
out:
  s->be->ops->free(s->be, d_piece);
  return st;
}

mgp_status_t mgp_phase_assign(mgp_session_t *s) {
  mgp_status_t st = MGP_OK;
  mgp_layout_counts(s);
  for (uint32_t i = 0; i < s->nparts && st == MGP_OK && !s->now->indexed; i++)
    st = index_part(s, &s->now->parts[i]);
  if (!s->now->indexed) MGP_TRY(gather_rows(s, st));
  s->now->indexed = 1;
  MGP_TRY(mgp_plan_choose(s));
  return s->now->cache == MGP_CACHE_AUTO ? MGP_OK : count_parts(s);
}

/* Lookup requests that the shard makes at most: no counter can be above that. */
static uint64_t most_requests(const mgp_session_t *s) {
  uint64_t n = 0;
  for (uint32_t c = 1; c < MGP_CHIP_FIRST_TABLE; c++) {
    const mgp_chip_t *chip = &s->chips->chip[c];
    uint64_t rows = 0, each = 0;
    for (uint32_t p = 0; p < s->partitions; p++) rows += s->now->st.rows[p][c];
    for (uint32_t j = 0; j < chip->ninteractions; j++)
      each += mgp_bus_is_lookup((mgp_bus_t)chip->interactions[j].bus) != 0;
    n += rows * each;
  }
  return n;
}

mgp_status_t mgp_phase_reduce(mgp_session_t *s) {
  MGP_TRY(mgp_link_sum_u32(&s->link, s->now->d_counts, s->count_total, most_requests(s)));
  for (uint32_t i = 0; i < s->nparts; i++)
    for (uint32_t t = 0; t < MGP_TABLES; t++)
      s->now->parts[i].raw.counts[t] = s->now->d_counts + s->count_offset[t];
  return MGP_OK;
}
