# `cmake --install`: the CMake package "hearth" (hearth::client, hearth::proto) and its headers. All headers live below
# include/hearth, so that the generated google/rpc ones meet nobody else's.
include(CMakePackageConfigHelpers)

set(headers ${CMAKE_INSTALL_INCLUDEDIR}/hearth)
set(package ${CMAKE_INSTALL_LIBDIR}/cmake/hearth)

set_target_properties(hearth_client PROPERTIES EXPORT_NAME client)
set_target_properties(hearth_proto PROPERTIES EXPORT_NAME proto)
install(TARGETS hearth_client hearth_proto EXPORT hearth
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT hearth-dev
  INCLUDES DESTINATION ${headers})
install(DIRECTORY include/ DESTINATION ${headers} COMPONENT hearth-dev)
install(DIRECTORY ${PROJECT_BINARY_DIR}/proto/ DESTINATION ${headers} COMPONENT hearth-dev
  FILES_MATCHING PATTERN "*.pb.h" PATTERN "CMakeFiles" EXCLUDE)

install(TARGETS hearth_cli RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT hearth-cli)

configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/hearth-config.cmake.in
  ${CMAKE_CURRENT_BINARY_DIR}/hearth-config.cmake INSTALL_DESTINATION ${package})
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/hearth-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/hearth-config.cmake ${CMAKE_CURRENT_BINARY_DIR}/hearth-config-version.cmake
  DESTINATION ${package} COMPONENT hearth-dev)
install(EXPORT hearth NAMESPACE hearth:: FILE hearth-targets.cmake DESTINATION ${package} COMPONENT hearth-dev)
