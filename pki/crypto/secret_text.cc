#include "pki/crypto/secret_text.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <utility>

namespace pki::crypto {

SecretText::SecretText(std::size_t capacity) : bytes_(std::make_unique<char[]>(capacity)), capacity_(capacity) {}

SecretText::SecretText(std::string_view text)
    : bytes_(std::make_unique<char[]>(text.size())), capacity_(text.size()), size_(text.size()) {
  std::copy(text.begin(), text.end(), bytes_.get());
}

SecretText::SecretText(SecretText&& other) noexcept
    : bytes_(std::move(other.bytes_)),
      capacity_(std::exchange(other.capacity_, 0)),
      size_(std::exchange(other.size_, 0)) {}

SecretText& SecretText::operator=(SecretText&& other) noexcept {
  if (this == &other) return *this;
  wipe();
  bytes_ = std::move(other.bytes_);
  capacity_ = std::exchange(other.capacity_, 0);
  size_ = std::exchange(other.size_, 0);
  return *this;
}

void SecretText::wipe() noexcept {
  if (bytes_) OPENSSL_cleanse(bytes_.get(), capacity_);
  size_ = 0;
}

}  // namespace pki::crypto
