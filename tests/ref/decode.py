"""Instruction word -> row of the PROGRAM table (chips.md, section 4). Ids are those of its section 8."""
from field import P

HALT_PC = 3 << 27
TRAP_PC = HALT_PC + 1
PC_END = 1 << 28
NO_REGISTER = 32

(J, CONST, MV, ADDI, ADDI2, ADD, ADD2, LOGIC, LOGIC2, LOGICI, SHIFTI, SHIFTI2, SHIFT, BZ, BEQ, BLT, BLTU,
 SLT, SLTU, JALR, LW, LW2, LSUB, SW, SSUB, MUL, MULH, DIV) = range(1, 29)
ECALL = 31

LOAD, FENCE, OP_IMM, AUIPC, STORE, OP, LUI, BRANCH, OP_JALR, JAL, SYSTEM = (
    0x03, 0x0F, 0x13, 0x17, 0x23, 0x33, 0x37, 0x63, 0x67, 0x6F, 0x73)


def signed(value, bits):
    return value - (1 << bits) if value >> (bits - 1) else value


def target(pc, offset):
    """The word index that a jump by `offset` bytes leads to."""
    address = 4 * pc + offset
    return address // 4 if address % 4 == 0 and 0 <= address < 4 * PC_END else TRAP_PC


def shift_parts(amount, left):
    """(w2, w1, w0), Q, P of a shift by `amount` in 0..31."""
    if left:
        s, window = -amount % 16, (0, amount == 0, 1 <= amount <= 16)
    else:
        s, window = amount % 16, (amount >= 16, amount < 16, 0)
    return tuple(map(int, window)), 1 << s, 1 << (16 - s)


def row(chip, rd=0, rs1=0, rs2=0, flags=(), xyz=()):
    k = chip + (rd << 5) + (rs1 << 11) + (rs2 << 17)
    for i, flag in enumerate(flags):
        k += int(flag) << (23 + i)
    x, y, z = (tuple(v % P for v in xyz) + (0, 0, 0))[:3]
    return k, x, y, z


UNDECODABLE = row(0)


def constant(rd, value, next_pc):
    value %= 1 << 32
    return row(CONST, rd, xyz=(value & 0xFFFF, value >> 16, next_pc))


def decode_op_imm(pc, word, rd, funct3, rs1):
    dest, imm = rd or NO_REGISTER, signed(word >> 20, 12)
    if funct3 == 0:
        if rd == 0 or rd == rs1 and imm == 0:
            return row(J, xyz=(pc + 1,))
        if rs1 == 0:
            return constant(rd, imm, pc + 1)
        if imm == 0:
            return row(MV, rd, rs1)
        if rd == rs1:
            return row(ADDI2, 0, rs1, xyz=(imm,))
        return row(ADDI, rd, rs1, xyz=(imm,))
    if funct3 in (2, 3):
        return row(SLT if funct3 == 2 else SLTU, dest, rs1, 0, (0,),
                   (imm & 0xFFFF, imm >> 16 & 0xFFFF))
    if funct3 in (1, 5):
        sra = word >> 25 == 0x20
        if word >> 25 not in (0, 0x20) or sra and funct3 == 1:
            return UNDECODABLE
        window, q, p = shift_parts(rs2_of(word), funct3 == 1)
        if rd == rs1 and rd:
            return row(SHIFTI2, 0, rs1, 0, window + (sra,), (q, p))
        return row(SHIFTI, dest, rs1, 0, window + (sra,), (q, p))
    # what the high limb takes of rs1's, for (imm >= 0, imm < 0)
    al = {7: (0, 1), 6: (1, 0), 4: (1, -1)}[funct3][imm < 0]
    return row(LOGICI, dest, rs1, 0, (funct3 == 6, funct3 == 4), (imm & 0xFF, imm >> 8 & 0xFF, al))


def rs2_of(word):
    return word >> 20 & 31


def decode_op(word, rd, funct3, rs1, rs2):
    dest, funct7 = rd or NO_REGISTER, word >> 25
    in_place = rd == rs1 and rd != 0
    swapped = rd == rs2 and rd != 0
    if funct7 == 1:
        if funct3 == 0:
            return row(MUL, dest, rs1, rs2)
        if funct3 < 4:
            return row(MULH, dest, rs1, rs2, (funct3 != 3, funct3 == 1))
        return row(DIV, dest, rs1, rs2, (funct3 in (4, 6), funct3 >= 6))
    if funct7 == 0x20 and funct3 not in (0, 5) or funct7 not in (0, 0x20):
        return UNDECODABLE
    if funct3 == 0:
        sub = funct7 == 0x20
        if in_place:
            return row(ADD2, 0, rs1, rs2, (sub,))
        if swapped and not sub:
            return row(ADD2, 0, rs2, rs1, (0,))
        return row(ADD, dest, rs1, rs2, (sub,))
    if funct3 in (2, 3):
        return row(SLT if funct3 == 2 else SLTU, dest, rs1, rs2, (1,))
    if funct3 in (1, 5):
        return row(SHIFT, dest, rs1, rs2, (funct7 == 0x20, funct3 == 1))
    flags = (funct3 == 6, funct3 == 4)
    if in_place:
        return row(LOGIC2, 0, rs1, rs2, flags)
    if swapped:
        return row(LOGIC2, 0, rs2, rs1, flags)
    return row(LOGIC, dest, rs1, rs2, flags)


def decode_branch(pc, word, funct3, rs1, rs2):
    offset = (word >> 8 & 15) << 1 | (word >> 25 & 63) << 5 | (word >> 7 & 1) << 11 | (word >> 31) << 12
    yes, no = target(pc, signed(offset, 13)), pc + 1
    if funct3 & 1:
        yes, no = no, yes
    if funct3 < 2:
        if rs1 == 0 or rs2 == 0:
            return row(BZ, 0, rs1 or rs2, xyz=(yes, no))
        return row(BEQ, 0, rs1, rs2, xyz=(yes, no))
    if funct3 < 4:
        return UNDECODABLE
    return row(BLT if funct3 < 6 else BLTU, 0, rs1, rs2, xyz=(yes, no))


def decode(pc, word):
    """(k, x, y, z)"""
    opcode, rd, funct3, rs1, rs2 = (word & 127, word >> 7 & 31, word >> 12 & 7, word >> 15 & 31, rs2_of(word))
    dest = rd or NO_REGISTER
    if opcode == LUI:
        return constant(dest, word & 0xFFFFF000, pc + 1)
    if opcode == AUIPC:
        return constant(dest, 4 * pc + (word & 0xFFFFF000), pc + 1)
    if opcode == JAL:
        offset = (word >> 21 & 0x3FF) << 1 | (word >> 20 & 1) << 11 | (word >> 12 & 0xFF) << 12 | (word >> 31) << 20
        to = target(pc, signed(offset, 21))
        return constant(rd, 4 * pc + 4, to) if rd else row(J, xyz=(to,))
    if opcode == OP_JALR and funct3 == 0:
        return row(JALR, dest, rs1, 0, xyz=(signed(word >> 20, 12), (4 * pc + 4) & 0xFFFF))
    if opcode == BRANCH:
        return decode_branch(pc, word, funct3, rs1, rs2)
    if opcode == LOAD and funct3 in (0, 1, 2, 4, 5):
        imm = signed(word >> 20, 12)
        if funct3 == 2:
            in_place = rd == rs1 and rd != 0
            return row(LW2, 0, rs1, xyz=(imm,)) if in_place else row(LW, dest, rs1, xyz=(imm,))
        return row(LSUB, dest, rs1, 0, (funct3 in (1, 5), funct3 == 0, funct3 == 1), (imm,))
    if opcode == STORE and funct3 < 3:
        imm = signed(word >> 25 << 5 | rd, 12)
        if funct3 == 2:
            return row(SW, 0, rs1, rs2, xyz=(imm,))
        return row(SSUB, 0, rs1, rs2, (funct3 == 1,), (imm,))
    if opcode == OP_IMM:
        return decode_op_imm(pc, word, rd, funct3, rs1)
    if opcode == OP:
        return decode_op(word, rd, funct3, rs1, rs2)
    if opcode == FENCE and funct3 == 0:
        return row(J, xyz=(pc + 1,))
    if word == SYSTEM:
        return row(ECALL)
    return UNDECODABLE
