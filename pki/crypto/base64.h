// Base64 (RFC 4648 s4) of secrets: what goes in and what comes out lies in buffers that are wiped. Pure; any thread.
#pragma once

#include <initializer_list>
#include <string_view>

#include "lib/base/result.h"
#include "pki/crypto/secret_text.h"

namespace pki::crypto {

// One line, with its padding.
[[nodiscard]] SecretText encode_base64(std::string_view bytes);

// Exactly what encode_base64 writes. Line breaks, missing padding and stray bits are errors that show no byte of it.
[[nodiscard]] base::Result<SecretText> decode_base64(std::string_view text);

// All parts, one after the other: how a text is made of which some parts are secret.
[[nodiscard]] SecretText join(std::initializer_list<std::string_view> parts);

}  // namespace pki::crypto
