// Store: the folder that holds a PKI's files. It reads what is there and creates what is not; it replaces and deletes
// nothing. It keeps no file open and takes no lock: when two runs meet, the second to create a file gets an error. Any
// thread.
//
// Errors name the file, the reason and a remedy, and never hold a byte of a key.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"
#include "pki/crypto/certificate.h"
#include "pki/crypto/key.h"
#include "pki/plan/certificate_spec.h"
#include "pki/plan/inventory.h"

namespace pki::output {

// All that was read, by CertificateSpec::name. The inventory says the same in values.
struct Contents {
  std::map<std::string, crypto::Key> keys;
  std::map<std::string, crypto::Certificate> certificates;
  plan::Inventory inventory;
};

class Store {
 public:
  explicit Store(std::filesystem::path folder);

  [[nodiscard]] const std::filesystem::path& folder() const noexcept { return folder_; }

  // A folder that does not exist is an empty one. A file that cannot be read or understood is an error.
  [[nodiscard]] base::Result<Contents> read(const std::vector<plan::CertificateSpec>& specs) const;

  // Things about the folder and its keys that let others in, a line each; nothing is changed.
  [[nodiscard]] std::vector<std::string> warnings(const std::vector<plan::CertificateSpec>& specs) const;

  // Makes the folder, and those above it that are missing, with mode 0700; one that is there stays as it is.
  [[nodiscard]] base::Result<void> make_folder() const;

  // Mode 0600 whatever the umask. A file that exists is an error and stays as it is.
  [[nodiscard]] base::Result<void> create_key(const std::string& file, std::string_view pem) const;
  // The same with mode 0644.
  [[nodiscard]] base::Result<void> create_certificate(const std::string& file, std::string_view pem) const;

 private:
  [[nodiscard]] base::Result<void> read_pair(const plan::CertificateSpec& spec, Contents& contents) const;

  std::filesystem::path folder_;
};

}  // namespace pki::output
