# Writes the ELF files MGP_GUESTS (a list) as C arrays to MGP_GUESTS_OUT, for src/cli/guests.h.
#   cmake -DMGP_GUESTS=... -DMGP_GUESTS_OUT=... -P guests.cmake
set(arrays "")
set(rows "")
foreach(path ${MGP_GUESTS})
  get_filename_component(name ${path} NAME_WE)
  file(READ ${path} hex HEX)
  string(REGEX REPLACE "(................................)" "\\1\n" hex "${hex}")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
  string(APPEND arrays "static const uint8_t ${name}[] = {\n${bytes}};\n\n")
  string(APPEND rows "    {\"${name}\", ${name}, sizeof ${name}},\n")
endforeach()
file(WRITE ${MGP_GUESTS_OUT} "/* From guest/prebuilt by cmake/guests.cmake. */
#include \"cli/guests.h\"

#include <string.h>

${arrays}const mgp_guest_t mgp_guests[] = {
${rows}    {NULL, NULL, 0},
};

const mgp_guest_t *mgp_guest_find(const char *name) {
  for (const mgp_guest_t *g = mgp_guests; g->name; g++)
    if (strcmp(g->name, name) == 0) return g;
  return NULL;
}
")
