#include "tests/support/pki_folder.h"

#include <stdexcept>

#include "lib/base/file_system.h"

namespace tests::support {
namespace {

base::Output not_run(const base::Error& error) {
  return {{base::ExitStatus::Kind::kExited, -1}, "", error.message};
}

}  // namespace

base::Output run_program(const std::vector<std::string>& argv) {
  auto output = base::run_captured(argv);
  return output ? std::move(*output) : not_run(output.error());
}

PkiFolder::PkiFolder(std::filesystem::path bin, const std::string& cluster_yaml) : bin_(std::move(bin)) {
  describe(cluster_yaml);
}

void PkiFolder::describe(const std::string& cluster_yaml) const {
  if (const auto written = base::write_file(config_, cluster_yaml, 0644); !written) {
    throw std::runtime_error(written.error().message);
  }
}

std::vector<std::string> PkiFolder::argv_of(const std::string& command, const std::vector<std::string>& words) const {
  std::vector<std::string> argv{
      (bin_ / "keepstate-pki").string(), command, "-c", config_.string(), "--out", folder_.string()};
  argv.insert(argv.end(), words.begin(), words.end());
  return argv;
}

base::Output PkiFolder::run(const std::string& command, const std::vector<std::string>& words) const {
  return run_program(argv_of(command, words));
}

base::Output PkiFolder::run_into(const std::filesystem::path& file, const std::string& command,
                                 const std::vector<std::string>& words) const {
  base::SubprocessOptions options;
  options.out = base::AppendTo{file};
  auto process = base::Subprocess::start(argv_of(command, words), options);
  if (!process) return not_run(process.error());
  return {process->wait(), "", ""};
}

}  // namespace tests::support
