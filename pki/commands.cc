#include "pki/commands.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "lib/cluster/cluster_file.h"
#include "pki/output/pair_files.h"
#include "pki/output/store.h"
#include "pki/plan/certificate_plan.h"
#include "pki/plan/init_plan.h"

namespace pki {
namespace {

using output::PairFiles;

// Says what became of each file, a line each, the names in one column.
class FileReport {
 public:
  FileReport(const std::vector<plan::CertificateSpec>& specs, std::ostream& out) : out_(out) {
    for (const auto& spec : specs) width_ = std::max(width_, plan::key_file(spec).size());
  }
  void made(std::string_view file, std::string_view what) {
    line("made", file, what);
    ++made_;
  }
  void kept(std::string_view file, std::string_view what) {
    line("kept", file, what);
    ++kept_;
  }
  // What to tell after an error.
  [[nodiscard]] std::string_view so_far() const {
    return made_ == 0 ? "no file was made" : "the files told as made are whole; run init again for the rest";
  }
  void finish(const std::filesystem::path& folder) {
    if (made_ == 0) {
      out_ << fmt::format("nothing to do: all {} files are in {}\n", kept_, folder.string());
    } else {
      out_ << fmt::format("{} made, {} kept in {}\n", made_, kept_, folder.string());
    }
  }

 private:
  // Flushed, so that after an error the reader has seen what was written before it.
  void line(std::string_view what_became, std::string_view file, std::string_view what) {
    out_ << fmt::format("{}  {:<{}}  {}\n", what_became, file, width_, what) << std::flush;
  }

  std::ostream& out_;
  std::size_t width_ = 0;
  unsigned made_ = 0;
  unsigned kept_ = 0;
};

std::string describe(const PairFiles& files) {
  const auto end = static_cast<std::time_t>(files.certificate.not_after.time_since_epoch().count());
  std::string text = fmt::format("{}, valid to {:%Y-%m-%d}", files.spec.purpose, fmt::gmtime(end));
  if (const auto names = files.certificate.names.size(); names > 0)
    text += fmt::format(", {} names and addresses", names);
  return text;
}

// The key first: a certificate without its key would be of no use, a key without its certificate is completed by the
// next run.
base::Result<void> write_pair(const PairFiles& files, const output::Store& store, FileReport& report) {
  const std::string key_file = plan::key_file(files.spec);
  const std::string certificate_file = plan::certificate_file(files.spec);
  const std::string key_text = fmt::format("private key of {}, {}", certificate_file, files.key_algorithm);
  if (files.new_key) {
    if (auto created = store.create_key(key_file, files.new_key->view()); !created) return created;
    report.made(key_file, key_text);
  } else {
    report.kept(key_file, key_text);
  }
  if (files.new_certificate) {
    if (auto created = store.create_certificate(certificate_file, *files.new_certificate); !created) return created;
    report.made(certificate_file, describe(files));
  } else {
    report.kept(certificate_file, describe(files));
  }
  return {};
}

base::Result<void> write_all(const std::vector<PairFiles>& all, const output::Store& store, FileReport& report) {
  if (auto made = store.make_folder(); !made) return made;
  for (const auto& files : all) {
    if (auto written = write_pair(files, store, report); !written) return written;
  }
  report.finish(store.folder());
  return {};
}

base::ExitCode refuse(const std::vector<plan::Problem>& problems, const output::Store& store, std::ostream& err) {
  for (const auto& problem : problems) {
    err << fmt::format("keepstate-pki: {}: {}\n", (store.folder() / problem.file).string(), problem.message);
  }
  err << "keepstate-pki: nothing was changed\n";
  return base::kExitFailed;
}

base::ExitCode fail(const base::Error& error, std::string_view and_then, std::ostream& err) {
  err << fmt::format("keepstate-pki: {}\n", error.message);
  if (!and_then.empty()) err << fmt::format("keepstate-pki: {}\n", and_then);
  return base::kExitFailed;
}

}  // namespace

base::ExitCode init(const InitOptions& options, std::chrono::sys_seconds now, Streams streams) {
  const auto loaded = cluster::load_cluster(options.config);
  if (!loaded) {
    streams.err << cluster::to_text(loaded.error(), options.config.string());
    return base::kExitUsage;
  }
  streams.err << cluster::to_text(loaded->warnings, options.config.string());
  return init(loaded->cluster, options, now, streams);
}

base::ExitCode init(const cluster::Cluster& cluster, const InitOptions& options, std::chrono::sys_seconds now,
                    Streams streams) {
  const auto specs = plan::certificates_for(cluster);
  if (!specs) {
    for (const auto& missing : specs.error()) {
      streams.err << fmt::format("{}: {}\n", options.config.string(), missing.message);
    }
    return base::kExitUsage;
  }
  const output::Store store(options.folder);
  auto contents = store.read(*specs);
  if (!contents) return fail(contents.error(), "nothing was changed", streams.err);
  for (const auto& warning : store.warnings(*specs))
    streams.err << fmt::format("keepstate-pki: warning: {}\n", warning);
  const auto steps = plan::plan_init(*specs, contents->inventory, now);
  if (!steps) return refuse(steps.error(), store, streams.err);
  const auto files = output::make_pair_files(*steps, *contents, now);
  if (!files) return fail(files.error(), "nothing was changed", streams.err);

  FileReport report(*specs, streams.out);
  if (const auto written = write_all(*files, store, report); !written) {
    return fail(written.error(), report.so_far(), streams.err);
  }
  return base::kExitOk;
}

}  // namespace pki
