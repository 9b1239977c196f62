# Packages: `cpack --config build/DIR/CPackConfig.cmake -G DEB` (or TGZ).
set(CPACK_PACKAGE_NAME mgprove)
set(CPACK_PACKAGE_VENDOR "mgprove")
set(CPACK_PACKAGE_CONTACT "the mgprove authors <mgprove@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "validity proofs of RISC-V programs")
set(CPACK_RESOURCE_FILE_LICENSE ${CMAKE_SOURCE_DIR}/LICENSE)
set(CPACK_GENERATOR TGZ)
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
    "Proves that a RISC-V program (RV32IM) ran as claimed, on one machine or on many\n\
 with MPI, and checks such proofs.")
# the libraries that the programs were linked with; mpirun comes with openmpi-bin or mpich
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
if(MGP_HAVE_MPI)
  set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "openmpi-bin | mpich")
endif()
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "slurm-client, bash-completion")
include(CPack)
