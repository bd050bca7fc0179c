# What every target is compiled with.
add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor
                    -Wold-style-cast -Woverloaded-virtual -fno-strict-aliasing)
# A program loads only the libraries that it calls: lib/base brings libarchive, which lb never opens.
add_link_options(LINKER:--as-needed)
if(KEEPSTATE_WERROR)
  add_compile_options(-Werror)
endif()
if(KEEPSTATE_PORTABLE)
  add_compile_definitions(KEEPSTATE_PORTABLE=1)
endif()
if(KEEPSTATE_SANITIZE)
  add_compile_options(-fsanitize=${KEEPSTATE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${KEEPSTATE_SANITIZE})
  # The vptr check asks by pipe(2) whether memory can be read, and cries wolf where a test has taken all descriptors.
  if(KEEPSTATE_SANITIZE MATCHES undefined)
    add_compile_options(-fno-sanitize=vptr)
  endif()
endif()

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()
