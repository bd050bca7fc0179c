// LoadRules: a ruleset into the kernel's packet filter, and into the ledger what the kernel then says of it, so that a
// later look can tell whether anybody has touched it since. One thread.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "lib/firewall/ruleset.h"
#include "provisioner/step/step.h"
#include "provisioner/step/system.h"

namespace provisioner::network {

// The ledger's word for rules that were made of `text` and listed as `listing`.
[[nodiscard]] std::string seal_of(std::string_view text, std::string_view listing);

class LoadRules final : public step::Step {
 public:
  // `text` lies in `file` by then.
  LoadRules(firewall::Ruleset rules, std::string text, std::filesystem::path file, step::System system)
      : rules_(std::move(rules)), text_(std::move(text)), file_(std::move(file)), system_(system) {}
  [[nodiscard]] std::string print() const override;
  [[nodiscard]] base::Result<void> carry_out(step::Workplace& place) override;

 private:
  firewall::Ruleset rules_;
  std::string text_;
  std::filesystem::path file_;
  step::System system_;
};

// What was loaded under that name goes.
class RemoveRules final : public step::Step {
 public:
  RemoveRules(std::string name, step::System system) : name_(std::move(name)), system_(system) {}
  [[nodiscard]] std::string print() const override;
  [[nodiscard]] base::Result<void> carry_out(step::Workplace& place) override;

 private:
  std::string name_;
  step::System system_;
};

}  // namespace provisioner::network
