# mgp_room(NAME DEPS...): one folder of src/ as a static library mgp_NAME. Arrows between rooms point
# one way; the lint tests hold the #include lines to the same DEPS.
add_library(mgp_flags INTERFACE)
target_compile_options(mgp_flags INTERFACE -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes
                       -Wvla -Wno-sign-conversion)
target_compile_definitions(mgp_flags INTERFACE MGP_EXT_DEGREE=${MGP_EXT_DEGREE} _GNU_SOURCE)
target_include_directories(mgp_flags INTERFACE ${CMAKE_SOURCE_DIR}/src ${CMAKE_SOURCE_DIR}/include)

function(mgp_room NAME)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${NAME}/*.c)
  if(NOT sources)
    return()
  endif()
  add_library(mgp_${NAME} STATIC ${sources})
  set_target_properties(mgp_${NAME} PROPERTIES POSITION_INDEPENDENT_CODE ON)
  target_link_libraries(mgp_${NAME} PUBLIC mgp_flags)
  foreach(dep ${ARGN})
    if(TARGET mgp_${dep})
      target_link_libraries(mgp_${NAME} PUBLIC mgp_${dep})
    endif()
  endforeach()
endfunction()
