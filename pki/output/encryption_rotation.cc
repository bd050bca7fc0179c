#include "pki/output/encryption_rotation.h"

#include <utility>

namespace pki::output {

using plan::RotationStage;

base::Result<RotationStage> stage_of(const EncryptionConfig& config) {
  if (config.keys.size() == 1) return RotationStage::kNone;
  if (config.keys.size() != 2) {
    return base::fail("it has {} keys, but a rotation has two; remove by hand those with which nothing is encrypted",
                      config.keys.size());
  }
  const unsigned first = key_number(config.keys[0].name);
  const unsigned second = key_number(config.keys[1].name);
  if (first == second) {
    return base::fail(
        "of the keys '{}' and '{}' it cannot be told which is newer; remove by hand the one with which "
        "nothing is encrypted",
        config.keys[0].name, config.keys[1].name);
  }
  return first < second ? RotationStage::kAdded : RotationStage::kSwitched;
}

base::Result<void> add_encryption_key(EncryptionConfig& config, EncryptionProvider provider) {
  auto key = new_encryption_key(provider, next_key_name(config));
  if (!key) return base::Failure(key.error());
  config.keys.push_back(std::move(*key));
  return {};
}

void switch_encryption_keys(EncryptionConfig& config) {
  std::swap(config.keys.front(), config.keys.back());
}

void drop_last_encryption_key(EncryptionConfig& config) {
  config.keys.pop_back();
}

}  // namespace pki::output
