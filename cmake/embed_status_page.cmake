# Puts lb's status page together and writes it as a .cc: page.html with page.css and the scripts in it, and the header that
# lets a browser run them and nothing else. Run while building:
#   cmake -DFOLDER=lb/control/status_page -DOUT=status_page.cc -P cmake/embed_status_page.cmake
cmake_minimum_required(VERSION 3.25)

# In this order; all are one script of one scope.
set(scripts dom.js format.js history.js chart.js backend_row.js listener_card.js page.js)

# sha256_base64(OUT TEXT): the digest as a Content-Security-Policy names it (CSP Level 3, s2.3.1).
function(sha256_base64 out text)
  set(alphabet "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
  string(SHA256 digest "${text}")
  set(encoded "")
  foreach(at RANGE 0 60 6)  # six hexadecimal digits are four letters; the last two bytes are three and a filler
    string(SUBSTRING "${digest}00" ${at} 6 digits)
    foreach(shift 18 12 6 0)
      math(EXPR letter "(0x${digits} >> ${shift}) & 63")
      string(SUBSTRING "${alphabet}" ${letter} 1 letter)
      string(APPEND encoded "${letter}")
    endforeach()
  endforeach()
  string(SUBSTRING "${encoded}" 0 43 encoded)
  set(${out} "${encoded}=" PARENT_SCOPE)
endfunction()

set(script "\n\"use strict\";\n(() => {\n")
foreach(name IN LISTS scripts)
  file(READ "${FOLDER}/${name}" text)
  string(APPEND script "${text}\n")
endforeach()
string(APPEND script "})();\n")
file(READ "${FOLDER}/page.css" style)
set(style "\n${style}")
file(READ "${FOLDER}/page.html" page)
string(REPLACE "@PAGE_CSS@" "${style}" page "${page}")
string(REPLACE "@PAGE_JS@" "${script}" page "${page}")

sha256_base64(script_hash "${script}")
sha256_base64(style_hash "${style}")
string(CONCAT policy "default-src 'none'; script-src 'sha256-${script_hash}'; style-src 'sha256-${style_hash}'; "
       "connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")

string(CONCAT source "// Written by cmake/embed_status_page.cmake.\n"
       "#include \"lb/control/status_page.h\"\n\n"
       "namespace lb::control {\n\n"
       "std::string_view status_page() noexcept {\n  return R\"keepstate(${page})keepstate\";\n}\n\n"
       "std::string_view status_page_policy() noexcept {\n  return R\"keepstate(${policy})keepstate\";\n}\n\n"
       "}  // namespace lb::control\n")
file(WRITE "${OUT}" "${source}")
