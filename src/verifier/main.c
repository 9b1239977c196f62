/* Tasks: the main sumcheck of a trace, and the bus sum over all of them. */
#include "verifier/multilinear.h"
#include "verifier/verifier.h"

/* d = alpha + bus + sum_i beta^i t_i */
static mgp_e_t denominator(const mgp_verifier_t *v, const mgp_interaction_t *x,
                           const mgp_e_t *values) {
  mgp_e_t d = mgp_e_add_f(v->alpha, mgp_f_from_u32(x->bus));
  for (unsigned i = 0; i < x->len; i++)
    d = mgp_e_add(d, mgp_e_mul(v->beta[i + 1], values[x->tuple[i]]));
  return d;
}

/* E of the specification, from the columns' values at r. */
static mgp_e_t summand(const mgp_verifier_t *v, const mgp_chip_t *chip, const mgp_e_t *columns,
                       const mgp_e_t *virtuals, const mgp_e_t *rho_int, uint32_t log_inter,
                       mgp_e_t lambda, mgp_e_t sel) {
  mgp_e_t values[MGP_MAX_NODES], weight[MGP_MAX_INTERACTIONS];
  mgp_e_t buses = mgp_e_zero(), constraints = mgp_e_zero();
  mgp_chip_eval(chip, columns, virtuals, values);
  mgp_ml_eq_table(rho_int, log_inter, chip->ninteractions, weight);
  for (uint32_t j = 0; j < chip->ninteractions; j++) {
    const mgp_interaction_t *x = &chip->interactions[j];
    mgp_e_t d = mgp_e_sub_f(denominator(v, x, values), mgp_f_one());
    mgp_e_t term = mgp_e_add(values[x->mult], mgp_e_mul(lambda, d));
    buses = mgp_e_add(buses, mgp_e_mul(weight[j], term));
  }
  for (uint32_t c = chip->nconstraints; c-- > 0;)
    constraints = mgp_e_add(mgp_e_mul(constraints, lambda), values[chip->constraints[c]]);
  return mgp_e_add(mgp_e_mul(sel, buses), mgp_e_mul(mgp_e_sqr(lambda), constraints));
}

mgp_status_t mgp_verify_main(mgp_verifier_t *v, mgp_transcript_t *f, const mgp_trace_t *trace,
                             const mgp_e_t leaf[2], const mgp_e_t *point, mgp_task_t *task) {
  const mgp_chip_t *chip = &v->chips->chip[trace->chip];
  const mgp_e_t *rho = point + trace->log_inter, *msg;
  uint32_t n = trace->log_rows;
  mgp_e_t lambda = mgp_transcript_squeeze_ext(f);
  mgp_e_t c = mgp_e_add(leaf[0], mgp_e_mul(lambda, mgp_e_sub_f(leaf[1], mgp_f_one())));
  for (uint32_t i = 0; i < n; i++) {
    MGP_TRY(mgp_receive_ext(&v->in, f, MGP_LABEL_MAIN_ROUND, 3, &msg));
    mgp_e_t sum = mgp_e_add(msg[0], mgp_e_add(msg[1], msg[2]));
    mgp_e_t h0 = mgp_e_sub(c, mgp_e_mul(rho[i], sum));
    mgp_e_t x = mgp_transcript_squeeze_ext(f);
    c = mgp_e_add(msg[1], mgp_e_mul(x, msg[2]));
    c = mgp_e_add(h0, mgp_e_mul(x, mgp_e_add(msg[0], mgp_e_mul(x, c))));
    task->point[i] = x;
  }
  MGP_TRY(mgp_receive_ext(&v->in, f, MGP_LABEL_COLUMNS, chip->ncols, &task->claims));
  mgp_e_t virtuals[MGP_MAX_VIRTUAL];
  if (chip->nvirtual)
    MGP_TRY(mgp_table_virtual_mle((mgp_chip_id_t)trace->chip, v->prog, task->point, n, virtuals));
  mgp_e_t sel = mgp_ml_below(trace->rows, task->point, n);
  mgp_e_t e = summand(v, chip, task->claims, virtuals, point, trace->log_inter, lambda, sel);
  if (!mgp_e_eq(e, c))
    return MGP_REJECT("main-last", "%s: the column values do not satisfy the main sumcheck",
                      chip->name);
  return MGP_OK;
}

mgp_status_t mgp_verify_task(mgp_verifier_t *v, uint32_t index) {
  const mgp_trace_t *trace = &v->shape->traces[index];
  const char *name = v->chips->chip[trace->chip].name;
  mgp_task_t *task = &v->tasks[index];
  mgp_transcript_t f;
  mgp_e_t root[2], leaf[2], point[MGP_MAX_LAYERS];
  mgp_transcript_fork(&f, v->fork_seed, index);
  MGP_TRY(mgp_verify_gkr(&v->in, &f, trace->log_inter + trace->log_rows, name, root, leaf, point));
  MGP_TRY(mgp_verify_main(v, &f, trace, leaf, point, task));
  mgp_transcript_squeeze_digest(&f, task->digest);
  task->p = root[0];
  task->q = root[1];
  return MGP_OK;
}

/* Adds p / q to the fraction sum, whose denominator is not zero. */
static void add_fraction(mgp_e_t sum[2], mgp_e_t p, mgp_e_t q) {
  sum[0] = mgp_e_add(mgp_e_mul(sum[0], q), mgp_e_mul(p, sum[1]));
  sum[1] = mgp_e_mul(sum[1], q);
}

mgp_status_t mgp_verify_bus_sum(mgp_verifier_t *v) {
  mgp_public_term_t terms[MGP_MAX_PUBLIC_TERMS];
  uint32_t nterms = mgp_public_terms(v->statement, v->shape, terms);
  mgp_e_t sum[2] = {mgp_e_zero(), mgp_e_one()};
  for (uint32_t i = 0; i < nterms; i++) {
    mgp_e_t d = mgp_e_add_f(v->alpha, mgp_f_from_u32(terms[i].bus));
    for (unsigned j = 0; j < terms[i].len; j++)
      d = mgp_e_add(d, mgp_e_mul_f(v->beta[j + 1], mgp_f_from_u32(terms[i].t[j])));
    if (mgp_e_is_zero(d))
      return MGP_REJECT("public-denominator", "the denominator of public term %u is zero", i);
    mgp_f_t count = mgp_f_from_u32(terms[i].count);
    add_fraction(sum, mgp_e_from_f(terms[i].sign > 0 ? count : mgp_f_neg(count)), d);
  }
  for (uint32_t i = 0; i < v->shape->ntraces; i++)
    add_fraction(sum, v->tasks[i].p, v->tasks[i].q); /* q was checked */
  if (!mgp_e_is_zero(sum[0]))
    return MGP_REJECT("bus-sum", "sends and receives of the traces and the statement differ");
  return MGP_OK;
}
