/* Every instruction with edge and random operands: the honest row meets its constraints and
 * lookups, and its tokens are what the instruction means. REFRESH rows bridge old accesses. */
#include "chips/check.h"
#include "chips_judge.h"

static mgp_chipset_t *set;
static unsigned seen[MGP_CHIP_COUNT];

static void check_refresh(const model_instance_t *m, unsigned f, const judge_face_t *step) {
  mgp_f_t cols[MGP_MAX_COLUMNS], values[MGP_MAX_NODES];
  const mgp_chip_t *chip = &set->chip[MGP_CHIP_REFRESH];
  judge_face_t face;
  mgp_witness_row(MGP_CHIP_REFRESH, &m->raw, f, cols, 1);
  CHECK(judge_accepts(chip, &m->prog, cols, values));
  judge_face(chip, values, &face);
  const char *fault = judge_refresh(&face);
  CHECK_MSG(fault == JUDGE_OK, "%s, field %u: %s", set->chip[m->chip].name, f, fault);
  uint32_t prev = f == 0 ? m->step.pa : f == 1 ? m->step.pb : m->step.po;
  CHECK_EQ_U64(face.token[0].t[4], prev);
  /* the step receives exactly what the refresh sends */
  int received = 0;
  for (uint32_t i = 0; i < step->n; i++)
    received += step->token[i].bus == MGP_BUS_MEM && step->token[i].mult == MGP_P - 1 &&
                memcmp(step->token[i].t, face.token[1].t, sizeof face.token[1].t) == 0;
  CHECK_EQ_U64(received, 1);
  seen[MGP_CHIP_REFRESH]++;
}

static void check_instance(const model_instance_t *m) {
  mgp_f_t cols[MGP_MAX_COLUMNS], strided[2 * MGP_MAX_COLUMNS], values[MGP_MAX_NODES];
  const mgp_chip_t *chip = &set->chip[m->chip];
  judge_face_t face;
  mgp_witness_row(m->chip, &m->raw, 0, cols, 1);
  mgp_witness_row(m->chip, &m->raw, 0, strided, 2);
  for (uint32_t c = 0; c < chip->ncols; c++) CHECK_EQ_U64(cols[c], strided[2 * c]);
  mgp_chip_eval_row(chip, cols, NULL, values);
  CHECK_OK(mgp_check_row(chip, &m->prog, values, 0));
  CHECK(judge_accepts(chip, &m->prog, cols, values));
  judge_face(chip, values, &face);
  const char *fault = judge_step(m, &face);
  const model_insn_t *in = &m->code[m->at];
  CHECK_MSG(fault == JUDGE_OK, "%s: op %u rd %u rs1 %u rs2 %u imm %d a %x b %x: %s", chip->name,
            in->op, in->rd, in->rs1, in->rs2, in->imm, m->step.a, m->step.b, fault);
  unsigned old = mgp_refresh_mask(&m->insns[m->at], m->chip, &m->step);
  for (unsigned f = 0; f < MGP_FIELD_COUNT; f++)
    if (old >> f & 1) check_refresh(m, f, &face);
  seen[m->chip]++;
}

int main(void) {
  test_rng_t g = test_rng();
  unsigned rounds = test_slow() ? 20000 : 1000;
  REQUIRE_OK(mgp_chipset_create(&set));
  for (unsigned op = 1; op < MGP_OP_COUNT; op++) {
    for (unsigned i = 0; i < rounds; i++) {
      model_instance_t m;
      model_instance(&g, &m, op, i % 2);
      check_instance(&m);
    }
  }
  for (unsigned id = 1; id <= MGP_CHIP_REFRESH; id++)
    CHECK_MSG(seen[id] >= rounds / 100, "%s: only %u rows", set->chip[id].name, seen[id]);
  mgp_chipset_destroy(set);
  return test_result();
}
