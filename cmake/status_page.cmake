# keepstate_status_page(TARGET): compiles lb's status page into it; any change to one of its files makes it anew.
function(keepstate_status_page target)
  set(folder ${CMAKE_SOURCE_DIR}/lb/control/status_page)
  set(out ${CMAKE_BINARY_DIR}/generated/lb/control/status_page.cc)
  set(script ${CMAKE_SOURCE_DIR}/cmake/embed_status_page.cmake)
  file(GLOB parts CONFIGURE_DEPENDS ${folder}/*)
  add_custom_command(
    OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} -DFOLDER=${folder} -DOUT=${out} -P ${script}
    DEPENDS ${parts} ${script}
    COMMENT "Putting the status page together"
    VERBATIM)
  target_sources(${target} PRIVATE ${out})
endfunction()
