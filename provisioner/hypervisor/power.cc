#include "provisioner/hypervisor/power.h"

#include <algorithm>
#include <charconv>

#include "provisioner/hypervisor/boot_stage.h"
#include "provisioner/hypervisor/qmp.h"
#include "provisioner/step/shell_text.h"

namespace provisioner::hypervisor {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kQmpAnswerPatience{5};
constexpr seconds kPressAgain{10};
constexpr milliseconds kLook{200};
constexpr std::size_t kLogLinesShown = 5;

std::vector<std::string> split_at_nul(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    words.emplace_back(text.substr(0, text.find('\0')));
    text.remove_prefix(std::min(words.back().size() + 1, text.size()));
  }
  return words;
}

bool was_started_with(const std::vector<std::string>& command, const std::filesystem::path& pid_file) {
  const auto option = std::find(command.begin(), command.end(), "-pidfile");
  return option != command.end() && option + 1 != command.end() && *(option + 1) == pid_file.string();
}

// Until the process is gone; QEMU closes its sockets a moment before.
bool is_gone_within(step::Host& host, const MachineFolder& folder, milliseconds time) {
  const auto deadline = host.now() + time;
  while (true) {
    const auto running = running_qemu(host, folder);
    if (running && !*running) return true;
    if (host.now() >= deadline) return false;
    host.rest(kLook);
  }
}

// True: QEMU has ended.
base::Result<bool> press_until_it_ends(step::Host& host, Qmp& qmp, const PowerWatch& watch, milliseconds patience) {
  const auto status = qmp.status();
  if (!status) return base::Failure(status.error());
  if (*status != "running") return false;  // a guest that stands still hears nothing
  watch.tell("shutdown");
  const auto deadline = host.now() + patience;
  while (host.now() < deadline) {
    if (auto pressed = qmp.press_power_button(); !pressed) return qmp.has_ended_within(milliseconds{0});
    const auto again = std::min(host.now() + kPressAgain, deadline);
    while (host.now() < again) {
      if (watch.is_interrupted()) return base::fail("interrupted; the machine goes on as it can");
      if (qmp.has_ended_within(milliseconds{0})) return true;
      host.rest(kLook);
    }
  }
  return false;
}

// An error: nobody answers there.
base::Result<void> end_by_qmp(step::Host& host, const MachineFolder& folder, const PowerWatch& watch,
                              milliseconds patience) {
  auto qmp = Qmp::open(host, folder.qmp(), kQmpAnswerPatience);
  if (!qmp) return base::Failure(qmp.error());
  const auto ended = press_until_it_ends(host, *qmp, watch, patience);
  if (!ended) return base::Failure(ended.error());
  if (*ended) return {};
  watch.tell("switched off, as it does not end by itself");
  return qmp->quit();
}

base::Result<void> kill_qemu(step::Host& host, const MachineFolder& folder) {
  const auto running = running_qemu(host, folder);
  if (!running) return base::Failure(running.error());
  if (!*running) return {};
  const auto killed = step::output_of(host, {{"kill", "-KILL", std::to_string((*running)->pid)}});
  if (!killed) return base::Failure(killed.error());
  if (is_gone_within(host, folder, kQuitPatience)) return {};
  return base::fail("QEMU with pid {} does not end, not even by SIGKILL", (*running)->pid);
}

base::Result<void> tidy_up(step::Host& host, const MachineFolder& folder) {
  for (const auto& path : {folder.pid_file(), folder.qmp(), folder.console()}) {
    if (auto removed = host.remove(path); !removed) return removed;
  }
  return {};
}

}  // namespace

base::Result<std::optional<RunningQemu>> running_qemu(step::Host& host, const MachineFolder& folder) {
  const auto file = host.read(folder.pid_file());
  if (!file) return base::Failure(file.error());
  if (!*file) return std::nullopt;
  const std::string& text = (*file)->content;
  RunningQemu qemu;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), qemu.pid);
  if (error != std::errc{} || qemu.pid <= 1) return std::nullopt;
  const auto command = host.read(fmt::format("/proc/{}/cmdline", qemu.pid));
  if (!command || !*command) return std::nullopt;  // one that ends right now cannot be read
  qemu.command = split_at_nul((*command)->content);
  if (!was_started_with(qemu.command, folder.pid_file())) return std::nullopt;
  return qemu;
}

base::Result<void> power_down(step::Host& host, const MachineFolder& folder, const PowerWatch& watch,
                              milliseconds patience) {
  const auto running = running_qemu(host, folder);
  if (!running) return base::Failure(running.error());
  if (*running) {
    const auto ended = end_by_qmp(host, folder, watch, patience);
    if (watch.is_interrupted() && !ended) return ended;
    if (!ended || !is_gone_within(host, folder, kQuitPatience)) {
      watch.tell("killed, as QEMU does not answer");
      if (auto killed = kill_qemu(host, folder); !killed) return killed;
    }
  }
  return tidy_up(host, folder);
}

std::string StartQemu::print() const {
  return fmt::format("test ! -e {0} || mv -f {0} {0}.1\nsetsid {1} </dev/null >>{2} 2>&1 &",
                     step::shell_word(folder_.console_log().string()), step::shell_text(step::Command{command_}),
                     step::shell_word(folder_.qemu_log().string()));
}

base::Result<void> StartQemu::carry_out(step::Workplace& place) {
  step::Host& host = place.host();
  const auto running = running_qemu(host, folder_);
  if (!running) return base::Failure(running.error());
  if (*running) return {};
  place.tell("start");
  if (auto kept = keep_old_log(host); !kept) return kept;
  const auto pid = host.start(command_, folder_.qemu_log());
  return pid ? wait_for(place, *pid) : base::Failure(pid.error());
}

base::Result<void> StartQemu::keep_old_log(step::Host& host) const {
  const std::string log = folder_.console_log().string();
  if (auto removed = host.remove(folder_.qemu_log()); !removed) return removed;
  if (!host.exists(log)) return {};
  const auto moved = step::output_of(host, {{"mv", "-f", log, log + ".1"}});
  return moved ? base::Result<void>() : base::Failure(moved.error());
}

base::Result<void> StartQemu::wait_for(step::Workplace& place, pid_t pid) const {
  step::Host& host = place.host();
  const auto deadline = host.now() + kStartPatience;
  while (host.now() < deadline) {
    const auto running = running_qemu(host, folder_);
    if (!running) return base::Failure(running.error());
    if (*running && Qmp::open(host, folder_.qmp(), kQmpAnswerPatience)) return {};
    const auto process = host.read(fmt::format("/proc/{}/cmdline", pid));
    if (!process || !*process || (*process)->content.empty()) break;  // it is gone, or waits for its parent
    if (!step::rest(place, kLook)) return base::fail("interrupted while QEMU was starting");
  }
  const auto log = host.read(folder_.qemu_log());
  const std::string words = log && *log ? last_console_lines((*log)->content, kLogLinesShown) : "";
  return base::fail("QEMU does not start ({}){}{}", folder_.qemu_log().string(), words.empty() ? "" : ":\n", words);
}

// The tools that people have for it know no patience.
std::string PowerDown::print() const {
  const std::string socket = step::shell_word(folder_.qmp().string());
  return fmt::format(
      "# press the power button, wait {} s for the machine to end, then switch it off\n"
      "printf '%s\\n' '{{\"execute\": \"qmp_capabilities\"}}' '{{\"execute\": \"system_powerdown\"}}' | socat -t1 - "
      "UNIX-CONNECT:{}",
      kShutdownPatience.count(), socket);
}

base::Result<void> PowerDown::carry_out(step::Workplace& place) {
  return power_down(place.host(), folder_,
                    {.tell = [&](std::string_view what) { place.tell(what); },
                     .is_interrupted = [&] { return place.is_interrupted(); }});
}

}  // namespace provisioner::hypervisor
