#include "provisioner/hypervisor/qmp.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <nlohmann/json.hpp>

namespace provisioner::hypervisor {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::size_t kLongestLine = 1U << 20;

// False: the deadline came first.
bool wait_for(int fd, short events, steady_clock::time_point deadline) {
  while (true) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now()).count();
    pollfd one{fd, events, 0};
    const int ready = ::poll(&one, 1, static_cast<int>(std::clamp<long long>(left, 0, 60'000)));
    if (ready > 0) return true;
    if (left <= 0 || (ready < 0 && errno != EINTR)) return false;
  }
}

}  // namespace

base::Result<Qmp> Qmp::open(step::Host& host, const std::filesystem::path& socket, milliseconds patience) {
  auto fd = host.connect(socket);
  if (!fd) return base::Failure(fd.error());
  Qmp qmp(std::move(*fd), socket, patience);
  const auto greeting = qmp.next_object(steady_clock::now() + patience);
  if (!greeting) return base::Failure(greeting.error());
  if (!greeting->contains("QMP")) return qmp.fails("it does not greet as QEMU does");
  if (const auto ready = qmp.execute({{"execute", "qmp_capabilities"}}); !ready) return base::Failure(ready.error());
  return qmp;
}

Qmp::Qmp(base::UniqueFd fd, std::filesystem::path socket, milliseconds patience)
    : fd_(std::move(fd)), socket_(std::move(socket)), patience_(patience) {}

base::Result<std::string> Qmp::status() {
  const auto answer = execute({{"execute", "query-status"}});
  if (!answer) return base::Failure(answer.error());
  const auto status = answer->find("status");
  if (status == answer->end() || !status->is_string()) return fails("its status is not one: " + answer->dump());
  return status->get<std::string>();
}

base::Result<void> Qmp::press_power_button() {
  const auto answer = execute({{"execute", "system_powerdown"}});
  if (!answer) return base::Failure(answer.error());
  return {};
}

base::Result<void> Qmp::quit() {
  const auto answer = execute({{"execute", "quit"}});
  if (answer || has_ended_within(milliseconds{0})) return {};
  return base::Failure(answer.error());
}

base::Result<void> Qmp::resize(std::string_view node, std::uint64_t size) {
  const auto answer = execute({{"execute", "block_resize"}, {"arguments", {{"node-name", node}, {"size", size}}}});
  if (!answer) return base::Failure(answer.error());
  return {};
}

bool Qmp::has_ended_within(milliseconds time) {
  const auto deadline = steady_clock::now() + time;
  while (true) {
    const Read read = read_some(deadline);
    if (read != Read::kSome) return read == Read::kEnd;
    read_.clear();  // events
  }
}

base::Result<json> Qmp::execute(const json& command) {
  const auto deadline = steady_clock::now() + patience_;
  const unsigned id = ++last_id_;
  json numbered = command;
  numbered["id"] = id;
  if (auto sent = send(numbered.dump() + "\n", deadline); !sent) return base::Failure(sent.error());
  while (true) {
    auto answer = next_object(deadline);
    if (!answer) return answer;
    if (answer->value("id", json()) != id) continue;  // an event, or an answer that came too late for somebody
    if (const auto value = answer->find("return"); value != answer->end()) return json(*value);
    const json error = answer->value("error", json::object());
    return fails(fmt::format("{} is refused: {}", command["execute"].get<std::string>(),
                             error.is_object() ? error.value("desc", "no reason") : error.dump()));
  }
}

base::Result<json> Qmp::next_object(Deadline deadline) {
  while (true) {
    if (const auto end = read_.find('\n'); end != std::string::npos) {
      json object = json::parse(read_.substr(0, end), nullptr, false);
      read_.erase(0, end + 1);
      if (!object.is_object()) return fails("it sends what is no JSON object");
      return object;
    }
    if (read_.size() > kLongestLine) return fails("it sends a line without an end");
    const Read read = read_some(deadline);
    if (read == Read::kEnd) return fails("QEMU has ended");
    if (read == Read::kLate) {
      return fails(fmt::format("no answer within {} ms; QEMU hangs, or somebody else talks to it", patience_.count()));
    }
  }
}

base::Result<void> Qmp::send(std::string_view line, Deadline deadline) {
  while (!line.empty()) {
    if (!wait_for(fd_.get(), POLLOUT, deadline)) return fails("it takes no command");
    const ssize_t n = ::send(fd_.get(), line.data(), line.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (n < 0) return fails(base::errno_text(errno));
    line.remove_prefix(static_cast<std::size_t>(n));
  }
  return {};
}

Qmp::Read Qmp::read_some(Deadline deadline) {
  std::array<char, 4096> some;  // NOLINT(*-member-init): recv fills it
  while (true) {
    if (!wait_for(fd_.get(), POLLIN, deadline)) return Read::kLate;
    const ssize_t n = ::recv(fd_.get(), some.data(), some.size(), MSG_DONTWAIT);
    if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (n <= 0) return Read::kEnd;
    read_.append(some.data(), static_cast<std::size_t>(n));
    return Read::kSome;
  }
}

base::Failure Qmp::fails(std::string_view why) const {
  return base::fail("cannot talk to QEMU at {}: {}", socket_.string(), why);
}

}  // namespace provisioner::hypervisor
