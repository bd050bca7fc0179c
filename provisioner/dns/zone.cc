#include "provisioner/dns/zone.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace provisioner::dns {
namespace {

constexpr unsigned kLifetime = 300;  // seconds that a resolver may keep an answer
constexpr std::string_view kSerialNote = "; serial";

bool is_in(std::string_view zone, std::string_view name) {
  return name == zone || name.ends_with("." + std::string(zone));
}

bool is_address(const Record& record) {
  return record.type == "A" || record.type == "AAAA";
}

// "0 0 2380 controller-0.example." -> the name
std::string target_of(const Record& record) {
  if (record.type != "SRV") return "";
  return record.value.substr(record.value.rfind(' ') + 1);
}

bool has_address(const Zone& zone, std::string_view name) {
  return std::any_of(zone.records.begin(), zone.records.end(),
                     [&](const Record& record) { return is_address(record) && record.name == name; });
}

// Digits of an address from the last to the first, with dots between.
std::string reversed_labels(const base::IpAddress& address, unsigned bits) {
  std::string labels;
  const auto& bytes = address.bytes();
  if (!address.is_v6()) {
    for (unsigned i = bits / 8; i-- > 0;) labels += fmt::format("{}.", bytes[i]);
    return labels;
  }
  for (unsigned i = bits / 4; i-- > 0;) {
    labels += fmt::format("{:x}.", i % 2 == 0 ? bytes[i / 2] >> 4 : bytes[i / 2] & 0xf);
  }
  return labels;
}

std::string_view reverse_top(const base::IpAddress& address) {
  return address.is_v6() ? "ip6.arpa." : "in-addr.arpa.";
}

}  // namespace

std::uint32_t next_serial(std::optional<std::uint32_t> before, std::chrono::sys_days today) {
  const std::chrono::year_month_day date(today);
  const auto first = static_cast<std::uint32_t>(static_cast<int>(date.year())) * 1'000'000U +
                     static_cast<unsigned>(date.month()) * 10'000U + static_cast<unsigned>(date.day()) * 100U;
  return before && *before >= first ? *before + 1 : first;
}

std::optional<std::uint32_t> serial_in(std::string_view text) {
  const auto note = text.find(kSerialNote);
  if (note == std::string_view::npos) return std::nullopt;
  const auto line = text.rfind('\n', note) + 1;
  const auto digits = text.find_first_of("0123456789", line);
  if (digits >= note) return std::nullopt;
  std::uint32_t serial = 0;
  const auto read = std::from_chars(text.data() + digits, text.data() + note, serial);
  if (read.ec != std::errc{}) return std::nullopt;
  return serial;
}

std::string render_zone(const Zone& zone, std::uint32_t serial, std::string_view mark) {
  std::string text = fmt::format("; {}\n$ORIGIN {}\n$TTL {}\n", mark, zone.name, kLifetime);
  text += fmt::format("@ IN SOA {} hostmaster.{} (\n  {} {}\n  3600 600 604800 {} )\n@ IN NS {}\n", zone.name_server,
                      zone.name, serial, kSerialNote, kLifetime, zone.name_server);
  std::size_t width = 0;
  for (const Record& record : zone.records) width = std::max(width, record.name.size());
  for (const Record& record : zone.records) {
    text += fmt::format("{:<{}} IN {:<4} {}\n", record.name, width, record.type, record.value);
  }
  return text;
}

std::string zone_text(const Zone& zone, std::string_view mark, const std::optional<std::string>& there,
                      std::chrono::sys_days today) {
  const auto serial = there ? serial_in(*there) : std::nullopt;
  if (serial && render_zone(zone, *serial, mark) == *there) return *there;
  return render_zone(zone, next_serial(serial, today), mark);
}

base::Result<void> lint_zone(const Zone& zone) {
  if (is_in(zone.name, zone.name_server) && !has_address(zone, zone.name_server)) {
    return base::fail("zone {}: its name server {} has no address in it", zone.name, zone.name_server);
  }
  for (const Record& record : zone.records) {
    if (!is_in(zone.name, record.name)) {
      return base::fail("zone {}: the name {} lies outside of it", zone.name, record.name);
    }
    const std::string target = target_of(record);
    if (!target.empty() && is_in(zone.name, target) && !has_address(zone, target)) {
      return base::fail("zone {}: {} leads to {}, which has no address in it", zone.name, record.name, target);
    }
    const auto twins = std::count_if(zone.records.begin(), zone.records.end(), [&](const Record& other) {
      return is_address(record) && other.type == record.type && other.name == record.name;
    });
    if (twins > 1) {
      return base::fail(
          "zone {}: {} would have {} addresses, and some clients would come to the wrong one; give the "
          "machine or the endpoint another name",
          zone.name, record.name, twins);
    }
  }
  return {};
}

std::string reverse_name(const base::IpAddress& address) {
  return reversed_labels(address, address.bit_length()) + std::string(reverse_top(address));
}

std::string reverse_zone_name(const base::IpNetwork& network) {
  const bool v6 = network.address().is_v6();
  const unsigned step = v6 ? 4 : 8;
  const unsigned longest = v6 ? 124 : 24;
  const unsigned bits = std::min(network.prefix_length() / step * step, longest);
  return reversed_labels(network.address(), bits) + std::string(reverse_top(network.address()));
}

}  // namespace provisioner::dns
