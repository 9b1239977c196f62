# The kernels of the chips, written from their declarations by a program of this build.
add_executable(gen_chips ${CMAKE_SOURCE_DIR}/cuda/gen_chips.c ${CMAKE_SOURCE_DIR}/cuda/chip_form.c)
target_include_directories(gen_chips PRIVATE ${CMAKE_SOURCE_DIR}/cuda)
target_link_libraries(gen_chips PRIVATE mgp_flags mgp_backend mgp_chips mgp_vm mgp_math mgp_base)

# mgp_chip_sources(OUT): the files, made in the folder of the caller; several, so that they compile
# side by side
function(mgp_chip_sources OUT)
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/chips)
  set(count 8)
  set(files ${folder}/chips_own.cu)
  math(EXPR last "${count} - 1")
  foreach(k RANGE ${last})
    list(APPEND files ${folder}/chips_${k}.cu)
  endforeach()
  file(MAKE_DIRECTORY ${folder})
  add_custom_command(OUTPUT ${files} COMMAND gen_chips ${folder} ${count} DEPENDS gen_chips VERBATIM)
  set(${OUT} ${files} PARENT_SCOPE)
endfunction()
