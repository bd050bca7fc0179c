// VerifyNames: asks Unbound, as a machine would, for every name that we have given out. One thread.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "provisioner/dns/cluster_names.h"
#include "provisioner/dns/query.h"
#include "provisioner/step/step.h"

namespace provisioner::dns {

struct Expected {
  std::string name;
  QueryType type;
  std::vector<std::string> values;  // sorted

  friend bool operator==(const Expected&, const Expected&) = default;
};
// All of A, AAAA, PTR and SRV that the zones say, each name and type once.
[[nodiscard]] std::vector<Expected> expectations(const ClusterNames& names);

// An error: the resolver gives no answer, or another one.
[[nodiscard]] base::Result<void> look_for(const base::SocketAddress& resolver, const Expected& expected,
                                          std::chrono::milliseconds patience);

class VerifyNames final : public step::Step {
 public:
  // `patience`: for the first answer, as servers that were just started take their time; the rest has what is left.
  // `forget`: has the resolver forget what it has heard, before it is asked again; no words: there is nothing to
  // forget.
  VerifyNames(base::SocketAddress resolver, std::vector<Expected> expected, std::chrono::milliseconds patience,
              step::Command forget = {})
      : resolver_(resolver), expected_(std::move(expected)), patience_(patience), forget_(std::move(forget)) {}
  [[nodiscard]] std::string print() const override;
  [[nodiscard]] base::Result<void> carry_out(step::Workplace& place) override;

 private:
  base::SocketAddress resolver_;
  std::vector<Expected> expected_;
  std::chrono::milliseconds patience_;
  step::Command forget_;
};

}  // namespace provisioner::dns
