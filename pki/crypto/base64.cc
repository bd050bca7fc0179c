#include "pki/crypto/base64.h"

#include <algorithm>
#include <cstdint>

namespace pki::crypto {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::uint32_t byte_at(std::string_view bytes, std::size_t at) {
  return at < bytes.size() ? static_cast<unsigned char>(bytes[at]) : 0U;
}

// The six bits of one letter; nothing else than a letter comes here.
std::uint32_t bits_of(char letter) {
  return static_cast<std::uint32_t>(kAlphabet.find(letter));
}

bool is_letter(char c) {
  return kAlphabet.find(c) != std::string_view::npos;
}

// How many bytes the last four characters hold; 0 where they are none of base64's.
std::size_t bytes_in_last(std::string_view four) {
  const std::size_t letters = std::min(four.find('='), four.size());
  const bool padded = four.substr(letters) == std::string_view("==").substr(0, four.size() - letters);
  return padded && letters >= 2 ? letters - 1 : 0;
}

std::uint32_t word_of(std::string_view four) {
  std::uint32_t word = 0;
  for (const char c : four) word = word << 6U | (c == '=' ? 0U : bits_of(c));
  return word;
}

}  // namespace

SecretText encode_base64(std::string_view bytes) {
  SecretText text((bytes.size() + 2) / 3 * 4);
  char* out = text.data();
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::uint32_t word = byte_at(bytes, at) << 16U | byte_at(bytes, at + 1) << 8U | byte_at(bytes, at + 2);
    const std::size_t letters = std::min<std::size_t>(bytes.size() - at, 3) + 1;
    for (std::size_t i = 0; i < 4; ++i) *out++ = i < letters ? kAlphabet[word >> (18U - 6U * i) & 63U] : '=';
  }
  text.set_size(text.capacity());
  return text;
}

base::Result<SecretText> decode_base64(std::string_view text) {
  if (text.empty()) return SecretText();
  if (text.size() % 4 != 0) return base::fail("it is not whole base64: its length is no multiple of four");
  const std::size_t in_last = bytes_in_last(text.substr(text.size() - 4));
  const std::string_view letters = text.substr(0, text.size() - (in_last == 0 ? 0 : 3 - in_last));
  const auto stray = std::find_if_not(letters.begin(), letters.end(), is_letter);
  if (in_last == 0 || stray != letters.end()) {
    return base::fail("it is not base64: byte {} does not belong there", stray - letters.begin() + 1);
  }
  SecretText bytes(text.size() / 4 * 3);
  const std::size_t size = text.size() / 4 * 3 - 3 + in_last;
  for (std::size_t at = 0; at < size; ++at) {
    const std::uint32_t word = word_of(text.substr(at / 3 * 4, 4));
    bytes.data()[at] = static_cast<char>(word >> (16U - 8U * (at % 3)) & 0xffU);
  }
  // Bits that belong to no byte must be zero, so that a text has one spelling (RFC 4648 s3.5).
  if ((word_of(text.substr(text.size() - 4)) & ((1U << (8U * (3U - in_last))) - 1U)) != 0) {
    return base::fail("it is not base64: it ends in bits that belong to no byte");
  }
  bytes.set_size(size);
  return bytes;
}

SecretText join(std::initializer_list<std::string_view> parts) {
  std::size_t size = 0;
  for (const auto part : parts) size += part.size();
  SecretText text(size);
  char* out = text.data();
  for (const auto part : parts) out = std::copy(part.begin(), part.end(), out);
  text.set_size(size);
  return text;
}

}  // namespace pki::crypto
