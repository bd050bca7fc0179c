#include "provisioner/step/host.h"

#include <csignal>

#include "provisioner/step/shell_text.h"

namespace provisioner::step {
namespace {

// The last lines are where programs say what went wrong.
std::string last_lines(std::string_view text) {
  constexpr std::size_t kEnough = 600;
  while (text.ends_with('\n')) text.remove_suffix(1);
  if (text.size() > kEnough) text.remove_prefix(text.size() - kEnough);
  return std::string(text);
}

// Without its input, which may be long, and private.
std::string words_of(const Command& command) {
  return shell_text(Command{.argv = command.argv});
}

base::Failure ended_badly(const Command& command, const base::ExitStatus& status, std::string_view words) {
  const std::string said = last_lines(words);
  return base::fail("{} ended with {}{}{}", words_of(command), status.to_string(), said.empty() ? "" : ": ", said);
}

}  // namespace

base::Result<std::string> output_of(Host& host, const Command& command) {
  auto output = host.run(command);
  if (!output) return base::Failure(output.error());
  if (output->status.ok()) return std::move(output->out);
  return ended_badly(command, output->status, output->err.empty() ? output->out : output->err);
}

// Where both failed, the first one's reason comes first: the second mostly stumbled over what it was not given.
base::Result<std::string> output_of(Host& host, const Command& from, const Command& to) {
  auto output = host.pipe(from, to);
  if (!output) return base::Failure(output.error());
  const base::Output& second = output->to;
  const bool by_second = output->from == base::ExitStatus{base::ExitStatus::Kind::kKilled, SIGPIPE};
  if (!output->from.ok() && !by_second) return ended_badly(from, output->from, output->from_err);
  if (!second.status.ok()) return ended_badly(to, second.status, second.err.empty() ? second.out : second.err);
  if (by_second) return base::fail("{} ended before it had read all of {}", words_of(to), words_of(from));
  return std::move(output->to.out);
}

}  // namespace provisioner::step
