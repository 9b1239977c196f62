# version.c with the commit, looked up at each build and rewritten only if it changed. With
# MGP_VERSION_OUT set this file runs as a script (cmake -P).
if(MGP_VERSION_OUT)
  execute_process(COMMAND git -C ${MGP_SOURCE} describe --always --dirty --abbrev=12
                  OUTPUT_VARIABLE MGP_COMMIT OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  if(NOT MGP_COMMIT)
    set(MGP_COMMIT unknown)
  endif()
  configure_file(${MGP_SOURCE}/cmake/version.c.in ${MGP_VERSION_OUT} @ONLY)
  return()
endif()

set(MGP_VERSION_C ${CMAKE_BINARY_DIR}/generated/version.c)
add_custom_target(mgp_version BYPRODUCTS ${MGP_VERSION_C}
  COMMAND ${CMAKE_COMMAND} -DMGP_VERSION_OUT=${MGP_VERSION_C} -DMGP_SOURCE=${CMAKE_SOURCE_DIR}
          -DMGP_VERSION=${PROJECT_VERSION} -P ${CMAKE_CURRENT_LIST_FILE}
  COMMENT "")
