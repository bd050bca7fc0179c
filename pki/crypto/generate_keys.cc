#include "pki/crypto/generate_keys.h"

#include <algorithm>
#include <mutex>
#include <optional>
#include <thread>

namespace pki::crypto {
namespace {

using cluster::KeyAlgorithm;

bool is_rsa(KeyAlgorithm algorithm) {
  return algorithm == KeyAlgorithm::kRsa2048 || algorithm == KeyAlgorithm::kRsa3072 ||
         algorithm == KeyAlgorithm::kRsa4096;
}

// What the threads share.
class KeyWork {
 public:
  KeyWork(const std::vector<KeyAlgorithm>& algorithms, const KeyProgress& progress)
      : algorithms_(algorithms), progress_(progress), keys_(algorithms.size()) {}

  void run() {
    while (const auto at = take()) put(*at, Key::generate(algorithms_[*at]));
  }
  base::Result<std::vector<Key>> finish() && {
    if (failure_) return base::Failure(*failure_);
    std::vector<Key> all;
    for (auto& key : keys_) all.push_back(std::move(*key));
    return all;
  }

 private:
  std::optional<std::size_t> take() {
    const std::lock_guard lock(mutex_);
    if (failure_ || next_ == algorithms_.size()) return std::nullopt;
    return next_++;
  }
  void put(std::size_t at, base::Result<Key> key) {
    const std::lock_guard lock(mutex_);
    if (!key) {
      failure_ = key.error();
      return;
    }
    keys_[at] = std::move(*key);
    ++made_;
    if (progress_) progress_(made_, algorithms_.size());
  }

  const std::vector<KeyAlgorithm>& algorithms_;
  const KeyProgress& progress_;
  std::mutex mutex_;
  std::vector<std::optional<Key>> keys_;
  std::optional<base::Error> failure_;
  std::size_t next_ = 0;
  std::size_t made_ = 0;
};

}  // namespace

base::Result<std::vector<Key>> generate_keys(const std::vector<KeyAlgorithm>& algorithms, unsigned threads,
                                             const KeyProgress& progress) {
  KeyWork work(algorithms, progress);
  const auto slow = static_cast<std::size_t>(std::count_if(algorithms.begin(), algorithms.end(), is_rsa));
  std::vector<std::thread> others;
  for (std::size_t i = 1; i < std::min<std::size_t>(threads, slow); ++i) others.emplace_back([&] { work.run(); });
  work.run();
  for (auto& thread : others) thread.join();
  return std::move(work).finish();
}

}  // namespace pki::crypto
