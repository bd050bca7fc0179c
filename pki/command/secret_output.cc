#include "pki/command/secret_output.h"

#include <fmt/format.h>

#include <ostream>

#include "lib/base/file_system.h"
#include "pki/command/opened_pki.h"
#include "pki/output/transaction.h"

namespace pki::command {

void add_secret_output(CLI::App& app, SecretOutput& output) {
  app.add_option("--to", output.file, "Write it there, with mode 0600, and not to standard output")->type_name("FILE");
  app.add_flag("--replace", output.replace, "With --to: replace the file if it is there");
}

base::ExitCode check_output(const SecretOutput& output, std::string_view command, const Surroundings& surroundings) {
  if (output.file.empty() && surroundings.out_is_terminal) {
    fail(surroundings, fmt::format("this holds private keys, which do not belong on a terminal; give --to FILE, or "
                                   "`keepstate-pki {} ... > FILE`",
                                   command));
    return base::kExitUsage;
  }
  std::error_code ignored;
  const bool is_there = !output.file.empty() && std::filesystem::exists(symlink_status(output.file, ignored));
  if (is_there && !output.replace) {
    return fail(surroundings,
                fmt::format("{} is there already; move it away, or give --replace", output.file.string()));
  }
  return base::kExitOk;
}

base::ExitCode give(const crypto::SecretText& secret, const SecretOutput& output, const Surroundings& surroundings) {
  if (output.file.empty()) {
    if (surroundings.streams.out << secret.view() << std::flush) return base::kExitOk;
    return fail(surroundings, "cannot write to standard output; nobody reads it, or its disk is full");
  }
  const auto write = output.replace ? &base::write_file : &base::create_file;
  if (const auto written = write(output.file, secret.view(), output::kKeyMode); !written) {
    return fail(surroundings, written.error().message);
  }
  return base::kExitOk;
}

}  // namespace pki::command
