// Zone: a DNS zone as a value, and its text as a master file (RFC 1035 s5). Any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/ip_address.h"
#include "lib/base/result.h"

namespace provisioner::dns {

// Names are whole and end with a dot.
struct Record {
  std::string name;
  std::string type;   // "A", "AAAA", "PTR", "NS", "SRV"
  std::string value;  // as the master file has it: "10.10.0.11", "0 0 2380 controller-0.example."

  friend bool operator==(const Record&, const Record&) = default;
};

struct Zone {
  std::string name;             // "something.home.arpa.", "0.10.10.in-addr.arpa."
  std::string name_server;      // a name of this zone or of another one of ours
  std::vector<Record> records;  // beside SOA and NS
};

// Serial numbers are dates (RFC 1912 s2.2): YYYYMMDDnn of today, or one more than the one before where that is not
// less.
[[nodiscard]] std::uint32_t next_serial(std::optional<std::uint32_t> before, std::chrono::sys_days today);
// Of a master file that render_zone wrote; nothing: it has none.
[[nodiscard]] std::optional<std::uint32_t> serial_in(std::string_view text);

// `mark`: a comment of one line.
[[nodiscard]] std::string render_zone(const Zone& zone, std::uint32_t serial, std::string_view mark);

// The text with the serial of the one that is there as long as nothing else differs, else with the next one.
[[nodiscard]] std::string zone_text(const Zone& zone, std::string_view mark, const std::optional<std::string>& there,
                                    std::chrono::sys_days today);

// What nsd-checkzone lets pass: a name server or a target of SRV in the zone without an address, a name outside the
// zone, two addresses of one family for a name that is to have one.
[[nodiscard]] base::Result<void> lint_zone(const Zone& zone);

// 10.10.0.11 -> "11.0.10.10.in-addr.arpa." (RFC 1035 s3.5); IPv6 by its 32 digits (RFC 3596 s2.5).
[[nodiscard]] std::string reverse_name(const base::IpAddress& address);
// The zone of the smallest network around it that has a name of its own: where its length is no multiple of 8 (IPv6:
// 4), a larger one, and for single addresses in a network of more than 24 bits that of 24 bits.
[[nodiscard]] std::string reverse_zone_name(const base::IpNetwork& network);

}  // namespace provisioner::dns
