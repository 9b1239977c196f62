#include "test.h"
#include "vm/hints.h"
#include "vm/program.h"

#include <unistd.h>

static uint32_t word(const uint8_t *p, size_t i) {
  return (uint32_t)p[4 * i] | (uint32_t)p[4 * i + 1] << 8 | (uint32_t)p[4 * i + 2] << 16 |
         (uint32_t)p[4 * i + 3] << 24;
}

static void layout(void) {
  const mgp_hint_item_t items[3] = {
      {(const uint8_t *)"hello", 5}, {NULL, 0}, {(const uint8_t *)"abcd", 4}};
  uint8_t *p;
  size_t n;
  REQUIRE_OK(mgp_hints_build(items, 3, &p, &n));
  CHECK_EQ_U64(n, 20 + 8 + 4);
  CHECK_EQ_U64(word(p, 0), 20);
  CHECK_EQ_U64(word(p, 1), 4);
  CHECK_EQ_U64(word(p, 2), 5);
  CHECK_EQ_U64(word(p, 3), 0);
  CHECK_EQ_U64(word(p, 4), 4);
  CHECK(memcmp(p + 20, "hello\0\0\0abcd", 12) == 0);
  free(p);
  REQUIRE_OK(mgp_hints_build(NULL, 0, &p, &n));
  CHECK(p == NULL && n == 0);
}

static void limits(void) {
  uint8_t *p, byte = 0;
  size_t n;
  /* sizes are refused before any byte is read */
  const mgp_hint_item_t huge[2] = {{&byte, SIZE_MAX}, {&byte, MGP_HINT_END - MGP_HINT_START - 11}};
  CHECK(mgp_hints_build(&huge[0], 1, &p, &n) == MGP_RESOURCES);
  CHECK(mgp_hints_build(&huge[1], 1, &p, &n) == MGP_RESOURCES);
  CHECK_EQ_STR(mgp_error_message(), "hints: more than the 134217728 bytes of the hint region");
}

static void files(void) {
  char path[] = "/tmp/mgp_hint_XXXXXX";
  const int fd = mkstemp(path);
  uint8_t content[70000], *p;
  size_t n;
  for (size_t i = 0; i < sizeof content; i++) content[i] = (uint8_t)(i * 31);
  CHECK(fd >= 0 && write(fd, content, sizeof content) == (ssize_t)sizeof content);
  close(fd);
  const char *const paths[2] = {path, path};
  REQUIRE_OK(mgp_hints_read(paths, 2, &p, &n));
  CHECK_EQ_U64(n, 16 + 2 * sizeof content);
  CHECK_EQ_U64(word(p, 3), sizeof content);
  CHECK(memcmp(p + 16 + sizeof content, content, sizeof content) == 0);
  free(p);
  unlink(path);
  CHECK(mgp_hints_read(paths, 1, &p, &n) == MGP_BAD_INPUT);
  CHECK(strstr(mgp_error_message(), path) != NULL);
  const char *const dir[1] = {"/"};
  CHECK(mgp_hints_read(dir, 1, &p, &n) == MGP_BAD_INPUT);
}

int main(void) {
  layout();
  limits();
  files();
  return test_result();
}
