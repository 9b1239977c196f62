/* The plain pass in machine code (x86-64, System V ABI): what the interpreter's loop of a kind
 * does, for the instructions that nearly all steps are. Each op is a few machine instructions, in
 * order.
 *
 * Registers. The six guest registers used most live in machine registers, the others in vm->s.x.
 *   RAX RCX RDX   of an op          R13  where the next word is noted, if any are
 *   RBX  cost                       R14  bits of the words that have been seen, if these count
 *   RBP  vm->s.x, in the middle     R15  the guest's memory
 *   R12  steps << 32 | timestamps   [RSP] the frame, [RSP + 8] count at which to stop
 *
 * Blocks. Where a block may be entered stands its head: it adds the whole block's steps, time and
 * cost, and leaves if that is too much. Whatever an op does not do itself (ecalls, traps, a jump
 * into the middle of a block) leaves too, before it has changed anything: the interpreter goes on
 * from there, and knows what is allowed. So a case that this file does not know is slow, and what
 * an ecall or a trap is stands elsewhere.
 *
 * The buffer is never writable and executable at a time. Where that or the mapping is refused, or
 * on another machine, the interpreter does everything. */
#include "vm/interp.h"

#if defined(__x86_64__) && defined(__GNUC__)

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "vm/x86.h"

#define OP_BYTES   256u  /* no op takes more, with its head and what it leaves by */
#define MORE_BYTES 4096u /* beginning and end */
#define MIDDLE     16    /* RBP is at this register: all are within a byte's reach */
#define KEPT       6u

/* What goes in and comes out. */
typedef struct {
  const uint8_t *start; /* a head */
  uint64_t count, cost, stop;
  uint32_t *note, *x;
  uint8_t *mem;
  uint32_t *seen;
  uint8_t *seen_block;
  uint64_t *words;
  uint64_t at;     /* the next op */
  uint64_t within; /* its block's rest has been counted already */
} frame_t;

struct mgp_vm_code {
  mgp_vm_loop_t kind;
  uint8_t *bytes;
  size_t nbytes;
  const uint8_t **head; /* [nops]; outside of heads: leaves for the interpreter */
  const uint8_t *no_head;
  void (*enter)(frame_t *f);
};

/* --- translation -------------------------------------------------------------------------- */

/* A jump to the head of an op, or to what stands behind everything for an op. */
typedef enum { TO_HEAD, TO_LEAVE, TO_FIRST_ACCESS } aim_t;
typedef struct {
  uint8_t *jump;
  const uint8_t *back; /* FIRST_ACCESS: where to go on */
  uint32_t op;
  aim_t aim;
} link_t;

typedef struct {
  const mgp_vm_t *vm;
  mgp_vm_code_t *code;
  x86_t c;
  int host[MGP_REG_SINK + 1]; /* machine register, or -1 */
  uint8_t *leads;             /* [nops] 1: has a head */
  const uint8_t **body;       /* [nops]: behind the head */
  link_t *links;
  size_t nlinks, cap_links;
  uint8_t *leave_within, *first_access;
  int failed; /* no memory */
} maker_t;

static const int kept[KEPT] = {RSI, RDI, R8, R9, R10, R11};
static const int saved[] = {RBX, RBP, R12, R13, R14, R15};

static x86_loc_t loc_of(const maker_t *m, unsigned r) {
  return (x86_loc_t){m->host[r], 4 * ((int32_t)r - MIDDLE)};
}
static x86_loc_t in_reg(int reg) {
  return (x86_loc_t){reg, 0};
}

static void aim(maker_t *m, uint8_t *jump, aim_t to, size_t op) {
  if (m->nlinks == m->cap_links) {
    const size_t cap = m->cap_links ? 2 * m->cap_links : 1024;
    link_t *links = realloc(m->links, cap * sizeof *links);
    if (links == NULL) {
      m->failed = 1;
      return;
    }
    m->links = links;
    m->cap_links = cap;
  }
  m->links[m->nlinks++] = (link_t){jump, m->c.at, (uint32_t)op, to};
}

/* reg = guest register r; guest register r = reg */
static void get(maker_t *m, int reg, unsigned r) {
  if (m->host[r] != reg) x86_op(&m->c, X86_LOAD, reg, loc_of(m, r));
}
static void put(maker_t *m, unsigned r, int reg) {
  if (m->host[r] != reg) x86_op(&m->c, X86_STORE, reg, loc_of(m, r));
}
/* The machine register that guest register r is kept in, or another one. */
static int kept_or(const maker_t *m, unsigned r, int otherwise) {
  return m->host[r] >= 0 ? m->host[r] : otherwise;
}

/* In place, unless rs2 is still needed then. */
static void alu(maker_t *m, const mgp_vop_t *o, unsigned opcode) {
  const int d = o->rd != o->rs2 || o->rd == o->rs1 ? kept_or(m, o->rd, RAX) : RAX;
  get(m, d, o->rs1);
  x86_op(&m->c, opcode, d, loc_of(m, o->rs2));
  put(m, o->rd, d);
}

/* The upper halves of products of 32 bits with their signs, or without. */
static void multiply_high(maker_t *m, const mgp_vop_t *o, int signed1, int signed2) {
  get(m, RAX, o->rs1);
  get(m, RCX, o->rs2);
  if (signed1) x86_op64(&m->c, X86_MOVSXD, RAX, RAX);
  if (signed2) x86_op64(&m->c, X86_MOVSXD, RCX, RCX);
  x86_op64(&m->c, X86_IMUL, RAX, RCX);
  x86_shift_imm(&m->c, 64, X86_SHR, in_reg(RAX), 32);
  put(m, o->rd, RAX);
}

/* In 64 bits, where nothing overflows; by 0: -1 and the dividend. */
static void divide(maker_t *m, const mgp_vop_t *o, int has_sign, int remainder) {
  x86_t *c = &m->c;
  get(m, RAX, o->rs1);
  get(m, RCX, o->rs2);
  if (remainder)
    x86_op(c, X86_LOAD, RDX, in_reg(RAX));
  else
    x86_set(c, in_reg(RDX), UINT32_MAX);
  x86_op_imm(c, 32, X86_EXT_CMP, in_reg(RCX), 0);
  uint8_t *zero = x86_short_if(c, X86_E);
  if (has_sign) {
    x86_op64(c, X86_MOVSXD, RAX, RAX);
    x86_op64(c, X86_MOVSXD, RCX, RCX);
    x86_byte(c, 0x48), x86_byte(c, 0x99); /* CQO: RDX = sign of RAX */
    x86_unary(c, 64, 7, RCX);
  } else {
    x86_op(c, X86_XOR, RDX, in_reg(RDX));
    x86_unary(c, 32, 6, RCX);
  }
  if (!remainder) x86_op(c, X86_LOAD, RDX, in_reg(RAX));
  x86_link8(zero, c->at);
  put(m, o->rd, RDX);
}

static void alu_imm(maker_t *m, const mgp_vop_t *o, int ext) {
  const int d = kept_or(m, o->rd, RAX);
  if (o->rd == o->rs1) {
    x86_op_imm(&m->c, 32, ext, loc_of(m, o->rd), (int32_t)o->imm);
    return;
  }
  get(m, d, o->rs1);
  x86_op_imm(&m->c, 32, ext, in_reg(d), (int32_t)o->imm);
  put(m, o->rd, d);
}

static void shift_imm(maker_t *m, const mgp_vop_t *o, int ext) {
  const int d = kept_or(m, o->rd, RAX);
  get(m, d, o->rs1);
  x86_shift_imm(&m->c, 32, ext, in_reg(d), o->imm);
  put(m, o->rd, d);
}

static void shift(maker_t *m, const mgp_vop_t *o, int ext) {
  get(m, RCX, o->rs2);
  get(m, RAX, o->rs1);
  x86_shift_cl(&m->c, ext, RAX);
  put(m, o->rd, RAX);
}

static void compare(maker_t *m, const mgp_vop_t *o) {
  const int a = kept_or(m, o->rs1, RAX);
  get(m, a, o->rs1);
  x86_op(&m->c, X86_CMP, a, loc_of(m, o->rs2));
}
static void compare_imm(maker_t *m, const mgp_vop_t *o, int32_t imm) {
  x86_op_imm(&m->c, 32, X86_EXT_CMP, loc_of(m, o->rs1), imm);
}

/* rd = 1 if what has been compared is so, else 0 */
static void put_condition(maker_t *m, const mgp_vop_t *o, unsigned condition) {
  x86_op(&m->c, X86_SET | condition, 0, in_reg(RAX));
  x86_op(&m->c, X86_MOVZX8, RAX, in_reg(RAX));
  put(m, o->rd, RAX);
}

/* --- memory */

/* EAX = rs1 + imm, if it is one of the addresses that ADDRESS of interp.inc does not look up: in
 * units 1 to 3 and 5 to 7 of 2^27 bytes, and a multiple of the size. */
static void address(maker_t *m, const mgp_vop_t *o, size_t i, unsigned size) {
  x86_t *c = &m->c;
  get(m, RAX, o->rs1);
  if (o->imm) x86_op_imm(c, 32, X86_EXT_ADD, in_reg(RAX), (int32_t)o->imm);
  x86_byte(c, 0xa9), x86_u32(c, 3u << 27); /* TEST EAX, imm */
  aim(m, x86_jump_if(c, X86_E), TO_LEAVE, i);
  x86_byte(c, 0x3d), x86_u32(c, MGP_ADDR_LIMIT); /* CMP EAX, imm */
  aim(m, x86_jump_if(c, X86_AE), TO_LEAVE, i);
  if (size > 1) {
    x86_byte(c, 0xa8), x86_byte(c, size - 1); /* TEST AL, imm */
    aim(m, x86_jump_if(c, X86_NE), TO_LEAVE, i);
  }
}

/* EDX = the word of bits with that of the word at EAX, ECX = this one's number */
static void find_seen(x86_t *c) {
  x86_op(c, X86_LOAD, RCX, in_reg(RAX));
  x86_shift_imm(c, 32, X86_SHR, in_reg(RCX), 7);
  x86_indexed(c, X86_LOAD, RDX, R14, RCX, 2);
  x86_op(c, X86_LOAD, RCX, in_reg(RAX));
  x86_shift_imm(c, 32, X86_SHR, in_reg(RCX), 2);
}

static void note_word(x86_t *c, int reg) {
  x86_rex(c, 32, reg, 0, R13);
  x86_byte(c, X86_STORE);
  x86_modrm(c, 1, reg, R13);
  x86_byte(c, 0);
  x86_op_imm(c, 64, X86_EXT_ADD, in_reg(R13), 4);
}

/* The word at EAX is accessed: counted and, unless it is a whole one that is loaded, noted. */
static void accessed(maker_t *m, size_t i, int loads_word) {
  x86_t *c = &m->c;
  if (m->code->kind == MGP_VM_LOOP_PLAIN) return;
  find_seen(c);
  x86_op(c, X86_BT, RCX, in_reg(RDX));
  aim(m, x86_jump_if(c, X86_AE), TO_FIRST_ACCESS, i);
  if (loads_word || m->code->kind != MGP_VM_LOOP_NOTE) return;
  x86_op(c, X86_LOAD, RCX, in_reg(RAX));
  x86_op_imm(c, 32, X86_EXT_AND, in_reg(RCX), -4);
  x86_indexed(c, X86_LOAD, RDX, R15, RCX, 0);
  note_word(c, RDX);
}

static void load(maker_t *m, const mgp_vop_t *o, size_t i, unsigned opcode, unsigned size) {
  const int d = kept_or(m, o->rd, RCX);
  address(m, o, i, size);
  accessed(m, i, size == 4);
  x86_indexed(&m->c, opcode, d, R15, RAX, 0);
  if (size == 4 && m->code->kind == MGP_VM_LOOP_NOTE) note_word(&m->c, d);
  put(m, o->rd, d);
}

static void store(maker_t *m, const mgp_vop_t *o, size_t i, unsigned size) {
  address(m, o, i, size);
  accessed(m, i, 0);
  get(m, RCX, o->rs2);
  if (size == 2) x86_byte(&m->c, 0x66);
  x86_indexed(&m->c, size == 1 ? X86_STORE8 : X86_STORE, RCX, R15, RAX, 0);
}

/* --- control */

static void head(maker_t *m, size_t i) {
  const uint64_t cost = m->vm->block_cost[i];
  x86_t *c = &m->c;
  m->code->head[i] = c->at;
  x86_set64(c, RAX, m->vm->block_steps[i]);
  x86_op64(c, X86_ADD, R12, RAX);
  if (cost <= INT32_MAX) {
    x86_op_imm(c, 64, X86_EXT_ADD, in_reg(RBX), (int32_t)cost);
  } else {
    x86_set64(c, RAX, cost);
    x86_op64(c, X86_ADD, RBX, RAX);
  }
  x86_move64(c, X86_CMP, R12, RSP, 8);
  aim(m, x86_jump_if(c, X86_AE), TO_LEAVE, i);
}

static void branch(maker_t *m, const mgp_vop_t *o, unsigned condition) {
  aim(m, x86_jump_if(&m->c, condition), TO_HEAD, o->imm);
}

static void jump(maker_t *m, const mgp_vop_t *o) {
  aim(m, x86_jump(&m->c), TO_HEAD, o->imm);
}

static void link(maker_t *m, const mgp_vop_t *o, size_t i) {
  x86_set(&m->c, loc_of(m, o->rd), 4 * m->vm->meta[i].pc + 4);
}

/* As JALR of interp.inc: to code of the entry's segment, by the table of heads. */
static void jump_indirect(maker_t *m, const mgp_vop_t *o, size_t i) {
  const mgp_vm_t *vm = m->vm;
  x86_t *c = &m->c;
  get(m, RAX, o->rs1);
  x86_op_imm(c, 64, X86_EXT_ADD, in_reg(RAX), (int32_t)o->imm);
  x86_byte(c, 0xa8), x86_byte(c, 2); /* TEST AL, 2 */
  aim(m, x86_jump_if(c, X86_NE), TO_LEAVE, i);
  x86_shift_imm(c, 64, X86_SAR, in_reg(RAX), 2);
  x86_op_imm(c, 64, X86_EXT_SUB, in_reg(RAX), (int32_t)vm->near_base);
  x86_op_imm(c, 64, X86_EXT_CMP, in_reg(RAX), (int32_t)vm->near_n);
  aim(m, x86_jump_if(c, X86_AE), TO_LEAVE, i);
  x86_op_imm(c, 64, X86_EXT_ADD, in_reg(RAX), (int32_t)vm->near_op);
  link(m, o, i);
  x86_set64(c, RDX, (uint64_t)(uintptr_t)m->code->head);
  x86_indexed(c, 0xff, 4, RDX, RAX, 3); /* JMP [RDX + 8 RAX] */
}

/* --- ops */

static void translate_op(maker_t *m, const mgp_vop_t *o, size_t i) {
  /* clang-format off */
  switch ((mgp_handler_t)o->h) {
  case MGP_H_NOP: break;
  case MGP_H_CONST: x86_set(&m->c, loc_of(m, o->rd), o->imm); break;
  case MGP_H_MV: {
    const int d = kept_or(m, o->rd, kept_or(m, o->rs1, RAX));
    get(m, d, o->rs1);
    put(m, o->rd, d);
    break;
  }
  case MGP_H_ADDI: case MGP_H_ADDI2: alu_imm(m, o, X86_EXT_ADD); break;
  case MGP_H_XORI: alu_imm(m, o, X86_EXT_XOR); break;
  case MGP_H_ORI: alu_imm(m, o, X86_EXT_OR); break;
  case MGP_H_ANDI: alu_imm(m, o, X86_EXT_AND); break;
  case MGP_H_SLLI: case MGP_H_SLLI2: shift_imm(m, o, X86_SHL); break;
  case MGP_H_SRLI: case MGP_H_SRLI2: shift_imm(m, o, X86_SHR); break;
  case MGP_H_SRAI: case MGP_H_SRAI2: shift_imm(m, o, X86_SAR); break;
  case MGP_H_SLTI: compare_imm(m, o, (int32_t)o->imm); put_condition(m, o, X86_L); break;
  case MGP_H_SLTIU: compare_imm(m, o, (int32_t)o->imm); put_condition(m, o, X86_B); break;
  case MGP_H_ADD: case MGP_H_ADD2: alu(m, o, X86_ADD); break;
  case MGP_H_SUB: case MGP_H_SUB2: alu(m, o, X86_SUB); break;
  case MGP_H_XOR: case MGP_H_XOR2: alu(m, o, X86_XOR); break;
  case MGP_H_OR: case MGP_H_OR2: alu(m, o, X86_OR); break;
  case MGP_H_AND: case MGP_H_AND2: alu(m, o, X86_AND); break;
  case MGP_H_SLL: shift(m, o, X86_SHL); break;
  case MGP_H_SRL: shift(m, o, X86_SHR); break;
  case MGP_H_SRA: shift(m, o, X86_SAR); break;
  case MGP_H_SLT: compare(m, o); put_condition(m, o, X86_L); break;
  case MGP_H_SLTU: compare(m, o); put_condition(m, o, X86_B); break;
  case MGP_H_MUL: alu(m, o, X86_IMUL); break;
  case MGP_H_MULH: multiply_high(m, o, 1, 1); break;
  case MGP_H_MULHSU: multiply_high(m, o, 1, 0); break;
  case MGP_H_MULHU: multiply_high(m, o, 0, 0); break;
  case MGP_H_DIV: divide(m, o, 1, 0); break;
  case MGP_H_DIVU: divide(m, o, 0, 0); break;
  case MGP_H_REM: divide(m, o, 1, 1); break;
  case MGP_H_REMU: divide(m, o, 0, 1); break;
  case MGP_H_LB: load(m, o, i, X86_MOVSX8, 1); break;
  case MGP_H_LBU: load(m, o, i, X86_MOVZX8, 1); break;
  case MGP_H_LH: load(m, o, i, X86_MOVSX16, 2); break;
  case MGP_H_LHU: load(m, o, i, X86_MOVZX16, 2); break;
  case MGP_H_LW: case MGP_H_LW2: load(m, o, i, X86_LOAD, 4); break;
  case MGP_H_SB: store(m, o, i, 1); break;
  case MGP_H_SH: store(m, o, i, 2); break;
  case MGP_H_SW: store(m, o, i, 4); break;
  case MGP_H_JUMP: jump(m, o); break;
  case MGP_H_JAL: link(m, o, i); jump(m, o); break;
  case MGP_H_JALR: jump_indirect(m, o, i); break;
  case MGP_H_BEQZ: compare_imm(m, o, 0); branch(m, o, X86_E); break;
  case MGP_H_BNEZ: compare_imm(m, o, 0); branch(m, o, X86_NE); break;
  case MGP_H_BEQ: compare(m, o); branch(m, o, X86_E); break;
  case MGP_H_BNE: compare(m, o); branch(m, o, X86_NE); break;
  case MGP_H_BLT: compare(m, o); branch(m, o, X86_L); break;
  case MGP_H_BGE: compare(m, o); branch(m, o, X86_GE); break;
  case MGP_H_BLTU: compare(m, o); branch(m, o, X86_B); break;
  case MGP_H_BGEU: compare(m, o); branch(m, o, X86_AE); break;
  case MGP_H_BAD_JUMP: case MGP_H_BAD_BRANCHZ: case MGP_H_BAD_BRANCH: case MGP_H_ECALL:
  case MGP_H_ILLEGAL: case MGP_H_END: case MGP_H_COUNT:
    aim(m, x86_jump(&m->c), TO_LEAVE, i);
    break;
  }
  /* clang-format on */
}

/* Where blocks begin: behind each, and where jumps lead. */
static void find_leads(maker_t *m) {
  const mgp_vm_t *vm = m->vm;
  for (uint32_t i = 0; i < vm->nops; i++) {
    const mgp_vop_t *o = &vm->ops[i];
    if (i == 0 || mgp_vm_ends_block(vm->ops[i - 1].h)) m->leads[i] = 1;
    if (o->h == MGP_H_JUMP || o->h == MGP_H_JAL || (o->h >= MGP_H_BEQZ && o->h <= MGP_H_BGEU))
      m->leads[o->imm] = 1;
  }
}

static void translate_ops(maker_t *m) {
  const mgp_vm_t *vm = m->vm;
  for (uint32_t i = 0; i < vm->nops && !m->failed; i++) {
    const int falls_in = i > 0 && !mgp_vm_ends_block(vm->ops[i - 1].h);
    if (m->leads[i] && !falls_in) head(m, i);
    m->body[i] = m->c.at;
    translate_op(m, &vm->ops[i], i);
  }
  for (uint32_t i = 1; i < vm->nops && !m->failed; i++) { /* heads that would be fallen into */
    if (!m->leads[i] || m->code->head[i] != m->code->no_head) continue;
    head(m, i);
    x86_link(x86_jump(&m->c), m->body[i]);
  }
}

/* --- beginning, end */

#define FRAME(field) ((int32_t)offsetof(frame_t, field))

/* LOAD or STORE: the kept registers from vm->s.x, or to it. */
static void move_kept(maker_t *m, unsigned opcode) {
  for (unsigned r = 0; r < MGP_REG_SINK; r++)
    if (m->host[r] >= 0) x86_op(&m->c, opcode, m->host[r], (x86_loc_t){-1, loc_of(m, r).offset});
}

static void make_enter(maker_t *m) {
  x86_t *c = &m->c;
  for (size_t k = 0; k < sizeof saved / sizeof *saved; k++) {
    x86_rex(c, 32, 0, 0, saved[k]);
    x86_byte(c, 0x50u | (unsigned)(saved[k] & 7)); /* PUSH */
  }
  x86_op_imm(c, 64, X86_EXT_SUB, in_reg(RSP), 24);
  x86_move64(c, X86_STORE, RDI, RSP, 0);
  x86_move64(c, X86_LOAD, RAX, RDI, FRAME(stop));
  x86_move64(c, X86_STORE, RAX, RSP, 8);
  x86_move64(c, X86_LOAD, RBX, RDI, FRAME(cost));
  x86_move64(c, X86_LOAD, R12, RDI, FRAME(count));
  x86_move64(c, X86_LOAD, R13, RDI, FRAME(note));
  x86_move64(c, X86_LOAD, R14, RDI, FRAME(seen));
  x86_move64(c, X86_LOAD, R15, RDI, FRAME(mem));
  x86_move64(c, X86_LOAD, RBP, RDI, FRAME(x));
  x86_op_imm(c, 64, X86_EXT_ADD, in_reg(RBP), 4 * MIDDLE);
  x86_move64(c, X86_LOAD, RAX, RDI, FRAME(start));
  move_kept(m, X86_LOAD);
  x86_byte(c, 0xff), x86_modrm(c, 3, 4, RAX); /* JMP RAX */
}

/* EAX: the next op; ECX: whether its block's rest has been counted. */
static void make_leave(maker_t *m) {
  x86_t *c = &m->c;
  m->code->no_head = c->at;
  x86_op(c, X86_XOR, RCX, in_reg(RCX));
  uint8_t *leave = x86_jump(c);
  m->leave_within = c->at;
  x86_set(c, in_reg(RCX), 1);
  x86_link(leave, c->at);
  x86_move64(c, X86_LOAD, RDX, RSP, 0);
  x86_move64(c, X86_STORE, RAX, RDX, FRAME(at));
  x86_move64(c, X86_STORE, RCX, RDX, FRAME(within));
  x86_move64(c, X86_STORE, R12, RDX, FRAME(count));
  x86_move64(c, X86_STORE, RBX, RDX, FRAME(cost));
  x86_move64(c, X86_STORE, R13, RDX, FRAME(note));
  move_kept(m, X86_STORE);
  x86_op_imm(c, 64, X86_EXT_ADD, in_reg(RSP), 24);
  for (size_t k = sizeof saved / sizeof *saved; k-- > 0;) {
    x86_rex(c, 32, 0, 0, saved[k]);
    x86_byte(c, 0x58u | (unsigned)(saved[k] & 7)); /* POP */
  }
  x86_byte(c, 0xc3);
}

/* mgp_vm_first_access of the word at EAX, as find_seen has left it; called, so the frame is 8
 * further up. */
static void make_first_access(maker_t *m) {
  x86_t *c = &m->c;
  m->first_access = c->at;
  x86_op(c, X86_BTS, RCX, in_reg(RDX));
  x86_op(c, X86_LOAD, RCX, in_reg(RAX));
  x86_shift_imm(c, 32, X86_SHR, in_reg(RCX), 7);
  x86_indexed(c, X86_STORE, RDX, R14, RCX, 2);
  x86_shift_imm(c, 32, X86_SHR, in_reg(RCX), MGP_VM_SEEN_BLOCK_LOG - 5);
  x86_move64(c, X86_LOAD, RDX, RSP, 8);
  x86_move64(c, X86_LOAD, RDX, RDX, FRAME(seen_block));
  x86_indexed(c, 0xc6, 0, RDX, RCX, 0); /* MOV byte, 1 */
  x86_byte(c, 1);
  x86_move64(c, X86_LOAD, RDX, RSP, 8);
  x86_move64(c, X86_LOAD, RDX, RDX, FRAME(words));
  x86_rex(c, 64, 0, 0, RDX);
  x86_byte(c, 0xff), x86_modrm(c, 0, 0, RDX); /* INC [RDX] */
  x86_byte(c, 0xc3);
}

static void finish(maker_t *m) {
  x86_t *c = &m->c;
  for (size_t k = 0; k < m->nlinks; k++) {
    const link_t *l = &m->links[k];
    if (l->aim == TO_HEAD) {
      x86_link(l->jump, m->code->head[l->op]);
      continue;
    }
    x86_link(l->jump, c->at);
    if (l->aim == TO_LEAVE) {
      x86_set(c, in_reg(RAX), l->op);
      x86_link(x86_jump(c), m->leave_within);
    } else {
      x86_link(x86_call(c), m->first_access);
      x86_link(x86_jump(c), l->back);
    }
  }
}

/* The registers used most, of instructions by how often they were executed. */
static void choose_registers(maker_t *m, const uint64_t *hits) {
  uint64_t uses[MGP_REG_SINK + 1] = {0};
  for (uint32_t i = 0; i < m->vm->nops; i++) {
    const mgp_vop_t *o = &m->vm->ops[i];
    const uint32_t insn = m->vm->meta[i].insn;
    const uint64_t n = 1 + (insn != UINT32_MAX ? hits[insn] * 1024 : 0);
    uses[o->rd] += n;
    uses[o->rs1] += n;
    uses[o->rs2] += n;
  }
  uses[0] = uses[MGP_REG_SINK] = 0;
  for (unsigned r = 0; r <= MGP_REG_SINK; r++) m->host[r] = -1;
  for (unsigned k = 0; k < KEPT; k++) {
    unsigned best = 0;
    for (unsigned r = 1; r < MGP_REG_SINK; r++)
      if (uses[r] > uses[best]) best = r;
    if (uses[best] == 0) return;
    m->host[best] = kept[k];
    uses[best] = 0;
  }
}

static int make(maker_t *m, const uint64_t *hits) {
  const mgp_vm_t *vm = m->vm;
  mgp_vm_code_t *code = m->code;
  code->nbytes = (size_t)vm->nops * OP_BYTES + MORE_BYTES;
  void *p = mmap(NULL, code->nbytes, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (p == MAP_FAILED) return 0;
  code->bytes = m->c.at = p;
  code->head = malloc(vm->nops * sizeof *code->head);
  m->leads = calloc(vm->nops, 1);
  m->body = malloc(vm->nops * sizeof *m->body);
  if (code->head == NULL || m->leads == NULL || m->body == NULL) return 0;
  choose_registers(m, hits);
  find_leads(m);
  make_enter(m);
  make_leave(m);
  make_first_access(m);
  for (uint32_t i = 0; i < vm->nops; i++) code->head[i] = code->no_head;
  translate_ops(m);
  if (m->failed) return 0;
  finish(m);
  memcpy(&code->enter, &p, sizeof p);
  return mprotect(p, code->nbytes, PROT_READ | PROT_EXEC) == 0;
}

void mgp_vm_translate(mgp_vm_t *vm, mgp_vm_loop_t kind, const uint64_t *hits) {
  maker_t m = {.vm = vm, .code = calloc(1, sizeof *m.code)};
  if (m.code == NULL) return;
  m.code->kind = kind;
  if (make(&m, hits))
    vm->code = m.code;
  else
    mgp_vm_free_code(m.code);
  free(m.leads);
  free(m.body);
  free(m.links);
}

void mgp_vm_free_code(mgp_vm_code_t *code) {
  if (code == NULL) return;
  if (code->bytes != NULL) (void)munmap(code->bytes, code->nbytes);
  free(code->head);
  free(code);
}

/* --- running ------------------------------------------------------------------------------ */

static void run_code(mgp_vm_t *vm, uint64_t steps) {
  frame_t f = {.start = vm->code->head[vm->at],
               .stop = (steps + 1) << 32,
               .note = vm->note,
               .x = vm->s.x,
               .mem = vm->mem,
               .seen = vm->seen,
               .seen_block = vm->seen_block,
               .words = &vm->s.words};
  vm->code->enter(&f);
  if (f.within) {
    f.count -= vm->block_steps[f.at];
    f.cost -= vm->block_cost[f.at];
  }
  vm->note = f.note;
  vm->at = (uint32_t)f.at;
  vm->s.pc = vm->meta[f.at].pc;
  vm->s.steps += f.count >> 32;
  vm->s.ts += (uint32_t)f.count;
  vm->s.cost += f.cost;
}

int mgp_vm_loop_code(mgp_vm_t *vm, mgp_vm_loop_t kind, uint64_t steps) {
  if (vm->code == NULL || vm->code->kind != kind) return 0;
  if (vm->code->head[vm->at] != vm->code->no_head) run_code(vm, steps);
  return 1;
}

#else

void mgp_vm_translate(mgp_vm_t *vm, mgp_vm_loop_t kind, const uint64_t *hits) {
  (void)vm, (void)kind, (void)hits;
}
void mgp_vm_free_code(mgp_vm_code_t *code) {
  (void)code;
}
int mgp_vm_loop_code(mgp_vm_t *vm, mgp_vm_loop_t kind, uint64_t steps) {
  (void)vm, (void)kind, (void)steps;
  return 0;
}

#endif
