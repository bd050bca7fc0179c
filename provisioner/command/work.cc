#include "provisioner/command/work.h"

#include <unistd.h>

#include <condition_variable>
#include <mutex>
#include <ostream>
#include <system_error>
#include <thread>

#include "lib/base/folder_lock.h"
#include "provisioner/command/progress.h"
#include "provisioner/plan/plan_text.h"
#include "provisioner/step/executor.h"

namespace provisioner::command {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::milliseconds kBetweenTicks{500};
constexpr mode_t kFolderMode = 0700;  // keys are below it

// Has the live lines count their seconds while work goes on.
class Ticker {
 public:
  explicit Ticker(Progress& progress)
      : thread_([this, &progress](const std::stop_token& stop) {
          std::unique_lock lock(mutex_);
          while (!woken_.wait_for(lock, stop, kBetweenTicks, [&] { return stop.stop_requested(); })) progress.tick();
        }) {}

 private:
  std::mutex mutex_;
  std::condition_variable_any woken_;
  std::jthread thread_;  // last: it ends before what it uses
};

std::string who_fails(const step::FailedChange& failure) {
  if (failure.machine.empty() || failure.machine == failure.name) return failure.kind + " " + failure.name;
  return fmt::format("{}, {} {}", failure.machine, failure.kind, failure.name);
}

base::ExitCode tell(const step::Outcome& outcome, const WorkOptions& options, const Surroundings& surroundings) {
  std::ostream& err = surroundings.streams.err;
  for (const step::FailedChange& failure : outcome.failures) {
    err << fmt::format("keepstate-provisioner: {}: {}\n", who_fails(failure), failure.error.message);
  }
  if (outcome.ok()) {
    surroundings.streams.out << fmt::format("done: {} of {}\n", outcome.done, outcome.done);
    return base::kExitOk;
  }
  err << fmt::format("keepstate-provisioner: {}{} done, {} failed, {} not begun; `{}` again goes on from there\n",
                     surroundings.interrupted ? "interrupted: " : "", outcome.done, outcome.failures.size(),
                     outcome.left, options.doing);
  return base::kExitFailed;
}

// Nothing: go on.
std::optional<base::ExitCode> want_consent(const WorkOptions& options, const Surroundings& surroundings) {
  if (options.is_sure) return std::nullopt;
  if (!surroundings.ask) {
    surroundings.streams.err << "keepstate-provisioner: nobody is here to be asked; with --yes it is done\n";
    return base::kExitUsage;
  }
  if (surroundings.ask("Do this? [y/N] ")) return std::nullopt;
  surroundings.streams.err << "keepstate-provisioner: nothing was changed\n";
  return base::kExitFailed;
}

base::ExitCode carry_out(step::Plan& plan, step::Ledger& ledger, const WorkOptions& options,
                         const Surroundings& surroundings) {
  const Streams& streams = surroundings.streams;
  Progress progress(streams.err, surroundings.clock, streams.err_is_terminal ? Display::kTerminal : Display::kPlain,
                    streams.width);
  step::Outcome outcome;
  {
    std::optional<Ticker> ticker;
    if (streams.err_is_terminal) ticker.emplace(progress);
    outcome =
        step::carry_out(plan, {surroundings.host, ledger, progress, surroundings.interrupted, surroundings.threads});
  }
  return tell(outcome, options, surroundings);
}

bool has_steps(const step::Plan& plan) {
  return std::any_of(plan.begin(), plan.end(), [](const step::Change& change) { return !change.steps.empty(); });
}

base::ExitCode plan_and_do(const cluster::Cluster& cluster, const WorkOptions& options, const Planner& planner,
                           const Surroundings& surroundings) {
  const Streams& streams = surroundings.streams;
  const auto ledger = ledger_of(surroundings.host, cluster);
  if (!ledger) return failed(ledger.error(), streams.err);
  auto plan = planner(**ledger);
  if (!plan) return failed(plan.error(), streams.err);
  if (options.is_dry) {
    streams.out << plan::to_script(*plan);
    return base::kExitOk;
  }
  streams.out << plan::to_text(*plan, plan::Telling::kDifferences) << std::flush;
  if (!has_steps(*plan)) return base::kExitOk;
  if (const auto end = want_consent(options, surroundings)) return *end;
  return carry_out(*plan, **ledger, options, surroundings);
}

}  // namespace

void add_work_options(CLI::App& app, WorkOptions& options) {
  app.add_flag("-y,--yes", options.is_sure, "Ask nobody");
  app.add_flag("--dry-run", options.is_dry, "Print what would be run and written, as a shell script, and do nothing");
}

base::Result<std::unique_ptr<step::Ledger>> ledger_of(step::Host& host, const cluster::Cluster& cluster) {
  return step::Ledger::open(host, fs::path(cluster.hypervisor.folder) / "made.json", cluster.name);
}

base::Result<plan::World> look_at_world(const cluster::Cluster& cluster, const Surroundings& surroundings) {
  const auto ledger = ledger_of(surroundings.host, cluster);
  if (!ledger) return base::Failure(ledger.error());
  return plan::observe_world(surroundings.host, cluster, **ledger, surroundings.world);
}

base::ExitCode work(const cluster::Cluster& cluster, const WorkOptions& options, const Planner& planner,
                    const Surroundings& surroundings) {
  std::ostream& err = surroundings.streams.err;
  if (options.is_dry) return plan_and_do(cluster, options, planner, surroundings);
  if (!surroundings.is_root) {
    return failed(
        {fmt::format("{} changes this host, which only root may; --dry-run prints what it would do", options.doing)},
        err);
  }
  const fs::path folder = cluster.hypervisor.folder;
  if (auto made = surroundings.host.make_folder(folder, kFolderMode); !made) return failed(made.error(), err);
  base::ExitCode code = base::kExitFailed;
  {
    const auto lock =
        base::FolderLock::take(folder, fmt::format("process {} (keepstate-provisioner {})", ::getpid(), options.doing));
    if (!lock) return failed(lock.error(), err);
    code = plan_and_do(cluster, options, planner, surroundings);
  }
  std::error_code ignored;
  fs::remove(folder, ignored);  // where nothing is in it: a destroyed cluster leaves nothing
  return code;
}

}  // namespace provisioner::command
