#include "lib/cluster/read_provisioning.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "lib/cluster/scalar.h"

namespace cluster {
namespace {

constexpr OneOf<HypervisorKind, 3> kHypervisorKind{
    {{{"auto", HypervisorKind::kAuto}, {"qemu", HypervisorKind::kQemu}, {"cbsd", HypervisorKind::kCbsd}}}};
constexpr OneOf<Accelerator, 3> kAccelerator{
    {{{"auto", Accelerator::kAuto}, {"kvm", Accelerator::kKvm}, {"tcg", Accelerator::kTcg}}}};
constexpr OneOf<DnsProvider, 3> kDnsProvider{
    {{{"nsd-unbound", DnsProvider::kNsdUnbound}, {"hosts", DnsProvider::kHosts}, {"none", DnsProvider::kNone}}}};

// What sshd takes (openssh's sshkey.c); DSA has gone.
constexpr std::array<std::string_view, 7> kKeyTypes{"ssh-ed25519",
                                                    "ssh-rsa",
                                                    "ecdsa-sha2-nistp256",
                                                    "ecdsa-sha2-nistp384",
                                                    "ecdsa-sha2-nistp521",
                                                    "sk-ssh-ed25519@openssh.com",
                                                    "sk-ecdsa-sha2-nistp256@openssh.com"};

bool is_printable(unsigned char c) {
  return c >= 0x20 && c < 0x7f;
}

// A URL without what a shell, YAML or a log could take for its own.
base::Result<std::string> parse_image_source(std::string_view text) {
  if (!text.starts_with("http://") && !text.starts_with("https://")) return parse_plain_path(text);
  const auto is_allowed = [](unsigned char c) {
    return std::isalnum(c) != 0 ||
           std::string_view("-._~:/?[]@!&*+,=%").find(static_cast<char>(c)) != std::string::npos;
  };
  if (!std::all_of(text.begin(), text.end(), is_allowed)) {
    return base::fail("'{}' is not a URL; write other characters as %XX", text);
  }
  return std::string(text);
}

base::Result<std::string> parse_sha256(std::string_view text) {
  const bool hexadecimal = std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isxdigit(c) != 0; });
  if (text.size() != 64 || !hexadecimal)
    return base::fail("'{}' is not 64 hexadecimal digits, as sha256sum prints", text);
  std::string digits(text);
  std::transform(digits.begin(), digits.end(), digits.begin(), [](unsigned char c) { return std::tolower(c); });
  return digits;
}

base::Result<std::string> parse_kernel_arguments(std::string_view text) {
  if (std::all_of(text.begin(), text.end(), is_printable)) return std::string(text);
  return base::fail("kernel arguments are printable characters and spaces; remove the others");
}

// useradd(8): what every system takes as a login.
base::Result<std::string> parse_user(std::string_view text) {
  const auto lower = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
  const auto allowed = [&](char c) { return lower(c) || (c >= '0' && c <= '9') || c == '-'; };
  if (text.empty() || text.size() > 32 || !lower(text.front()) || !std::all_of(text.begin(), text.end(), allowed)) {
    return base::fail("'{}' is no name of a user; use 1 to 32 of a-z, 0-9, '_' and '-', beginning with a letter or '_'",
                      text);
  }
  if (text == "root") return base::fail("'root' is there already; name the user that is to be made");
  return std::string(text);
}

bool is_base64(std::string_view text) {
  return text.size() >= 16 && std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return std::isalnum(c) != 0 || c == '+' || c == '/' || c == '=';
         });
}

// A line without options before the key: those could run commands.
base::Result<std::string> parse_authorized_key(std::string_view text) {
  const auto space = text.find(' ');
  const std::string_view type = text.substr(0, space);
  const std::string_view rest = space == std::string_view::npos ? "" : text.substr(space + 1);
  const bool known = std::find(kKeyTypes.begin(), kKeyTypes.end(), type) != kKeyTypes.end();
  const bool printable = std::all_of(text.begin(), text.end(), is_printable);
  if (!known || !printable || !is_base64(rest.substr(0, rest.find(' ')))) {
    return base::fail("'{}' is not the line of a public key; copy that of a .pub file: ssh-ed25519 AAAA... name", text);
  }
  return std::string(text);
}

// CBSD sources what we write as root, so only what its own profiles are called by.
base::Result<std::string> parse_profile(std::string_view text) {
  const auto is_allowed = [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.'; };
  if (!text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), is_allowed)) return std::string(text);
  return base::fail("'{}' is no name of a profile; use letters, digits, '-', '_' and '.': cloud-debian-x86-12", text);
}

void read_image(MapReader& in, Image& image) {
  in.require("source", image.source, parse_image_source, "https://cloud.example.org/debian-12.qcow2, or a path");
  in.read("sha256", image.sha256, parse_sha256);
  in.read("kernel", image.kernel, parse_plain_path);
  in.read("initrd", image.initrd, parse_plain_path);
  in.read("kernelArguments", image.kernel_arguments, parse_kernel_arguments);
}

}  // namespace

void read_hypervisor(MapReader& in, Hypervisor& hypervisor) {
  in.read("type", hypervisor.kind, kHypervisorKind);
  in.read("accel", hypervisor.accelerator, kAccelerator);
  in.read("folder", hypervisor.folder, parse_plain_path);
  in.read("autostart", hypervisor.autostart, kYesOrNo);
  in.read("profile", hypervisor.profile, parse_profile);
  in.read_map("image", [&](MapReader& map) { read_image(map, hypervisor.image); });
}

void read_access(MapReader& in, Access& access) {
  in.read("user", access.user, parse_user);
  in.read_values("authorizedKeys", access.authorized_keys, parse_authorized_key);
  in.read("keyFile", access.key_file, parse_plain_path);
}

void read_dns(MapReader& in, Dns& dns) {
  in.read("provider", dns.provider, kDnsProvider);
  in.read_values("forwarders", dns.forwarders, parse_unicast);
}

}  // namespace cluster
