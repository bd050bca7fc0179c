// SystemHost: the Host that this process runs on. Any thread.
#pragma once

#include "provisioner/step/host.h"

namespace provisioner::step {

class SystemHost final : public Host {
 public:
  [[nodiscard]] base::Result<base::Output> run(const Command& command) override;
  [[nodiscard]] base::Result<base::PipelineOutput> pipe(const Command& from, const Command& to) override;
  [[nodiscard]] base::Result<pid_t> start(const std::vector<std::string>& argv,
                                          const std::filesystem::path& log) override;
  [[nodiscard]] base::Result<std::optional<FileState>> read(const std::filesystem::path& path) override;
  [[nodiscard]] base::Result<void> write(const std::filesystem::path& path, const FileState& file) override;
  [[nodiscard]] base::Result<void> remove(const std::filesystem::path& path) override;
  [[nodiscard]] base::Result<void> make_folder(const std::filesystem::path& path, mode_t mode) override;
  [[nodiscard]] base::Result<void> remove_tree(const std::filesystem::path& path) override;
  [[nodiscard]] base::Result<std::vector<std::string>> list(const std::filesystem::path& path) override;
  [[nodiscard]] bool exists(const std::filesystem::path& path) override;
  [[nodiscard]] base::Result<base::UniqueFd> connect(const std::filesystem::path& socket) override;
  [[nodiscard]] base::SteadyTime now() override;
  void rest(std::chrono::milliseconds time) override;
};

}  // namespace provisioner::step
