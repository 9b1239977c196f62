# What an installation has beside the programs: manual pages and completion scripts, printed by the
# mgprove that was built, an environment module, the Slurm scripts, the documents.
if(NOT TARGET mgprove)
  return()
endif()

set(manual_dir ${CMAKE_BINARY_DIR}/manual)
set(manual_pages mgprove mgverify)
foreach(command prove verify run plan setup inspect demo bench doctor completion)
  list(APPEND manual_pages mgprove-${command})
endforeach()
find_program(MGP_GZIP gzip)
set(manual_files)
foreach(page ${manual_pages})
  list(APPEND manual_commands COMMAND mgprove manual ${page} > ${manual_dir}/${page}.1)
  if(MGP_GZIP)
    list(APPEND manual_commands COMMAND ${MGP_GZIP} -9nf ${manual_dir}/${page}.1)
    list(APPEND manual_files ${manual_dir}/${page}.1.gz)
  else()
    list(APPEND manual_files ${manual_dir}/${page}.1)
  endif()
endforeach()
foreach(pair bash:mgprove zsh:_mgprove fish:mgprove.fish)
  string(REPLACE ":" ";" pair ${pair})
  list(GET pair 0 shell)
  list(GET pair 1 file)
  list(APPEND manual_files ${manual_dir}/${shell}/${file})
  list(APPEND manual_folders ${manual_dir}/${shell})
  list(APPEND manual_commands COMMAND mgprove completion ${shell} > ${manual_dir}/${shell}/${file})
endforeach()
add_custom_command(OUTPUT ${manual_files}
  COMMAND ${CMAKE_COMMAND} -E make_directory ${manual_folders}
  ${manual_commands}
  DEPENDS mgprove VERBATIM COMMENT "manual pages and completion")
add_custom_target(manual ALL DEPENDS ${manual_files})

set(manual_man ${manual_files})
list(FILTER manual_man INCLUDE REGEX "\\.1(\\.gz)?$")
install(FILES ${manual_man} DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${manual_dir}/bash/mgprove
        DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES ${manual_dir}/bash/mgprove RENAME mgverify
        DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES ${manual_dir}/zsh/_mgprove DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
install(FILES ${manual_dir}/fish/mgprove.fish
        DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
configure_file(${CMAKE_SOURCE_DIR}/cmake/modulefile.in ${CMAKE_BINARY_DIR}/generated/modulefile @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/generated/modulefile RENAME ${PROJECT_VERSION}
        DESTINATION ${CMAKE_INSTALL_DATADIR}/mgprove/modulefiles/mgprove)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/slurm DESTINATION ${CMAKE_INSTALL_DATADIR}/mgprove
        USE_SOURCE_PERMISSIONS)
install(FILES README.md CHANGELOG.md SECURITY.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES LICENSE RENAME copyright DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR}/docs FILES_MATCHING PATTERN "*.md")
