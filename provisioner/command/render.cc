#include "provisioner/command/render.h"

#include <algorithm>
#include <ostream>
#include <set>
#include <sstream>

#include "provisioner/access/ssh.h"
#include "provisioner/plan/rendering.h"
#include "provisioner/step/mark.h"

namespace provisioner::command {
namespace {

namespace fs = std::filesystem;
using step::System;

// Its lines after the first are the files that we have written.
constexpr const char* kList = "RENDERED";
// Stands for a key that apply has not made yet. sshd takes no line that ends after the key's type.
constexpr const char* kNoKeyYet = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 apply-makes-this-key";

std::string own_key(step::Host& host, const cluster::Cluster& cluster, std::ostream& err) {
  const auto file = host.read(access::key_file(cluster).string() + ".pub");
  if (file && *file) return (*file)->content.substr(0, (*file)->content.find('\n'));
  err << "keepstate-provisioner: the key that we log in with is not made yet; '" << kNoKeyYet << "' stands for it\n";
  return kNoKeyYet;
}

// The paths of an earlier call, below the folder. An error: the folder holds something, and none of ours.
base::Result<std::set<std::string>> rendered_before(step::Host& host, const fs::path& folder) {
  const auto list = host.read(folder / kList);
  if (!list) return base::Failure(list.error());
  if (!*list) {
    const auto names = host.list(folder);
    if (!names) return base::Failure(names.error());
    if (names->empty()) return std::set<std::string>{};
    return base::fail("{} is not empty, and not made by render; name another folder", folder.string());
  }
  std::set<std::string> before;
  std::istringstream lines((*list)->content);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with('#')) before.insert(line);
  }
  return before;
}

// The list goes first, with old and new, so that whoever breaks off in between has lost track of nothing.
base::Result<void> write_all(step::Host& host, const fs::path& folder, const std::string& head,
                             const step::RenderedFiles& files) {
  auto before = rendered_before(host, folder);
  if (!before) return base::Failure(before.error());
  std::set<std::string> now;
  for (const step::RenderedFile& file : files) now.insert(file.path.string());
  const auto write_list = [&](const std::set<std::string>& paths) {
    std::string text = head;
    for (const std::string& path : paths) text += path + "\n";
    return host.write(folder / kList, {std::move(text), 0644});
  };
  std::set<std::string> both = now;
  both.insert(before->begin(), before->end());
  if (auto made = host.make_folder(folder, 0755); !made) return made;
  if (auto wrote = write_list(both); !wrote) return wrote;
  for (const step::RenderedFile& file : files) {
    if (auto made = host.make_folder((folder / file.path).parent_path(), 0755); !made) return made;
    if (auto wrote = host.write(folder / file.path, file.file); !wrote) return wrote;
  }
  for (const std::string& path : *before) {
    if (now.contains(path)) continue;
    if (auto removed = host.remove(folder / path); !removed) return removed;
  }
  return write_list(now);
}

}  // namespace

base::ExitCode render(const RenderOptions& options, const Surroundings& surroundings) {
  const Streams& streams = surroundings.streams;
  const auto cluster = load(options.config, streams.err);
  if (!cluster) return base::kExitUsage;
  plan::RenderingOptions wanted{.world = surroundings.world};
  if (options.system) wanted.world.system = *options.system;
  wanted.own_key = own_key(surroundings.host, *cluster, streams.err);
  const auto files = plan::rendering_of(*cluster, wanted);
  if (!files) return failed(files.error(), streams.err);
  const std::string head = "# " + step::mark_of(*cluster) + " `render` keeps and removes the files below.\n";
  if (auto wrote = write_all(surroundings.host, options.folder, head, *files); !wrote) {
    return failed(wrote.error(), streams.err);
  }
  streams.out << fmt::format("{} files in {}\n", files->size(), options.folder.string());
  return base::kExitOk;
}

void add_render(CLI::App& app, Chosen& chosen) {
  CLI::App* const command = app.add_subcommand(
      "render", "Write all files (zones, units, cloud-init, rules, ...) into a folder, and do nothing");
  const auto options = std::make_shared<RenderOptions>();
  add_config_option(*command, options->config);
  command->add_option("folder", options->folder, "A new or empty folder, or one of an earlier render")
      ->type_name("DIR")
      ->required();
  command->add_option("--system", options->system, "linux or freebsd; default: that of this host")
      ->transform(CLI::CheckedTransformer(
          std::vector<std::pair<std::string, System>>{{"linux", System::kLinux}, {"freebsd", System::kFreebsd}}));
  command->callback([&chosen, options] {
    chosen.run = [options](const Surroundings& surroundings) { return render(*options, surroundings); };
  });
}

}  // namespace provisioner::command
