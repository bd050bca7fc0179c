// keepstate-load: clients and backends in one thread, for `./dev bench compare`.
//
// Its backends listen at once. The clients begin when a line has come on standard input, with the numbers of the
// processes whose CPU time and memory are to be measured. Prints one line of JSON.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <deque>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <sstream>

#include "bench/compare/load/backends.h"
#include "bench/compare/load/clients.h"
#include "bench/compare/load/process_watch.h"
#include "lib/base/exit_code.h"

namespace bench::load {
namespace {

using Clock = std::chrono::steady_clock;

struct Options {
  std::string what;
  std::vector<std::string> targets;
  std::vector<std::string> serve;
  unsigned clients = 1;
  std::size_t size = 64;
  bool reset = false;
  bool up = false;
  bool spin = false;
  double seconds = 2;
  double warm_up = 0.3;
};

// So many may be on their way to their answer at a time; the others wait, or hold.
constexpr std::size_t kMostOpening = 64;
constexpr std::chrono::seconds kLongestOpening{60};

std::vector<base::SocketAddress> parse(const std::vector<std::string>& texts) {
  std::vector<base::SocketAddress> addresses;
  for (const auto& text : texts) {
    const auto address = base::SocketAddress::parse(text);
    if (!address) throw std::runtime_error(address.error().message);
    addresses.push_back(*address);
  }
  return addresses;
}

std::vector<pid_t> read_processes() {
  std::string line;
  std::getline(std::cin, line);
  std::istringstream words(line);
  return {std::istream_iterator<pid_t>(words), {}};
}

class Run {
 public:
  explicit Run(const Options& options)
      : options_(options), targets_(parse(options.targets)), backends_(poller_, bulk_, parse(options.serve)) {}

  nlohmann::json measure(const std::vector<pid_t>& watched) {
    watched_ = watched;
    if (options_.what == "idle") return measure_memory();
    open_all();
    for_a_while(options_.warm_up);
    tally_.clear();
    const std::uint64_t swallowed = backends_.swallowed();
    const auto begin = Clock::now();
    const auto cpu = cpu_time(watched_);
    for_a_while(options_.seconds);
    const std::chrono::duration<double> seconds = Clock::now() - begin;
    const std::chrono::duration<double> used = cpu_time(watched_) - cpu;
    return {{"operations", tally_.operations}, {"bytes", tally_.bytes + backends_.swallowed() - swallowed},
            {"errors", tally_.errors},         {"seconds", seconds.count()},
            {"cpu_seconds", used.count()},     {"p50_us", microseconds(0.5)},
            {"p99_us", microseconds(0.99)},    {"p999_us", microseconds(0.999)}};
  }

 private:
  [[nodiscard]] double microseconds(double share) const {
    return std::chrono::duration<double, std::micro>(tally_.first_byte.quantile(share)).count();
  }

  const base::SocketAddress& target(std::size_t i) const { return targets_[i % targets_.size()]; }

  void open_all() {
    for (std::size_t i = 0; i < options_.clients; ++i) {
      if (options_.what == "bulk") {
        bulk_clients_.emplace_back(poller_, tally_, bulk_, target(i), options_.up ? Direction::kUp : Direction::kDown);
      } else {
        requester(i).connect();
      }
    }
  }

  Requester& requester(std::size_t i) {
    const Then reconnect = options_.reset ? Then::kResetAndReconnect : Then::kCloseAndReconnect;
    const Then then = options_.what == "ping-pong" ? Then::kAskAgain
                      : options_.what == "idle"    ? Then::kHold
                                                   : reconnect;
    return requesters_.emplace_back(poller_, tally_, *room_, target(i), Requester::Manner{options_.size, then});
  }

  void for_a_while(double seconds) {
    const auto end = Clock::now() + std::chrono::duration<double>(seconds);
    while (Clock::now() < end) poller_.turn(options_.spin ? 0 : 10);
  }

  // Every connection has one answer, then nothing moves any more.
  nlohmann::json measure_memory() {
    const std::uint64_t before = proportional_memory(watched_);
    const auto late = Clock::now() + kLongestOpening;
    while (tally_.operations < options_.clients && Clock::now() < late) {
      while (requesters_.size() < options_.clients && requesters_.size() - tally_.operations < kMostOpening) {
        requester(requesters_.size()).connect();
      }
      poller_.turn(10);
    }
    for_a_while(options_.warm_up);
    const std::uint64_t after = proportional_memory(watched_);
    return {{"operations", tally_.operations},
            {"errors", tally_.errors},
            {"memory_before", before},
            {"memory_after", after}};
  }

  const Options& options_;
  std::vector<base::SocketAddress> targets_;
  Poller poller_;
  Bulk bulk_;
  Backends backends_;
  Tally tally_;
  std::unique_ptr<MessageRoom> room_ = std::make_unique<MessageRoom>();
  std::vector<pid_t> watched_;
  std::deque<Requester> requesters_;  // at places that stay
  std::deque<BulkClient> bulk_clients_;
};

void add_options(CLI::App& app, Options& options) {
  app.add_option("what", options.what,
                 "connect-rate: connect, ask, close; ping-pong: ask on kept connections; bulk; idle")
      ->required()
      ->check(CLI::IsMember({"connect-rate", "ping-pong", "bulk", "idle"}));
  app.add_option("--target", options.targets, "Where clients connect to; several are used in turn")->required();
  app.add_option("--serve", options.serve, "Be a backend at this address");
  app.add_option("--clients", options.clients, "Connections at a time")->check(CLI::Range(1, 9500));
  app.add_option("--size", options.size, "Bytes of a message and of its answer")->check(CLI::Range(8, 1024 * 1024));
  app.add_option("--seconds", options.seconds, "How long to measure");
  app.add_option("--warm-up", options.warm_up, "Seconds before that");
  app.add_flag("--rst", options.reset, "connect-rate: end by reset");
  app.add_flag("--spin", options.spin,
               "Never sleep: waking the load costs the balancer, and on a core of its own it may spin");
  app.add_flag("--up", options.up, "bulk: from the clients to the backends");
}

}  // namespace
}  // namespace bench::load

int main(int argc, char** argv) {
  try {
    bench::load::Options options;
    CLI::App app("keepstate-load: clients and backends in one thread", "keepstate-load");
    bench::load::add_options(app, options);
    CLI11_PARSE(app, argc, argv);
    bench::load::Run run(options);
    const nlohmann::json result = run.measure(bench::load::read_processes());
    std::puts(result.dump().c_str());
    return base::kExitOk;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "keepstate-load: %s\n", error.what());
    return base::kExitFailed;
  }
}
