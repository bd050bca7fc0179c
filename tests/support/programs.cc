#include "tests/support/programs.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <thread>

#include "lib/base/file_system.h"
#include "tests/support/http_client.h"
#include "tests/support/tcp.h"

namespace tests::support {
namespace {

using base::fail;
using base::Failure;
using base::Result;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr const char* kPki = "keepstate-pki";
constexpr const char* kBalancer = "keepstate-lb";
constexpr const char* kApiServer = "keepstate-test-api-server";
constexpr milliseconds kReadyWithin{20'000};  // sanitizers on a busy machine; a healthy start takes milliseconds
constexpr milliseconds kEndsWithin{20'000};
constexpr milliseconds kBetweenLooks{5};
constexpr std::string_view kReady = "ready ";
constexpr std::size_t kTail = 8000;  // bytes of a log that an error quotes

// A Ctrl-C at the terminal is for the owner, which then ends its programs in good order; without an owner they go too.
base::SubprocessOptions owned() {
  base::SubprocessOptions options;
  options.group = base::ProcessGroup::kOwn;
  options.on_parent_death = base::OnParentDeath::kDie;
  return options;
}

// One line from a pipe, without its end; an empty one at the end of the stream.
std::string read_line(const base::UniqueFd& pipe, steady_clock::time_point deadline) {
  std::string line;
  char byte = 0;
  while (true) {
    wait_until_ready(pipe, POLLIN, deadline, "read a line");
    if (::read(pipe.get(), &byte, 1) <= 0 || byte == '\n') return line;
    line += byte;
  }
}

}  // namespace

Result<void> end_balancer(base::Subprocess& balancer, const std::filesystem::path& log) {
  const base::ExitStatus status = balancer.stop(kEndsWithin);
  if (status.ok()) return {};
  return fail("keepstate-lb ended with {}:\n{}", status.to_string(), last_lines(log));
}

std::string last_lines(const std::filesystem::path& file) {
  const auto content = base::read_file(file);
  if (!content) return content.error().message;
  if (content->empty()) return "(its log is empty)";
  const std::size_t from = content->size() - std::min(kTail, content->size());
  return content->substr(from == 0 ? 0 : content->find('\n', from) + 1);
}

Result<Programs> Programs::in(std::filesystem::path bin) {
  Programs programs(std::move(bin));
  for (const char* name : {kPki, kBalancer, kApiServer}) {
    std::error_code ignored;
    if (!std::filesystem::exists(programs.path_of(name), ignored)) {
      return fail("{} is not in {}; build it first: ./dev build", name, programs.bin_.string());
    }
  }
  return programs;
}

Result<CertificateFiles> Programs::make_certificates(const std::filesystem::path& cluster_file,
                                                     const std::filesystem::path& folder) const {
  const auto output =
      base::run_captured({path_of(kPki), "init", "-c", cluster_file.string(), "--out", folder.string()});
  if (!output) return Failure(output.error());
  if (!output->status.ok()) return fail("keepstate-pki init: {}: {}", output->status.to_string(), output->err);
  return CertificateFiles{folder};
}

Result<RunningServer> Programs::start_api_server(const std::string& name, const base::SocketAddress& address,
                                                 const CertificateFiles& files,
                                                 const std::vector<std::string>& arguments) const {
  base::SubprocessOptions options = owned();
  options.out = base::Capture{};
  std::vector<std::string> argv{path_of(kApiServer),
                                "--name",
                                name,
                                "--listen",
                                address.to_string(),
                                "--cert",
                                files.server().string(),
                                "--key",
                                files.server_key().string()};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  auto process = base::Subprocess::start(argv, options);
  if (!process) return Failure(process.error());
  try {
    const std::string line = read_line(process->out(), steady_clock::now() + kReadyWithin);
    if (!line.starts_with(kReady)) return fail("{} did not start on {}", name, address.to_string());
    const auto listening = base::SocketAddress::parse(std::string_view(line).substr(kReady.size()));
    if (!listening) return Failure(listening.error());
    return RunningServer{std::move(*process), *listening};
  } catch (const SocketError& error) {
    return fail("{} did not start on {}: {}", name, address.to_string(), error.what());
  }
}

Result<base::Subprocess> Programs::start_balancer(const std::vector<std::string>& arguments,
                                                  const base::SocketAddress& admin,
                                                  const std::filesystem::path& log) const {
  std::vector<std::string> argv{path_of(kBalancer), "run"};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  base::SubprocessOptions options = owned();
  options.out = base::AppendTo{log};
  options.err = base::AppendTo{log};
  auto process = base::Subprocess::start(argv, options);
  if (!process) return Failure(process.error());
  const auto deadline = steady_clock::now() + kReadyWithin;
  while (steady_clock::now() < deadline) {
    if (const auto ready = http_get(admin, "/readyz", kReadyWithin); ready && ready->status == 200) return process;
    if (const auto ended = process->wait_for(kBetweenLooks)) {
      return fail("keepstate-lb ended at once with {}:\n{}", ended->to_string(), last_lines(log));
    }
  }
  return fail("keepstate-lb is not ready after {} s:\n{}", kReadyWithin.count() / 1000, last_lines(log));
}

}  // namespace tests::support
