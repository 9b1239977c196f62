#include "switch.h"

#include <sys/mman.h>
#include <unistd.h>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/common_interface_defs.h>
#endif

/* What a function must preserve goes to the stack, which then changes. */
#ifdef MGP_EMU_ASM
asm(R"(
.text
.p2align 4
.type mgp_emu_change_stack, @function
mgp_emu_change_stack:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
.size mgp_emu_change_stack, .-mgp_emu_change_stack
)");
extern "C" void mgp_emu_change_stack(void **from_sp, void *to_sp);
#define SAVED 6
#endif

void mgp_emu_context_init(mgp_emu_context *ctx, void (*entry)(void)) {
  ctx->asan = nullptr;
#ifdef MGP_EMU_ASM
  void **top = reinterpret_cast<void **>(ctx->stack + ctx->nbytes) - 1;
  *top = nullptr; /* the return address of entry, which is aligned as after a call */
  *--top = reinterpret_cast<void *>(entry);
  ctx->sp = top - SAVED;
#else
  getcontext(&ctx->uc);
  ctx->uc.uc_stack.ss_sp = ctx->stack;
  ctx->uc.uc_stack.ss_size = ctx->nbytes;
  ctx->uc.uc_link = nullptr;
  makecontext(&ctx->uc, entry, 0);
#endif
}

void mgp_emu_context_switch(mgp_emu_context *from, mgp_emu_context *to) {
#ifdef __SANITIZE_ADDRESS__
  __sanitizer_start_switch_fiber(&from->asan, to->stack, to->nbytes);
#endif
#ifdef MGP_EMU_ASM
  mgp_emu_change_stack(&from->sp, to->sp);
#else
  swapcontext(&from->uc, &to->uc);
#endif
  mgp_emu_context_entered(from, to);
}

void mgp_emu_context_entered(mgp_emu_context *self, mgp_emu_context *from) {
#ifdef __SANITIZE_ADDRESS__
  const void *stack;
  size_t nbytes;
  __sanitizer_finish_switch_fiber(self->asan, &stack, &nbytes);
  if (from->stack) return;
  from->stack = static_cast<uint8_t *>(const_cast<void *>(stack));
  from->nbytes = nbytes;
#else
  (void)self, (void)from;
#endif
}

uint8_t *mgp_emu_stack_create(size_t nbytes) {
  const size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  void *p = mmap(nullptr, nbytes + page, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (p == MAP_FAILED) return nullptr;
  if (mprotect(p, page, PROT_NONE) != 0) return nullptr;
  return static_cast<uint8_t *>(p) + page;
}
