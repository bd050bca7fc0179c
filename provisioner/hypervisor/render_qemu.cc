#include "provisioner/hypervisor/render_qemu.h"

#include "provisioner/step/mark.h"
#include "provisioner/step/shell_text.h"

namespace provisioner::hypervisor {

step::RenderedFiles render_qemu(const cluster::Cluster& cluster, const QemuOptions& options) {
  const bool is_tcg = cluster.hypervisor.accelerator == cluster::Accelerator::kTcg;
  const QemuFacts facts{.accelerator = is_tcg ? cluster::Accelerator::kTcg : cluster::Accelerator::kKvm};
  step::RenderedFiles files;
  for (const cluster::Machine& machine : cluster.machines) {
    for (step::RenderedFile& file : system_files(cluster, machine, facts, options)) {
      files.push_back({file.path.relative_path(), std::move(file.file)});
    }
    std::string script = "#!/bin/sh\n# " + step::mark_of(cluster) + " a change here is lost.\nexec ";
    script += step::shell_text(step::Command{qemu_command(cluster, machine, facts)}) + "\n";
    files.push_back({std::filesystem::path("qemu") / (machine.name + ".sh"), {std::move(script), 0755}});
  }
  return files;
}

}  // namespace provisioner::hypervisor
