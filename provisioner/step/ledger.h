// Ledger: what the provisioner has made on this host, so that it removes that and nothing else, also after it was
// killed. An entry is written before the thing is made (whoever breaks off in between has claimed what is not there,
// which is harmless) and struck out after the thing has gone.
//
// A JSON file of mode 0600 in the cluster's folder, replaced whole at each change. Many threads may call.
#pragma once

#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/result.h"
#include "provisioner/step/host.h"

namespace provisioner::step {

struct LedgerEntry {
  std::string kind;      // "file", "bridge", "route", "machine", ...
  std::string name;      // of its kind, unique: a path, an interface, "10.100.0.0/24"
  std::string detail{};  // what its room wants to know later: a hash, the value that was there before

  friend bool operator==(const LedgerEntry&, const LedgerEntry&) = default;
};

class Ledger {
 public:
  // A file that is not there is an empty ledger; one that cannot be read is an error, because then nobody knows what is
  // ours.
  // `cluster` is written into it; one of another cluster is an error. "": anybody's.
  [[nodiscard]] static base::Result<std::unique_ptr<Ledger>> open(Host& host, std::filesystem::path file,
                                                                  std::string cluster = "");

  // In the order in which they were claimed.
  [[nodiscard]] std::vector<LedgerEntry> entries() const;
  [[nodiscard]] std::vector<LedgerEntry> of_kind(std::string_view kind) const;
  [[nodiscard]] std::optional<LedgerEntry> find(std::string_view kind, std::string_view name) const;

  // Replaces the entry of the same kind and name.
  [[nodiscard]] base::Result<void> claim(const LedgerEntry& entry);
  [[nodiscard]] base::Result<void> release(std::string_view kind, std::string_view name);

 private:
  Ledger(Host& host, std::filesystem::path file, std::string cluster, std::vector<LedgerEntry> entries);
  [[nodiscard]] base::Result<void> save(std::vector<LedgerEntry> entries);

  Host& host_;
  const std::filesystem::path file_;
  const std::string cluster_;
  mutable std::mutex mutex_;  // guards entries_
  std::vector<LedgerEntry> entries_;
};

}  // namespace provisioner::step
