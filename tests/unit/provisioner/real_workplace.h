// RealWorkplace: what a step sees that works on this very host; its ledger is in memory. One thread.
#pragma once

#include "provisioner/step/step.h"
#include "provisioner/step/system_host.h"
#include "tests/unit/provisioner/fake_workplace.h"

namespace provisioner {

class RealWorkplace final : public step::Workplace {
 public:
  [[nodiscard]] step::Host& host() override { return host_; }
  [[nodiscard]] step::Ledger& ledger() override { return fake_.ledger(); }
  void tell(std::string_view what) override { fake_.tell(what); }
  void moved(std::uint64_t bytes, std::uint64_t total) override { fake_.moved(bytes, total); }
  [[nodiscard]] bool is_interrupted() const override { return false; }

 private:
  step::SystemHost host_;
  FakeWorkplace fake_;
};

}  // namespace provisioner
