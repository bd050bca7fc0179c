#include "provisioner/step/ledger.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace provisioner::step {
namespace {

using nlohmann::json;

constexpr int kFormat = 1;

struct Parsed {
  std::string cluster;
  std::vector<LedgerEntry> entries;
};

std::optional<Parsed> parse(const std::string& text) {
  const json read = json::parse(text, nullptr, false);
  if (!read.is_object() || !read.contains("format") || read["format"] != kFormat || !read.contains("made")) {
    return std::nullopt;
  }
  std::vector<LedgerEntry> entries;
  for (const json& made : read["made"]) {
    if (!made.is_object() || !made.contains("kind") || !made.contains("name")) return std::nullopt;
    for (const auto& value : made) {
      if (!value.is_string()) return std::nullopt;
    }
    entries.push_back({made["kind"], made["name"], made.value("detail", "")});
  }
  const bool has_cluster = read.contains("cluster") && read["cluster"].is_string();
  return Parsed{has_cluster ? read["cluster"].get<std::string>() : "", std::move(entries)};
}

std::string text_of(const std::string& cluster, const std::vector<LedgerEntry>& entries) {
  json made = json::array();
  for (const LedgerEntry& entry : entries) {
    json one{{"kind", entry.kind}, {"name", entry.name}};
    if (!entry.detail.empty()) one["detail"] = entry.detail;
    made.push_back(std::move(one));
  }
  json all{{"format", kFormat}, {"made", std::move(made)}};
  if (!cluster.empty()) all["cluster"] = cluster;
  return all.dump(1) + "\n";
}

bool is(const LedgerEntry& entry, std::string_view kind, std::string_view name) {
  return entry.kind == kind && entry.name == name;
}

}  // namespace

base::Result<std::unique_ptr<Ledger>> Ledger::open(Host& host, std::filesystem::path file, std::string cluster) {
  const auto read = host.read(file);
  if (!read) return base::Failure(read.error());
  std::vector<LedgerEntry> entries;
  if (*read) {
    auto parsed = parse((*read)->content);
    if (!parsed) {
      return base::fail(
          "{} is not the list of what was made here, which this program writes; without it nobody knows "
          "what may be removed: restore it from a backup, or move it away and remove by hand what `plan` "
          "then says is in the way",
          file.string());
    }
    if (!cluster.empty() && !parsed->cluster.empty() && parsed->cluster != cluster) {
      return base::fail("{} is of cluster '{}', and this is '{}': give each a spec.hypervisor.folder of its own",
                        file.string(), parsed->cluster, cluster);
    }
    entries = std::move(parsed->entries);
  }
  return std::unique_ptr<Ledger>(new Ledger(host, std::move(file), std::move(cluster), std::move(entries)));
}

Ledger::Ledger(Host& host, std::filesystem::path file, std::string cluster, std::vector<LedgerEntry> entries)
    : host_(host), file_(std::move(file)), cluster_(std::move(cluster)), entries_(std::move(entries)) {}

std::vector<LedgerEntry> Ledger::entries() const {
  const std::lock_guard lock(mutex_);
  return entries_;
}

std::vector<LedgerEntry> Ledger::of_kind(std::string_view kind) const {
  auto found = entries();
  std::erase_if(found, [&](const LedgerEntry& entry) { return entry.kind != kind; });
  return found;
}

std::optional<LedgerEntry> Ledger::find(std::string_view kind, std::string_view name) const {
  const std::lock_guard lock(mutex_);
  const auto found =
      std::find_if(entries_.begin(), entries_.end(), [&](const LedgerEntry& entry) { return is(entry, kind, name); });
  if (found == entries_.end()) return std::nullopt;
  return *found;
}

base::Result<void> Ledger::claim(const LedgerEntry& entry) {
  const std::lock_guard lock(mutex_);
  auto entries = entries_;
  const auto found = std::find_if(entries.begin(), entries.end(),
                                  [&](const LedgerEntry& one) { return is(one, entry.kind, entry.name); });
  if (found == entries.end()) {
    entries.push_back(entry);
  } else if (*found == entry) {
    return {};
  } else {
    *found = entry;
  }
  return save(std::move(entries));
}

base::Result<void> Ledger::release(std::string_view kind, std::string_view name) {
  const std::lock_guard lock(mutex_);
  auto entries = entries_;
  if (std::erase_if(entries, [&](const LedgerEntry& entry) { return is(entry, kind, name); }) == 0) return {};
  return save(std::move(entries));
}

// The last entry takes the file with it.
base::Result<void> Ledger::save(std::vector<LedgerEntry> entries) {
  if (entries.empty()) {
    if (auto removed = host_.remove(file_); !removed) return removed;
  } else {
    if (auto made = host_.make_folder(file_.parent_path(), 0755); !made) return made;
    if (auto written = host_.write(file_, {text_of(cluster_, entries), 0600}); !written) return written;
  }
  entries_ = std::move(entries);
  return {};
}

}  // namespace provisioner::step
