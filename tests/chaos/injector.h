// Injector: begins a fault and ends it. One thread.
#pragma once

#include "tests/chaos/fault.h"
#include "tests/chaos/network.h"
#include "tests/chaos/servers.h"

namespace tests::chaos {

class Injector {
 public:
  Injector(const Network& network, Servers& servers) noexcept : network_(network), servers_(servers) {}

  [[nodiscard]] base::Result<void> begin(FaultKind kind, std::size_t server);
  [[nodiscard]] base::Result<void> end(FaultKind kind, std::size_t server);

 private:
  const Network& network_;
  Servers& servers_;
};

}  // namespace tests::chaos
