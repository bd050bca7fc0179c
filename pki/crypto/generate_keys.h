// Many new keys at once. RSA keys are made on all cores, because one of 4096 bits takes seconds; the others are made in
// less time than a thread takes to start.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "lib/base/result.h"
#include "lib/cluster/pki.h"
#include "pki/crypto/key.h"

namespace pki::crypto {

// Told after each key how many of how many are made; one call at a time, on whichever thread made it.
using KeyProgress = std::function<void(std::size_t made, std::size_t total)>;

// In the order of `algorithms`. `threads`: at most so many, at least 1. The first failure ends it.
[[nodiscard]] base::Result<std::vector<Key>> generate_keys(const std::vector<cluster::KeyAlgorithm>& algorithms,
                                                           unsigned threads, const KeyProgress& progress);

}  // namespace pki::crypto
