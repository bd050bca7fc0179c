#include "provisioner/step/host.h"

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

}  // namespace

base::Result<std::string> output_of(Host& host, const Command& command) {
  auto output = host.run(command);
  if (!output) return base::Failure(output.error());
  if (output->status.ok()) return std::move(output->out);
  const std::string said = last_lines(output->err.empty() ? output->out : output->err);
  return base::fail("{} ended with {}{}{}", shell_text(command), output->status.to_string(), said.empty() ? "" : ": ",
                    said);
}

}  // namespace provisioner::step
