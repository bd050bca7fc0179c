#include "lb/commands.h"

#include <fcntl.h>

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <random>

#include "lb/access_log/log_file.h"
#include "lb/config/control_socket.h"
#include "lb/config/parse_config.h"
#include "lb/control/admin_access.h"
#include "lb/control/arrival.h"
#include "lb/control/tls_contexts.h"
#include "lb/daemon.h"
#include "lb/doctor/doctor.h"
#include "lb/doctor/system_host.h"
#include "lb/ruleset/vip_rules.h"
#include "lib/base/clock.h"
#include "lib/base/exit_code.h"
#include "lib/base/log.h"
#include "lib/base/subprocess.h"
#include "lib/base/supervisor.h"
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

void settle_socket(config::Config& config, const base::Log& log) {
  if (!config.socket) {
    config.socket = config::default_control_socket();
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

// The file once more, and what the command line has said.
base::Result<config::Config> config_again(const Options& options, const base::Log& log) {
  auto config = config_from(options);
  if (!config) return config;
  if (auto overridden = override_by_flags(*config, options); !overridden) return base::Failure(overridden.error());
  settle_socket(*config, log);
  return config;
}

// A process that takes over from another finds its channel where that one put it.
control::Arrival arrival_of(const Options& options) {
  control::Arrival arrival{.argv = options.command_line,
                           .supervisor = base::Supervisor::of_environment(),
                           .activated = base::take_activated_descriptors(),
                           .channel = {}};
  // NOLINTBEGIN(concurrency-mt-unsafe): one thread yet
  if (std::getenv(control::kHandoverVariable) != nullptr) {
    ::unsetenv(control::kHandoverVariable);
    arrival.channel.reset(base::Subprocess::kChannel);
    ::fcntl(base::Subprocess::kChannel, F_SETFD, FD_CLOEXEC);
  }
  // NOLINTEND(concurrency-mt-unsafe)
  arrival.pid_file = options.pid_file;
  return arrival;
}

base::Result<config::Config> config_to_serve(const Options& options) {
  auto config = config_from(options);
  if (!config) return config;
  if (auto overridden = override_by_flags(*config, options); !overridden) {
    return base::fail("keepstate-lb: {}\n", overridden.error().message);
  }
  return config;
}

int serve(const Options& options) {
  control::Arrival arrival = arrival_of(options);
  auto config = config_to_serve(options);
  if (!config) {
    tell(config.error().message);
    control::refuse(arrival, config.error().message);
    return base::kExitUsage;
  }
  const base::Log log(options.log_level);
  settle_socket(*config, log);
  const base::SystemClock clock;
  std::random_device entropy;
  const std::uint64_t seed = (std::uint64_t{entropy()} << 32) | entropy();
  auto daemon = Daemon::start(*config, seed, clock, log, std::move(arrival));
  if (!daemon) {
    log.error("{}", daemon.error().message);
    return base::kExitFailed;
  }
  if (!options.file.empty()) (*daemon)->reload_by([&] { return config_again(options, log); });
  (*daemon)->run();
  return base::kExitOk;
}

base::Result<void> check_token(const config::Config& config, const std::string& file) {
  if (config.admin_token_file.empty()) return {};
  const auto token = control::read_admin_token(config.admin_token_file);
  if (!token) return base::fail("{}: admin.tokenFile: {}\n", file, token.error().message);
  if (!token->warning.empty()) tell(fmt::format("{}: warning: admin.tokenFile: {}\n", file, token->warning));
  return {};
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
  if (const auto token = check_token(*config, options.file); !token) {
    tell(token.error().message);
    return base::kExitUsage;
  }
  const auto log = config->access_log ? access_log::LogFile::check(config->access_log->file) : base::Result<void>();
  if (!log) {
    tell(fmt::format("{}: {}\n", options.file, log.error().message));
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

int ask_daemon(const client::ClientOptions& options) {
  const client::Outcome outcome = client::carry_out(options);
  fmt::print("{}", outcome.out);
  tell(outcome.err);
  return outcome.code;
}

int examine(const Options& options) {
  auto loaded = cluster::load_cluster(options.file);
  if (!loaded) {
    tell(cluster::to_text(loaded.error(), options.file));
    return base::kExitUsage;
  }
  if (const auto config = config::config_of(loaded->cluster); !config) {
    return wrong_usage(fmt::format("{}: {}", options.file, config.error().message));
  }
  tell(cluster::to_text(loaded->warnings, options.file));
  std::optional<std::string> socket = options.socket ? options.socket : loaded->cluster.load_balancer->socket;
  if (!socket) socket = config::default_control_socket();
  doctor::SystemHost host;
  const doctor::Findings findings = doctor::examine(loaded->cluster, socket, host);
  fmt::print("{}", options.json ? doctor::to_json(findings) : doctor::to_text(findings));
  return doctor::has_problem(findings) ? base::kExitFailed : base::kExitOk;
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
    case Options::Command::kClient:
      return ask_daemon(options.client);
    case Options::Command::kDoctor:
      return examine(options);
  }
  return base::kExitUsage;
}

}  // namespace lb
