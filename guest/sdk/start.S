# Start file of a guest. The section .start is placed behind all other code, so that replacing this
# file moves no other function.
    .section .start, "ax", @progbits

# uint32_t mgp_ecall(code, a0, a1, a2)
    .globl mgp_ecall
    .type mgp_ecall, @function
mgp_ecall:
    mv t0, a0
    mv a0, a1
    mv a1, a2
    mv a2, a3
    ecall
    ret
    .size mgp_ecall, . - mgp_ecall

    .globl _start
    .type _start, @function
_start:
    .option push
    .option norelax
    la gp, __global_pointer$
    .option pop
    lui sp, %hi(0x40000000)
    call main
    call mgp_exit
    .size _start, . - _start
