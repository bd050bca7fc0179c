// Chaos: one run of a scenario against one balancer. Owns the temporary folder, the network and every program that it
// starts; its destructor ends and removes them. Lives in main's thread: the programs die with it.
#pragma once

#include <optional>
#include <vector>

#include "tests/chaos/balancer.h"
#include "tests/chaos/injector.h"
#include "tests/chaos/report.h"
#include "tests/chaos/scenario.h"
#include "tests/support/interrupts.h"
#include "tests/support/temporary_folder.h"

namespace tests::chaos {

struct ChaosSettings {
  Candidate candidate;
  std::uint64_t seed = 1;
  Scenario scenario;
};

class Chaos {
 public:
  Chaos(const support::Programs& programs, ChaosSettings settings, const support::Interrupts& interrupts)
      : programs_(programs), settings_(std::move(settings)), interrupts_(interrupts) {}

  // Prints each fault when it begins and when it ends. An error: the run could not be made; bounds that are broken are
  // in the report.
  [[nodiscard]] base::Result<Report> run();

 private:
  [[nodiscard]] base::Result<Measures> run_all();
  [[nodiscard]] base::Result<void> start_all();
  [[nodiscard]] base::Result<void> make_certificates() const;
  [[nodiscard]] base::Result<void> warm_up();
  [[nodiscard]] base::Result<void> strike(const PlannedFault& planned);
  [[nodiscard]] base::Result<void> pass(std::chrono::milliseconds time);
  // Waits until nothing is left of the clients, at most for a while.
  [[nodiscard]] base::Result<Footprint> settled(const std::optional<Footprint>& wanted);
  [[nodiscard]] ClientSurroundings surroundings() const;
  [[nodiscard]] double seconds_since_begin() const;

  support::TemporaryFolder folder_;  // first, so removed last
  const support::Programs& programs_;
  ChaosSettings settings_;
  const support::Interrupts& interrupts_;
  std::optional<Network> network_;
  std::optional<Servers> servers_;
  std::optional<Balancer> balancer_;
  std::optional<support::TlsClient> tls_;
  std::vector<Fault> faults_;
  Moment begin_;
  bool interrupted_ = false;
};

}  // namespace tests::chaos
