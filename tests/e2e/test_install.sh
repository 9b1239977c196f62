#!/usr/bin/env bash
# test_install.sh BUILD: installs the build, then builds a program against libmgverify as a stranger
# would, by pkg-config and by CMake, and runs it.
set -euo pipefail
build=$1
root=$(cd "$(dirname "$0")/../.." && pwd)
if grep -q '^MGP_SANITIZE:.*=.' "$build/CMakeCache.txt"; then
  echo "skipped: a sanitized library needs the sanitizer in whatever links it"
  exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cmake --install "$build" --prefix "$work/prefix" >"$work/log" || { cat "$work/log"; exit 1; }
"$work/prefix/bin/mgverify" --help >/dev/null
"$work/prefix/bin/mgprove" --help >/dev/null
if ldd "$work/prefix/bin/mgverify" | grep -E 'mpi|omp|cuda|pthread'; then
  echo "mgverify must stand alone"
  exit 1
fi

cat >"$work/user.c" <<'END'
#include <mgprove/verify.h>
#include <stdio.h>

int main(int argc, char **argv) {
  static unsigned char elf[1 << 20];
  char err[200];
  mgprove_program_t *program;
  mgprove_result_t result;
  FILE *f = argc > 1 ? fopen(argv[1], "rb") : NULL;
  size_t n = f != NULL ? fread(elf, 1, sizeof elf, f) : 0;
  if (mgprove_program_from_elf(elf, n, &program, err, sizeof err) != MGPROVE_ACCEPTED) {
    puts(err);
    return 1;
  }
  mgprove_verdict_t verdict =
      mgprove_verify(program, (const unsigned char *)"no proof", 8, &result);
  puts(result.message);
  mgprove_program_destroy(program);
  fclose(f);
  return verdict == MGPROVE_REJECTED ? 0 : 1;
}
END
cat >"$work/CMakeLists.txt" <<'END'
cmake_minimum_required(VERSION 3.22)
project(user LANGUAGES C)
find_package(mgprove REQUIRED)
add_executable(user user.c)
target_link_libraries(user PRIVATE mgprove::mgverify)
END
cmake -S "$work" -B "$work/build" -DCMAKE_PREFIX_PATH="$work/prefix" >"$work/log" &&
  cmake --build "$work/build" >>"$work/log" || { cat "$work/log"; exit 1; }
"$work/build/user" "$root/guest/prebuilt/fibonacci.elf"

pc=$(dirname "$(find "$work/prefix" -name mgverify.pc)")
export PKG_CONFIG_PATH=$pc
if command -v pkg-config >/dev/null; then
  # the prefix in the file is that of the configure step
  # shellcheck disable=SC2046
  "${CC:-cc}" -std=c11 -o "$work/user" "$work/user.c" \
    $(pkg-config --define-variable=prefix="$work/prefix" --cflags --libs mgverify)
  "$work/user" "$root/guest/prebuilt/fibonacci.elf"
else
  echo "without pkg-config: not checked"
fi
