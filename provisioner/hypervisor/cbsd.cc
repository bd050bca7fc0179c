#include "provisioner/hypervisor/cbsd.h"

#include <algorithm>
#include <charconv>
#include <sstream>

#include "lib/cluster/scalar.h"
#include "provisioner/step/shell_text.h"

namespace provisioner::hypervisor {
namespace {

std::vector<std::string> fields_of(const std::string& line) {
  std::istringstream in(line);
  std::vector<std::string> fields;
  for (std::string field; in >> field;) fields.push_back(field);
  return fields;
}

// A dash or a nought where CBSD knows nothing.
template <class Number>
std::optional<Number> number_of(const std::string& text) {
  if (text == "-") return Number{0};
  Number number{};
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, number);
  if (error != std::errc{} || end != last) return std::nullopt;
  return number;
}

std::optional<CbsdListing> listing_of(const std::vector<std::string>& fields) {
  if (fields.size() != 5) return std::nullopt;
  const auto pid = number_of<unsigned long>(fields[2]);
  const auto mebibytes = number_of<std::uint64_t>(fields[3]);
  const auto cpus = number_of<unsigned>(fields[4]);
  if (!pid || !mebibytes || !cpus) return std::nullopt;
  return CbsdListing{fields[0], fields[1], *pid, *mebibytes << 20, *cpus};
}

std::string last_words(const base::Output& output) {
  constexpr std::size_t kEnough = 600;
  std::string said = output.out + output.err;
  while (said.ends_with('\n')) said.pop_back();
  return said.size() > kEnough ? said.substr(said.size() - kEnough) : said;
}

base::Result<void> check_aim(step::Host& host, const std::string& machine, CbsdAim aim, const std::string& said) {
  const auto machines = list_cbsd(host);
  if (!machines) return base::Failure(machines.error());
  const auto found =
      std::find_if(machines->begin(), machines->end(), [&](const CbsdListing& one) { return one.name == machine; });
  const bool exists = found != machines->end();
  const bool reached =
      aim == CbsdAim::kAny || (aim == CbsdAim::kGone ? !exists : exists && found->is_on() == (aim == CbsdAim::kOn));
  if (reached) return {};
  return base::fail("CBSD says that {} is {}{}{}", machine, exists ? found->status : "not there",
                    said.empty() ? "" : "; it said: ", said);
}

}  // namespace

step::Command cbsd_command(const std::vector<std::string>& words, std::chrono::milliseconds timeout) {
  step::Command command{.argv = {"env", "NOCOLOR=1", "cbsd"}, .timeout = timeout};
  command.argv.insert(command.argv.end(), words.begin(), words.end());
  return command;
}

base::Result<std::string> run_cbsd(step::Host& host, const step::Command& command) {
  auto output = host.run(command);
  if (!output) return base::Failure(output.error());
  if (output->status.ok()) return std::move(output->out);
  const std::string said = last_words(*output);
  return base::fail("{} ended with {}{}{}", step::shell_text(command), output->status.to_string(),
                    said.empty() ? "" : ": ", said);
}

base::Result<std::vector<CbsdListing>> list_cbsd(step::Host& host) {
  const auto text =
      run_cbsd(host, cbsd_command({"bls", "header=0", "shownode=0", "display=jname,status,jid,vm_ram,vm_cpus"}));
  if (!text) return base::Failure(text.error());
  return parse_bls(*text);
}

base::Result<std::vector<CbsdListing>> parse_bls(std::string_view text) {
  std::vector<CbsdListing> machines;
  std::istringstream in{std::string(text)};
  for (std::string line; std::getline(in, line);) {
    const auto fields = fields_of(line);
    if (fields.empty()) continue;
    auto listing = listing_of(fields);
    if (!listing) return base::fail("cannot understand what `cbsd bls` says: '{}'", line);
    machines.push_back(std::move(*listing));
  }
  return machines;
}

base::Result<bool> is_known_to_cbsd(step::Host& host, const std::string& name) {
  const auto command = cbsd_command({"jstatus", "jname=" + name});
  const auto output = host.run(command);
  if (!output) return base::Failure(output.error());
  const bool exited = output->status.kind == base::ExitStatus::Kind::kExited;
  if (exited && output->status.value >= 0 && output->status.value <= 2) return output->status.value != 0;
  return base::fail("{} ended with {}: {}", step::shell_text(command), output->status.to_string(), last_words(*output));
}

// It lists the cards of all machines, whatever jname= says (tools/bhyve-nic-list).
base::Result<std::string> cbsd_mac(step::Host& host, const std::string& name) {
  const auto text = run_cbsd(
      host, cbsd_command({"bhyve-nic-list", "header=0", "shownode=0", "display=jname,nic_hwaddr", "jname=" + name}));
  if (!text) return base::Failure(text.error());
  std::istringstream in(*text);
  for (std::string line; std::getline(in, line);) {
    const auto fields = fields_of(line);
    if (fields.size() != 2 || fields[0] != name) continue;
    auto mac = cluster::parse_mac(fields[1]);
    if (!mac) return base::fail("CBSD says of {}: {}", name, mac.error().message);
    return mac;
  }
  return base::fail("CBSD knows no network card of {}; look at: cbsd bhyve-nic-list", name);
}

base::Result<std::filesystem::path> cbsd_folder(step::Host& host) {
  const auto line = step::output_of(host, {{"getent", "passwd", "cbsd"}});
  if (!line) return base::fail("CBSD is not set up here: there is no user cbsd; run cbsd initenv first");
  std::istringstream in(*line);
  std::string field;
  for (int i = 0; i < 6 && std::getline(in, field, ':'); ++i) {
  }
  auto folder = cluster::parse_plain_path(field);
  if (!folder) return base::fail("the home of the user cbsd is no folder to work in: {}", folder.error().message);
  return std::filesystem::path(*folder);
}

std::string RunCbsd::print() const {
  return step::shell_text(command_);
}

base::Result<void> RunCbsd::carry_out(step::Workplace& place) {
  place.tell("cbsd " + command_.argv.at(3));
  const auto said = run_cbsd(place.host(), command_);
  if (!said) return base::Failure(said.error());
  return check_aim(place.host(), machine_, aim_, said->size() > 600 ? said->substr(said->size() - 600) : *said);
}

}  // namespace provisioner::hypervisor
