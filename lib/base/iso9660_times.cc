#include "lib/base/iso9660_times.h"

#include <string_view>

namespace base {
namespace {

using std::chrono::sys_seconds;

// ECMA-119 (ISO 9660): descriptors begin at sector 16; numbers are little-endian here (each is there both ways).
constexpr std::size_t kSector = 2048;
constexpr std::size_t kFirstDescriptor = 16 * kSector;
constexpr unsigned char kPrimary = 1;
constexpr unsigned char kSupplementary = 2;  // Joliet's
constexpr unsigned char kTerminator = 255;
constexpr std::size_t kRootRecord = 156;   // 8.4.18, in a descriptor
constexpr std::size_t kVolumeTimes = 813;  // 8.4.26 to 8.4.29: creation, modification, expiration, effective
constexpr std::size_t kVolumeTime = 17;    // bytes of each
constexpr std::size_t kRecordTime = 18;    // 9.1.5, in a record
constexpr std::size_t kRecordTimeSize = 7;
constexpr std::size_t kRecordName = 33;

struct Times {
  std::string volume;  // 8.4.26.1: digits, then the time zone
  std::string record;  // 9.1.5: numbers
};

Times times_of(sys_seconds time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  const int year = static_cast<int>(date.year());
  const auto month = static_cast<unsigned>(date.month());
  const auto month_day = static_cast<unsigned>(date.day());
  Times times;
  times.volume = fmt::format("{:04}{:02}{:02}{:02}{:02}{:02}00", year, month, month_day, clock.hours().count(),
                             clock.minutes().count(), clock.seconds().count());
  times.volume += '\0';
  for (const long long number :
       {static_cast<long long>(year) - 1900, static_cast<long long>(month), static_cast<long long>(month_day),
        static_cast<long long>(clock.hours().count()), static_cast<long long>(clock.minutes().count()),
        static_cast<long long>(clock.seconds().count()), 0LL}) {
    times.record += static_cast<char>(number);
  }
  return times;
}

unsigned char byte_at(const std::string& image, std::size_t at) {
  return static_cast<unsigned char>(image[at]);
}

std::size_t number_at(const std::string& image, std::size_t at) {
  std::size_t number = 0;
  for (std::size_t i = 4; i-- > 0;) number = number << 8 | byte_at(image, at + i);
  return number;
}

// Rock Ridge's own times: "TF", the length, a version, which times there are, the times (RRIP 4.1.6).
void set_rock_ridge_times(std::string& image, std::size_t from, std::size_t to, const Times& times) {
  while (from + 4 <= to) {
    const std::size_t size = byte_at(image, from + 2);
    if (size < 4 || from + size > to) return;
    const bool is_times = image.compare(from, 2, "TF") == 0;
    for (std::size_t at = from + 5; is_times && at + kRecordTimeSize <= from + size; at += kRecordTimeSize) {
      image.replace(at, kRecordTimeSize, times.record);
    }
    from += size;
  }
}

// The records of a folder; none goes over the end of a sector.
bool set_folder_times(std::string& image, std::size_t from, std::size_t size, const Times& times) {
  if (from + size > image.size()) return false;
  for (std::size_t at = from; at < from + size;) {
    const std::size_t length = byte_at(image, at);
    if (length == 0) {  // the rest of the sector is empty
      at = (at / kSector + 1) * kSector;
      continue;
    }
    if (length < kRecordName || at + length > from + size) return false;
    image.replace(at + kRecordTime, kRecordTimeSize, times.record);
    const std::size_t name = byte_at(image, at + kRecordName - 1);
    const std::size_t padded = name + (name % 2 == 0 ? 1 : 0);
    set_rock_ridge_times(image, at + kRecordName + padded, at + length, times);
    at += length;
  }
  return true;
}

bool set_descriptor_times(std::string& image, std::size_t at, const Times& times) {
  image.replace(at + kVolumeTimes, kVolumeTime, times.volume);
  image.replace(at + kVolumeTimes + kVolumeTime, kVolumeTime, times.volume);
  image.replace(at + kVolumeTimes + 3 * kVolumeTime, kVolumeTime, times.volume);  // the third says: never
  const std::size_t root = at + kRootRecord;
  image.replace(root + kRecordTime, kRecordTimeSize, times.record);
  return set_folder_times(image, number_at(image, root + 2) * kSector, number_at(image, root + 10), times);
}

}  // namespace

Result<void> set_iso9660_times(std::string& image, sys_seconds time) {
  const Times times = times_of(time);
  const auto strange = [] { return fail("cannot set the times of an image that is not as libarchive makes it"); };
  for (std::size_t at = kFirstDescriptor; at + kSector <= image.size(); at += kSector) {
    if (image.compare(at + 1, 5, "CD001") != 0) return strange();
    const unsigned char type = byte_at(image, at);
    if ((type == kPrimary || type == kSupplementary) && !set_descriptor_times(image, at, times)) return strange();
    if (type != kTerminator) continue;
    // Behind it libarchive notes its version, its options and the hour, for curious people.
    const std::size_t note = at + kSector;
    if (note + kSector <= image.size() && image.compare(note, 5, "INFO ") == 0)
      image.replace(note, kSector, kSector, '\0');
    return {};
  }
  return strange();
}

}  // namespace base
