# Start file that links a guest for Linux on RISC-V, to be run by qemu-riscv32: the same sources at
# the same addresses, with the ecalls of the guest turned into system calls. stdin holds the bytes
# of the hint region; fd 1, 2 and 3 are the guest's own; a committed digest goes to fd 4.
# All registers but t0, a0, a1, a2 survive mgp_ecall, as they do in sdk/start.S.

    .equ SYS_read, 63
    .equ SYS_write, 64
    .equ SYS_exit, 93
    .equ SYS_mmap2, 222

    .section .start, "ax", @progbits
    .globl mgp_ecall
    .type mgp_ecall, @function
mgp_ecall:
    mv t0, a0
    mv a0, a1
    mv a1, a2
    mv a2, a3
    beqz t0, halt
    addi sp, sp, -32
    sw a0, 0(sp)
    sw a1, 4(sp)
    sw a2, 8(sp)
    sw a7, 12(sp)
    sw t1, 16(sp)
    li t1, 0x02
    beq t0, t1, write
    li t1, 0x10
    beq t0, t1, commit
    li t1, 0x03
    beq t0, t1, done
    li t1, 0x04
    beq t0, t1, done
    li a0, 124                  # an ecall that the guest ABI does not have
    j halt
commit:
    mv a1, a0
    li a0, 4
    li a2, 32
write:
    beqz a2, done
    mv t1, a0
    li a7, SYS_write
    ecall
    blez a0, failed
    sub a2, a2, a0
    add a1, a1, a0
    mv a0, t1
    j write
done:
    lw a0, 0(sp)
    lw a1, 4(sp)
    lw a2, 8(sp)
    lw a7, 12(sp)
    lw t1, 16(sp)
    addi sp, sp, 32
    ret
failed:
    li a0, 125
halt:
    li a7, SYS_exit
    ecall
    .size mgp_ecall, . - mgp_ecall

# a0 = address, a1 = bytes: zeroed memory there
map:
    li a2, 3                    # readable, writable
    li a3, 0x4032               # private, fixed, anonymous, without reserve
    li a4, -1
    li a5, 0
    li a7, SYS_mmap2
    ecall
    bltz a0, failed
    ret

    .globl _start
    .type _start, @function
_start:
    .option push
    .option norelax
    la gp, __global_pointer$
    .option pop
    li a0, 0x3c000000           # stack
    li a1, 0x04000000
    call map
    la a0, _end                 # heap
    li a1, 4095
    add a0, a0, a1
    not a1, a1
    and a0, a0, a1
    li a1, 0x20000000
    sub a1, a1, a0
    call map
    li a0, 0x28000000           # hints
    li a1, 0x08000000
    call map
    li s0, 0x28000000
    li s1, 0x30000000
    li a7, SYS_read
read:
    li a0, 0
    mv a1, s0
    sub a2, s1, s0
    ecall
    bltz a0, failed
    add s0, s0, a0
    bnez a0, read

    # registers are zero when a guest starts
    .irp r, ra, tp, t0, t1, t2, s0, s1, a0, a1, a2, a3, a4, a5, a6, a7
    li \r, 0
    .endr
    .irp r, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, t3, t4, t5, t6
    li \r, 0
    .endr
    lui sp, %hi(0x40000000)
    call main
    call mgp_exit
    .size _start, . - _start
