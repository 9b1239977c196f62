# libmgverify: the verifier and the rooms it stands on as one library, with its header, a pkg-config
# file and a CMake package (find_package(mgprove), target mgprove::mgverify).
include(CMakePackageConfigHelpers)

foreach(program mgprove mgverify)
  if(TARGET ${program})
    install(TARGETS ${program} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  endif()
endforeach()

if(TARGET mgp_verifier)
  # what programs need and verifying does not: tests/lint/test_library.py tells if that is not so
  set(mgverify_without "base/(clock|file|json|ledger|log|machine|parse|stop|store)"
      "vm/(disasm|ecall|emulator|hints|predecode|profile|run_[a-z]+|snapshot|translate|trap)"
      "chips/(check|describe|replay)" "verifier/(command|inspect)")
  list(JOIN mgverify_without "|" mgverify_without)
  set(objects)
  foreach(room verifier protocol chips vm math base)
    if(TARGET mgp_${room})
      list(APPEND objects
           "$<FILTER:$<TARGET_OBJECTS:mgp_${room}>,EXCLUDE,/(${mgverify_without})\\.c\\.o$>")
    endif()
  endforeach()
  add_library(libmgverify STATIC ${objects})
  set_target_properties(libmgverify PROPERTIES OUTPUT_NAME mgverify EXPORT_NAME mgverify
                        LINKER_LANGUAGE C)
  target_include_directories(libmgverify INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_link_libraries(libmgverify INTERFACE m)
  install(TARGETS libmgverify EXPORT mgprove ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
  install(DIRECTORY ${CMAKE_SOURCE_DIR}/include/mgprove DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
          FILES_MATCHING PATTERN "*.h")
  set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/mgprove)
  install(EXPORT mgprove NAMESPACE mgprove:: FILE mgproveConfig.cmake DESTINATION ${package_dir})
  write_basic_package_version_file(${CMAKE_BINARY_DIR}/generated/mgproveConfigVersion.cmake
                                   COMPATIBILITY SameMinorVersion)
  install(FILES ${CMAKE_BINARY_DIR}/generated/mgproveConfigVersion.cmake DESTINATION ${package_dir})
  configure_file(${CMAKE_SOURCE_DIR}/cmake/mgverify.pc.in ${CMAKE_BINARY_DIR}/generated/mgverify.pc
                 @ONLY)
  install(FILES ${CMAKE_BINARY_DIR}/generated/mgverify.pc
          DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endif()
