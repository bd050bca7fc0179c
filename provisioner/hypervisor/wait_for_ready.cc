#include "provisioner/hypervisor/wait_for_ready.h"

#include "lib/base/duration.h"
#include "provisioner/hypervisor/cloud_init_status.h"
#include "provisioner/hypervisor/power.h"
#include "provisioner/step/shell_text.h"

namespace provisioner::hypervisor {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kPause{1000};
// The machine waits a while itself (kAskCloudInit); and an emulated one on a busy host takes a minute for a login.
constexpr std::chrono::minutes kAskPatience{3};
constexpr const char* kLogBytes = "262144";
// So long a machine that has failed may yet say more over ssh, where it knows more than its console shows.
constexpr seconds kLastWords{20};
constexpr std::size_t kConsoleLinesShown = 15;
constexpr int kSshFailed = 255;  // ssh(1): its own exit code; every other one is the command's
constexpr int kNoSuchCommand = 127;

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

// The error of a program that was killed quotes all of its command line.
std::string why_not(const std::string& error) {
  if (!error.ends_with("and was killed")) return error;
  return fmt::format("no answer within {}", base::duration_text(kAskPatience));
}

}  // namespace

std::string WaitForReady::print() const {
  return fmt::format("# wait at most {} until this says: done\n{}", base::duration_text(patience_),
                     step::shell_text(step::Command{ask_}));
}

base::Result<void> WaitForReady::carry_out(step::Workplace& place) {
  begun_ = place.host().now();
  const auto deadline = begun_ + patience_;
  while (true) {
    const auto verdict = look(place);
    if (!verdict) return base::Failure(verdict.error());
    if (*verdict == Verdict::kReady) return place.host().write(folder_.ready(), {"", 0644});
    if (place.host().now() >= deadline) {
      return never(fmt::format("it is not ready after {}", base::duration_text(patience_)));
    }
    if (!step::rest(place, kPause))
      return base::fail("interrupted while {} was booting; it goes on by itself", machine_);
  }
}

base::Result<WaitForReady::Verdict> WaitForReady::look(step::Workplace& place) {
  step::Host& host = place.host();
  const auto running = running_qemu(host, folder_);
  if (!running) return base::Failure(running.error());
  if (host.exists(folder_.console_log())) {
    auto log = step::output_of(host, {{"tail", "-c", kLogBytes, folder_.console_log().string()}});
    if (!log) return base::Failure(log.error());
    log_ = std::move(*log);
  }
  is_seen_ = is_seen_ || *running;
  if (!*running) {
    // systemd says that it has started before QEMU has written its pid.
    if (!is_seen_ && host.now() - begun_ < kStartPatience) return Verdict::kNotYet;
    return never(is_seen_ ? "its QEMU has ended" : "its QEMU does not run");
  }
  const BootStage stage = boot_stage(log_);
  if (stage.failure) {
    if (!failed_) failed_ = host.now();
    if (host.now() - *failed_ >= kLastWords) return never("it goes no further: " + *stage.failure);
  }
  tell(place, stage.name);
  return ask_cloud_init(place);
}

base::Result<WaitForReady::Verdict> WaitForReady::ask_cloud_init(step::Workplace& place) {
  step::Command ask{ask_};
  ask.timeout = kAskPatience;
  const auto output = place.host().run(ask);
  if (!output || output->status == base::ExitStatus{base::ExitStatus::Kind::kExited, kSshFailed}) {
    ssh_says_ = output ? first_line(output->err) : why_not(output.error().message);
    return Verdict::kNotYet;
  }
  ssh_says_.clear();
  if (output->status == base::ExitStatus{base::ExitStatus::Kind::kExited, kNoSuchCommand}) {
    return never("its image has no cloud-init; use one that has");
  }
  const CloudInitStatus status = read_cloud_init_status(output->out);
  switch (status.state) {
    case CloudInitStatus::State::kDone:
      if (!status.detail.empty()) place.tell("ready, but cloud-init says: " + first_line(status.detail));
      return Verdict::kReady;
    case CloudInitStatus::State::kFailed:
      return never("cloud-init has failed: " +
                   (status.detail.empty() ? "see /var/log/cloud-init.log in it" : status.detail));
    case CloudInitStatus::State::kDisabled:
      return never("cloud-init is disabled in its image, or did not find the seed");
    case CloudInitStatus::State::kRunning:
    case CloudInitStatus::State::kUnknown:
      break;
  }
  return Verdict::kNotYet;
}

void WaitForReady::tell(step::Workplace& place, const std::string& what) {
  if (what == told_) return;
  told_ = what;
  place.tell(what);
}

base::Failure WaitForReady::never(std::string_view why) const {
  std::string text = fmt::format("{}: {}; it stands at '{}'", machine_, why, boot_stage(log_).name);
  if (!ssh_says_.empty()) text += fmt::format(", and ssh says: {}", ssh_says_);
  if (log_.empty()) {
    return base::fail(
        "{}; nothing is on its console ({}): the image has no boot loader for a BIOS, or its kernel does not write to "
        "ttyS0",
        text, folder_.console_log().string());
  }
  return base::fail("{}. The end of its console ({}):\n{}", text, folder_.console_log().string(),
                    last_console_lines(log_, kConsoleLinesShown));
}

}  // namespace provisioner::hypervisor
