// FakeWorkplace: what a step sees in a test: a FakeHost, a ledger on it, and what the step told. One thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "provisioner/step/step.h"
#include "tests/unit/provisioner/fake_host.h"

namespace provisioner {

class FakeWorkplace final : public step::Workplace {
 public:
  [[nodiscard]] FakeHost& host() override { return host_; }
  [[nodiscard]] step::Ledger& ledger() override { return *ledger_; }
  void tell(std::string_view what) override { told.emplace_back(what); }
  void moved(std::uint64_t /*bytes*/, std::uint64_t /*total*/) override { ++moves; }
  [[nodiscard]] bool is_interrupted() const override { return interrupted; }

  std::vector<std::string> told;
  int moves = 0;
  bool interrupted = false;

 private:
  FakeHost host_;
  std::unique_ptr<step::Ledger> ledger_ =
      std::move(step::Ledger::open(host_, "/var/lib/keepstate/x/made.json").value());
};

}  // namespace provisioner
