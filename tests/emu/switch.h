/* Coroutine stacks and the change between them. */
#ifndef MGP_TESTS_EMU_SWITCH_H
#define MGP_TESTS_EMU_SWITCH_H

#include <cstddef>
#include <cstdint>

#if defined __x86_64__
#define MGP_EMU_ASM 1
#else
#include <ucontext.h>
#endif

struct mgp_emu_context {
#ifdef MGP_EMU_ASM
  void *sp;
#else
  ucontext_t uc;
#endif
  uint8_t *stack; /* lowest byte; the scheduler's own is learnt at the first change */
  size_t nbytes;
  void *asan; /* its fake stack while it is not running */
};

/* Makes ctx start at entry() when it is changed to. entry never returns. */
void mgp_emu_context_init(mgp_emu_context *ctx, void (*entry)(void));
void mgp_emu_context_switch(mgp_emu_context *from, mgp_emu_context *to);
/* First thing on a new stack. */
void mgp_emu_context_entered(mgp_emu_context *self, mgp_emu_context *from);
/* A stack with an unreadable page below it; nullptr if there is no memory. */
uint8_t *mgp_emu_stack_create(size_t nbytes);

#endif
