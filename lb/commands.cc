#include "lb/commands.h"

#include <unistd.h>

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <random>

#include "lb/config/parse_config.h"
#include "lb/control/tls_contexts.h"
#include "lb/daemon.h"
#include "lb/ruleset/vip_rules.h"
#include "lib/base/clock.h"
#include "lib/base/exit_code.h"
#include "lib/base/log.h"
#include "lib/cluster/cluster_file.h"
#include "lib/firewall/dialect.h"

namespace lb {
namespace {

void tell(const std::string& text) {
  fmt::print(stderr, "{}", text);
}

int wrong_usage(const std::string& message) {
  tell("keepstate-lb: " + message + "\n");
  return base::kExitUsage;
}

base::Result<config::Config> config_from_file(const std::string& file) {
  auto loaded = cluster::load_cluster(file);
  if (!loaded) return base::Failure(base::Error{cluster::to_text(loaded.error(), file)});
  tell(cluster::to_text(loaded->warnings, file));
  auto config = config::config_of(loaded->cluster);
  if (!config) return base::fail("{}: {}\n", file, config.error().message);
  return config;
}

base::Result<unsigned> parse_workers(const std::string& text) {
  unsigned workers = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, workers);
  if (error != std::errc{} || end != last || workers < 1 || workers > 256) {
    return base::fail("--workers {}: write a number from 1 to 256, or auto", text);
  }
  return workers;
}

// What is said on the command line wins over the file.
base::Result<void> override_by_flags(config::Config& config, const Options& options) {
  if (options.workers && *options.workers == "auto") config.workers.reset();
  if (options.workers && *options.workers != "auto") {
    auto workers = parse_workers(*options.workers);
    if (!workers) return base::Failure(workers.error());
    config.workers = *workers;
  }
  if (options.admin && *options.admin == "none") config.admin.reset();
  if (options.admin && *options.admin != "none") {
    const auto admin = base::SocketAddress::parse(*options.admin);
    if (!admin) return base::fail("--admin {}: {}", *options.admin, admin.error().message);
    config.admin = *admin;
  }
  if (options.socket) config.socket = *options.socket;
  return {};
}

#ifdef __linux__
constexpr const char* kSystemSocket = "/run/keepstate/lb.sock";
#else
constexpr const char* kSystemSocket = "/var/run/keepstate/lb.sock";
#endif

std::optional<std::string> default_socket() {
  if (::geteuid() == 0) return kSystemSocket;
  const char* const runtime = std::getenv("XDG_RUNTIME_DIR");  // NOLINT(concurrency-mt-unsafe): one thread yet
  if (runtime == nullptr || *runtime == '\0') return std::nullopt;
  return std::string(runtime) + "/keepstate/lb.sock";
}

void settle_socket(config::Config& config, const base::Log& log) {
  if (!config.socket) {
    config.socket = default_socket();
    if (!config.socket) log.info("no control socket: not root and no XDG_RUNTIME_DIR; --socket PATH names a place");
  }
  if (config.socket && *config.socket == "none") config.socket.reset();
}

base::Result<config::Config> config_from(const Options& options) {
  if (!options.file.empty()) return config_from_file(options.file);
  auto config = config::config_of({options.listen, options.backends, options.policy});
  if (!config) return base::fail("keepstate-lb: {}\n", config.error().message);
  return config;
}

int serve(const Options& options) {
  auto config = config_from(options);
  if (!config) {
    tell(config.error().message);
    return base::kExitUsage;
  }
  if (auto overridden = override_by_flags(*config, options); !overridden)
    return wrong_usage(overridden.error().message);
  const base::Log log(options.log_level);
  settle_socket(*config, log);
  const base::SystemClock clock;
  std::random_device entropy;
  const std::uint64_t seed = (std::uint64_t{entropy()} << 32) | entropy();
  auto daemon = Daemon::start(*config, seed, clock, log);
  if (!daemon) {
    log.error("{}", daemon.error().message);
    return base::kExitFailed;
  }
  (*daemon)->run();
  return base::kExitOk;
}

int check(const Options& options) {
  const auto config = config_from_file(options.file);
  if (!config) {
    tell(config.error().message);
    return base::kExitUsage;
  }
  if (const auto tls = control::make_tls_contexts(config->listeners); !tls) {
    tell(fmt::format("{}: {}\n", options.file, tls.error().message));
    return base::kExitUsage;
  }
  std::size_t backends = 0;
  for (const auto& listener : config->listeners) backends += listener.backends.size();
  fmt::print("{}: correct: {} listener{}, {} backend{}\n", options.file, config->listeners.size(),
             config->listeners.size() == 1 ? "" : "s", backends, backends == 1 ? "" : "s");
  return base::kExitOk;
}

int print_ruleset(const Options& options) {
  const auto config = config_from_file(options.file);
  if (!config) {
    tell(config.error().message);
    return base::kExitUsage;
  }
  const auto rules = ruleset::vip_rules(config->listeners);
  if (!rules) return wrong_usage(rules.error().message);
  const auto text = firewall::render(*rules, options.format);
  if (!text) return wrong_usage(text.error().message);
  for (const auto& listener : config->listeners) {
    if (listener.policy == cluster::PolicyKind::kWeightedRandom) continue;
    tell(fmt::format("keepstate-lb: listener '{}': rules know no {}; they spread at random by weight\n", listener.name,
                     cluster::name_of(listener.policy)));
  }
  fmt::print("{}", *text);
  return base::kExitOk;
}

}  // namespace

int run_command(const Options& options) {
  switch (options.command) {
    case Options::Command::kRun:
      return serve(options);
    case Options::Command::kCheck:
      return check(options);
    case Options::Command::kRuleset:
      return print_ruleset(options);
  }
  return base::kExitUsage;
}

}  // namespace lb
