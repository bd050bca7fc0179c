#include "pki/output/encryption_config.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "pki/crypto/base64.h"
#include "pki/crypto/random_bytes.h"
#include "pki/output/yaml_leaves.h"

namespace pki::output {
namespace {

using crypto::SecretText;

constexpr std::size_t kKeyBytes = 32;  // secretbox takes no other size; AES-256
constexpr std::string_view kKeyPrefix = "key";
constexpr std::string_view kRule = "/resources/0/";
constexpr std::string_view kProviders = "/resources/0/providers/";
constexpr std::string_view kByHand = "change this file by hand, as Kubernetes' page on encryption at rest tells";

SecretText rendered(const EncryptionKey& key) {
  return crypto::join(
      {"            - name: ", yaml_text(key.name), "\n              secret: ", key.secret.view(), "\n"});
}

// Takes the next part off a path: "0/secretbox/keys" gives "0" and leaves "secretbox/keys".
std::string_view next_part(std::string_view& path) {
  const std::size_t end = std::min(path.find('/'), path.size());
  const std::string_view part = path.substr(0, end);
  path.remove_prefix(std::min(end + 1, path.size()));
  return part;
}

std::optional<EncryptionProvider> provider_named(std::string_view name) {
  for (const auto& [known, provider] : cluster::kEncryptionProviderNames) {
    if (known == name) return provider;
  }
  return std::nullopt;
}

base::Failure refuse(const YamlLeaf& leaf, std::string_view why, std::string_view remedy) {
  return base::fail("line {}: '{}' {}; {}", leaf.line, leaf.path.substr(1), why, remedy);
}

class ConfigReader {
 public:
  ConfigReader() { config_.resources.clear(), config_.reads_plaintext = false; }

  base::Result<void> take(const YamlLeaf& leaf) {
    if (leaf.path == "/kind") return expect(leaf, "EncryptionConfiguration", is_kind_);
    if (leaf.path == "/apiVersion") return expect(leaf, "apiserver.config.k8s.io/v1", is_version_);
    if (leaf.path.starts_with(kProviders)) return take_provider(leaf);
    if (leaf.path.starts_with("/resources/0/resources/")) {
      config_.resources.emplace_back(leaf.value);
      return {};
    }
    return refuse(leaf, leaf.path.starts_with(kRule) ? "is not known here" : "is no part of the one rule that is read",
                  kByHand);
  }

  base::Result<EncryptionConfig> finish() && {
    if (!is_kind_ || !is_version_) {
      return base::fail(
          "line 1: kind EncryptionConfiguration, apiVersion apiserver.config.k8s.io/v1, is missing; "
          "give the right file");
    }
    if (config_.resources.empty() || config_.keys.empty()) {
      return base::fail("line 1: it names no resources or no key, so nothing is encrypted by it; put back a good copy");
    }
    for (const auto& key : config_.keys) {
      if (key.name.empty() || key.secret.view().empty()) {
        return base::fail("line 1: a key of provider {} lacks its name or its secret; put back a good copy",
                          name_of(key.provider));
      }
    }
    return std::move(config_);
  }

 private:
  static base::Result<void> expect(const YamlLeaf& leaf, std::string_view wanted, bool& seen) {
    seen = leaf.value == wanted;
    if (seen) return {};
    return refuse(leaf, fmt::format("is not {}", wanted), "give the right file, or write it in today's form");
  }

  // Below /resources/0/providers/: N/identity or N/NAME/keys/M/name|secret.
  base::Result<void> take_provider(const YamlLeaf& leaf) {
    std::string_view path = std::string_view(leaf.path).substr(kProviders.size());
    const std::string_view index = next_part(path);
    const std::string_view name = next_part(path);
    if (name == "identity" && path.empty()) {
      config_.reads_plaintext = true;
      return {};
    }
    const auto provider = provider_named(name);
    if (!provider) return refuse(leaf, "is a provider that is not known here", kByHand);
    if (config_.reads_plaintext) {
      return refuse(leaf, "stands behind identity, which would leave new values unencrypted", "put identity last");
    }
    if (next_part(path) != "keys") return refuse(leaf, "is not known here", kByHand);
    const std::string key = fmt::format("{}/{}", index, next_part(path));
    if (key != last_key_) {
      config_.keys.push_back({*provider, {}, {}});
      last_key_ = key;
    }
    return take_key(leaf, path, config_.keys.back());
  }

  base::Result<void> take_key(const YamlLeaf& leaf, std::string_view what, EncryptionKey& key) {
    if (what == "name") {
      const auto same = [&](const EncryptionKey& other) { return other.name == leaf.value; };
      if (std::any_of(config_.keys.begin(), config_.keys.end(), same)) {
        return refuse(leaf, "has a name that another key has too", "put back a good copy");
      }
      key.name = leaf.value;
      return {};
    }
    if (what != "secret") return refuse(leaf, "is not known here", kByHand);
    const auto bytes = crypto::decode_base64(leaf.value);
    if (!bytes) return refuse(leaf, "holds no key: " + bytes.error().message, "put back a good copy");
    if (bytes->view().size() != kKeyBytes) {
      return refuse(leaf, fmt::format("is a key of {} bytes and not of {}", bytes->view().size(), kKeyBytes),
                    "put back a good copy");
    }
    key.secret = SecretText(leaf.value);
    return {};
  }

  EncryptionConfig config_;
  std::string last_key_;
  bool is_kind_ = false;
  bool is_version_ = false;
};

}  // namespace

base::Result<EncryptionKey> new_encryption_key(EncryptionProvider provider, std::string name) {
  const auto bytes = crypto::random_bytes(kKeyBytes);
  if (!bytes) return base::Failure(bytes.error());
  return EncryptionKey{provider, std::move(name), crypto::encode_base64(bytes->view())};
}

unsigned key_number(std::string_view name) noexcept {
  unsigned number = 0;
  if (!name.starts_with(kKeyPrefix)) return 0;
  name.remove_prefix(kKeyPrefix.size());
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  return error == std::errc() && end == name.data() + name.size() ? number : 0;
}

std::string next_key_name(const EncryptionConfig& config) {
  unsigned highest = 0;
  for (const auto& key : config.keys) highest = std::max(highest, key_number(key.name));
  return fmt::format("{}{}", kKeyPrefix, highest + 1);
}

SecretText write_encryption_config(const EncryptionConfig& config) {
  std::string head =
      "kind: EncryptionConfiguration\napiVersion: apiserver.config.k8s.io/v1\nresources:\n  - resources:\n";
  for (const auto& resource : config.resources) head += fmt::format("      - {}\n", yaml_text(resource));
  SecretText text = crypto::join({head, "    providers:\n"});
  std::optional<EncryptionProvider> open;
  for (const auto& key : config.keys) {
    const std::string opening =
        open == key.provider ? "" : fmt::format("      - {}:\n          keys:\n", name_of(key.provider));
    open = key.provider;
    text = crypto::join({text.view(), opening, rendered(key).view()});
  }
  return crypto::join({text.view(), config.reads_plaintext ? "      - identity: {}\n" : ""});
}

base::Result<EncryptionConfig> read_encryption_config(std::string_view text) {
  const auto leaves = read_yaml_leaves(text);
  if (!leaves) return base::Failure(leaves.error());
  ConfigReader reader;
  for (const auto& leaf : *leaves) {
    if (auto taken = reader.take(leaf); !taken) return base::Failure(taken.error());
  }
  return std::move(reader).finish();
}

}  // namespace pki::output
