#include "tests/chaos/chaos.h"

#include <fmt/core.h>

#include <cstdio>

#include "lib/base/file_system.h"

namespace tests::chaos {
namespace {

using namespace std::chrono_literals;
using base::fail;
using base::Failure;
using base::Result;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kWarmUp{5000};
constexpr milliseconds kCalmAtTheEnd{4000};
constexpr milliseconds kSettlesWithin{30'000};  // longer than TCP's pause between two tries after a silence of 14 s
constexpr milliseconds kBetweenFootprints{250};
constexpr int kQuietLooks = 4;  // the same count so often in a row is taken for rest
constexpr std::uint64_t kWarmUpSeed = 0;

template <class... Args>
void tell(fmt::format_string<Args...> format, Args&&... args) {
  fmt::print(format, std::forward<Args>(args)...);
  std::fflush(stdout);
}

std::string name_of_server(std::size_t server) {
  return server == kAllServers ? "all" : Servers::name_of(server);
}

}  // namespace

Result<Report> Chaos::run() {
  auto measures = run_all();
  if (!measures) {
    if (!balancer_ || interrupted_) return Failure(measures.error());
    return fail("{}\nThe balancer's last words:\n{}", measures.error().message, balancer_->last_words());
  }
  return Report{name_of(settings_.candidate),
                std::string(settings_.scenario.name),
                settings_.seed,
                rows_of(*measures),
                broken_bounds(*measures, settings_.scenario.bounds),
                failures_of(*measures)};
}

Result<Measures> Chaos::run_all() {
  if (auto done = start_all(); !done) return Failure(done.error());
  if (auto done = warm_up(); !done) return Failure(done.error());
  const auto before = settled(std::nullopt);
  if (!before) return Failure(before.error());

  begin_ = steady_clock::now();
  Clients clients(surroundings(), settings_.scenario.clients, settings_.seed);
  for (const PlannedFault& fault : settings_.scenario.faults) {
    if (auto done = strike(fault); !done) return Failure(done.error());
  }
  if (auto done = pass(kCalmAtTheEnd); !done) return Failure(done.error());
  Measures measures = measure(clients.leave(), faults_);
  tell("{:7.1f} s  the clients have left\n", seconds_since_begin());

  const auto after = settled(*before);
  if (!after) return Failure(after.error());
  measures.before = *before;
  measures.after = *after;
  return measures;
}

Result<void> Chaos::start_all() {
  if (auto made = make_certificates(); !made) return made;
  const auto files = certificates_in(folder_.path());
  auto tls = support::TlsClient::make(files.ca(), Network::vip().ip().to_string());
  if (!tls) return Failure(tls.error());
  tls_ = std::move(*tls);
  auto network = Network::make();
  if (!network) return Failure(network.error());
  network_ = std::move(*network);
  auto servers = Servers::start(programs_, *network_, files);
  if (!servers) return Failure(servers.error());
  servers_.emplace(std::move(*servers));
  auto balancer = Balancer::start(programs_, settings_.candidate, folder_.path());
  if (!balancer) return Failure(balancer.error());
  balancer_.emplace(std::move(*balancer));
  tell("{} before three servers; {}, seed {}, {} clients that come and go, {} that stay\n",
       name_of(settings_.candidate), settings_.scenario.name, settings_.seed, settings_.scenario.clients.openers,
       settings_.scenario.clients.keepers);
  return {};
}

Result<void> Chaos::make_certificates() const {
  const auto file = folder_.path() / "pki.yaml";
  if (auto written = base::write_file(file, cluster_yaml({.subject = Subject::kPlain}, folder_.path()), 0644);
      !written) {
    return written;
  }
  const auto made = programs_.make_certificates(file, certificates_in(folder_.path()).folder);
  if (!made) return Failure(made.error());
  return {};
}

// The same load without faults, so that what a balancer sets up once is not taken for something left behind.
Result<void> Chaos::warm_up() {
  Clients clients(surroundings(), settings_.scenario.clients, kWarmUpSeed);
  if (auto done = pass(kWarmUp); !done) return done;
  for (const Attempt& attempt : clients.leave().attempts) {
    if (attempt.outcome != Outcome::kAnswered) return fail("before any fault a connection failed: {}", attempt.error);
  }
  return {};
}

Result<void> Chaos::strike(const PlannedFault& planned) {
  if (auto done = pass(planned.calm); !done) return done;
  Injector injector(*network_, *servers_);
  Fault fault{planned.kind, planned.server, steady_clock::now(), {}};
  tell("{:7.1f} s  {}: {} begins\n", seconds_since_begin(), name_of_server(fault.server), name_of(fault.kind));
  if (auto done = injector.begin(fault.kind, fault.server); !done) return done;
  if (auto done = pass(planned.lasts); !done) return done;
  if (auto done = injector.end(fault.kind, fault.server); !done) return done;
  fault.end = steady_clock::now();
  tell("{:7.1f} s  {}: {} ends\n", seconds_since_begin(), name_of_server(fault.server), name_of(fault.kind));
  faults_.push_back(fault);
  if (!balancer_->is_running()) return fail("the balancer has ended");
  return {};
}

Result<void> Chaos::pass(milliseconds time) {
  interrupted_ = interrupts_.came_before(steady_clock::now() + time);
  if (interrupted_) return fail("interrupted; all is ended and removed");
  return {};
}

Result<Footprint> Chaos::settled(const std::optional<Footprint>& wanted) {
  const auto deadline = steady_clock::now() + kSettlesWithin;
  std::size_t last = 0;
  int quiet = 0;
  while (true) {
    auto now = footprint_of(balancer_->pid());
    if (!now) return now;
    quiet = now->in_use() == last ? quiet + 1 : 0;
    last = now->in_use();
    const bool is_back = !wanted || now->in_use() <= wanted->in_use();
    if ((quiet >= kQuietLooks && is_back) || steady_clock::now() > deadline) return now;
    if (auto done = pass(kBetweenFootprints); !done) return Failure(done.error());
  }
}

ClientSurroundings Chaos::surroundings() const {
  return {*tls_, Network::vip(), network_->clients(), Servers::names()};
}

double Chaos::seconds_since_begin() const {
  return std::chrono::duration<double>(steady_clock::now() - begin_).count();
}

}  // namespace tests::chaos
