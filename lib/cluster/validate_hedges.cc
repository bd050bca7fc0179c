#include "lib/cluster/validate_hedges.h"

#include <fmt/format.h>

#include "lib/base/duration.h"

namespace cluster {
namespace {

// Later no further backend is tried (lb/snapshot/build_snapshot.cc).
constexpr std::chrono::seconds kLastTry{6};

void check_hedge(const Listener& listener, const std::string& path, Findings& findings) {
  if (!findings.readable(path + ".hedge") || listener.hedge.count() == 0) return;
  if (!findings.sound(path + ".timeouts.connect") || listener.hedge < listener.timeouts.connect) return;
  findings.warning(
      path + ".hedge",
      fmt::format("hedge: {} has no effect, as a try ends after {} (timeouts.connect); make it shorter, or "
                  "0ms if it is not wanted",
                  base::duration_text(listener.hedge), base::duration_text(listener.timeouts.connect)));
}

void check_first_flight(const Listener& listener, const std::string& path, Findings& findings) {
  if (listener.first_flight != FirstFlight::kTls || !findings.sound(path + ".firstFlight")) return;
  if (findings.readable(path + ".firstByte") && *listener.first_byte >= kLastTry) {
    findings.warning(
        path + ".firstByte",
        fmt::format("firstByte: {} is too long for firstFlight: after {} no other backend is tried; make it "
                    "shorter",
                    base::duration_text(*listener.first_byte), base::duration_text(kLastTry)));
  }
  if (findings.readable(path + ".retries") && listener.retries == 0) {
    findings.warning(path + ".retries",
                     "retries: with 0 no first flight is said to a second backend, so firstFlight has no effect; allow "
                     "1 or more");
  }
}

void check_rebalance(const Listener& listener, const std::string& path, Findings& findings) {
  if (!listener.rebalance.enabled || !findings.readable(path + ".rebalance.enabled")) return;
  const bool maglev = listener.policy == PolicyKind::kMaglev && findings.sound(path + ".policy");
  if (!listener.sticky && !maglev) return;
  findings.error(path + ".rebalance.enabled",
                 fmt::format("enabled: with {} a client comes back to the backend that it was taken from, so sessions "
                             "would be closed for ever; remove the one or the other",
                             listener.sticky ? "sticky" : "policy: maglev"));
}

}  // namespace

void validate_hedges(const Listener& listener, const std::string& path, Findings& findings) {
  check_hedge(listener, path, findings);
  check_first_flight(listener, path, findings);
  check_rebalance(listener, path, findings);
}

}  // namespace cluster
