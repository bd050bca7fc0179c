// ClientHellos, byte by byte as RFC 8446 section 4.1.2 lays them out.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace lb::proxy {

// `size` bytes, big-endian.
inline std::string number(std::size_t value, std::size_t size) {
  std::string bytes;
  for (std::size_t i = size; i-- > 0;) bytes += static_cast<char>(value >> (8 * i));
  return bytes;
}

inline std::string vector(std::string_view bytes, std::size_t size) {
  return number(bytes.size(), size) + std::string(bytes);
}

// Its content, with extensions of these types; each holds four bytes.
inline std::string hello_body(std::initializer_list<unsigned> extensions) {
  std::string list;
  for (const unsigned type : extensions) list += number(type, 2) + vector("\x01\x02\x03\x04", 2);
  return number(0x0303, 2) + std::string(32, 'r') + vector(std::string(32, 's'), 1) + vector("\x13\x01", 2) +
         vector(std::string(1, '\0'), 1) + vector(list, 2);
}

inline std::string record(std::string_view body, char type = 1) {
  return "\x16\x03\x01" + vector(type + vector(body, 3), 2);
}

inline std::string client_hello(std::initializer_list<unsigned> extensions = {0, 43, 51}) {
  return record(hello_body(extensions));
}

inline const std::string kServerHello = "\x16\x03\x03 and what a server says";

}  // namespace lb::proxy
