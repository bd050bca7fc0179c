// OpenSSL's error queue, turned into one Error. The queue belongs to the calling thread.
#pragma once

#include <string>
#include <string_view>

#include "lib/base/result.h"

namespace pki::crypto {

// "cannot WHAT: OpenSSL's reasons, oldest first". Empties the queue.
[[nodiscard]] base::Failure openssl_failure(std::string_view what);

// The reasons alone; "no reason given" when the queue is empty. Empties the queue.
[[nodiscard]] std::string take_openssl_reasons();

}  // namespace pki::crypto
