/* Builds with MGP_VERIFY stop a program that breaks an invariant, and say which; this test checks
 * it in every build, as it turns the checks on for itself. */
#ifndef MGP_VERIFY
#define MGP_VERIFY
#endif
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "math/field.h"
#include "test.h"

static uint32_t volatile result;

static void add(uint32_t a) {
  result = mgp_f_add(a, 1);
}
static void sub(uint32_t a) {
  result = mgp_f_sub(a, 1);
}
static void mul(uint32_t a) {
  result = mgp_f_mul(a, 1);
}
static void neg(uint32_t a) {
  result = mgp_f_neg(a);
}
static void to_u32(uint32_t a) {
  result = mgp_f_to_u32(a);
}
static void reduce(uint32_t a) {
  result = mgp_f_reduce((uint64_t)a << 32);
}

/* Whether the operation on `a` aborts, and what is said then. */
static int stops(void (*operation)(uint32_t), uint32_t a, char *said, size_t room) {
  int to_us[2], status = 0;
  said[0] = 0;
  if (pipe(to_us) != 0) TEST_SKIP("no pipe");
  fflush(NULL);
  pid_t child = fork();
  if (child < 0) TEST_SKIP("no process");
  if (child == 0) {
    dup2(to_us[1], STDERR_FILENO);
    operation(a);
    _exit(0);
  }
  close(to_us[1]);
  ssize_t n = read(to_us[0], said, room - 1);
  said[n > 0 ? n : 0] = 0;
  close(to_us[0]);
  CHECK(waitpid(child, &status, 0) == child);
  return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

int main(void) {
  void (*const operations[])(uint32_t) = {add, sub, mul, neg, to_u32, reduce};
  for (unsigned i = 0; i < sizeof operations / sizeof operations[0]; i++) {
    char said[512];
    CHECK_MSG(!stops(operations[i], MGP_P - 1, said, sizeof said), "%u: %s", i, said);
    CHECK_MSG(stops(operations[i], MGP_P, said, sizeof said), "operation %u goes on", i);
    CHECK_MSG(strstr(said, "invariant broken") && strstr(said, "field.h:"), "%u says: %s", i, said);
  }
  return test_result();
}
