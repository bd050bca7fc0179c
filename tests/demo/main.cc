// keepstate-demo: see the whole of Keepstate at work in a few seconds, on this machine alone.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>

#include "lib/base/exit_code.h"
#include "tests/demo/demo.h"

namespace {

int failed(const std::string& message) {
  fmt::print(stderr, "\nkeepstate-demo: {}\n", message);
  return base::kExitFailed;
}

// The other programs lie beside this one.
std::filesystem::path own_folder(const char* name) {
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error);  // Linux
  return (error ? std::filesystem::absolute(name) : self).parent_path();
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Three API servers behind one address: the split by weight, and a death that nobody notices.",
               "keepstate-demo");
  app.footer("Examples:\n  keepstate-demo\n  keepstate-demo --keep\n  keepstate-demo --port 0 --admin-port 0");
  app.set_version_flag("--version", KEEPSTATE_VERSION);
  tests::demo::WishedPorts ports;
  bool keep = false;
  app.add_option("--port", ports.api,
                 "Port of the API's address (6443, or a free one if that is taken; 0: a free one)");
  app.add_option("--admin-port", ports.admin, "Port of the admin address (9440, likewise)");
  app.add_flag("--keep", keep, "Leave all running until Ctrl-C");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? base::kExitOk : base::kExitUsage;
  }
  const tests::support::Interrupts interrupts;
  auto programs = tests::support::Programs::in(own_folder(argv[0]));
  if (!programs) return failed(programs.error().message);
  auto places = tests::demo::choose_places(ports);
  if (!places) return failed(places.error().message);
  tests::demo::Demo demo(std::move(*programs), std::move(*places), interrupts);
  if (auto done = demo.run(); !done) return failed(done.error().message);
  if (keep) {
    demo.keep();
    return base::kExitOk;
  }
  if (auto ended = demo.end(); !ended) return failed(ended.error().message);
  fmt::print("\nDone; all is ended and removed. To leave it running and try yourself: ./dev demo --keep\n");
  return base::kExitOk;
}
