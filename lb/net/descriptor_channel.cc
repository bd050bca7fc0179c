#include "lb/net/descriptor_channel.h"

#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <span>

namespace lb::net {
namespace {

using std::chrono::milliseconds;

// Linux takes 253 with one call (SCM_MAX_FD).
constexpr std::size_t kMostAtOnce = 250;

// What goes over the socket itself; the text lies in a file without a name, whose descriptor is the first.
struct Envelope {
  std::uint32_t descriptors_here = 0;
  std::uint32_t descriptors_to_come = 0;
};

base::Failure failed(std::string_view doing) {
  return base::fail("cannot {}: {}", doing, base::errno_text(errno));
}

base::Result<base::UniqueFd> file_of(std::string_view text) {
  base::UniqueFd file(::memfd_create("keepstate", MFD_CLOEXEC));
  if (!file) return failed("make a file in memory");
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t n = ::pwrite(file.get(), text.data() + done, text.size() - done, static_cast<off_t>(done));
    if (n < 0) return failed("write to a file in memory");
    done += static_cast<std::size_t>(n);
  }
  return file;
}

base::Result<std::string> text_in(int file) {
  const off_t size = ::lseek(file, 0, SEEK_END);
  if (size < 0) return failed("read a message's text");
  std::string text(static_cast<std::size_t>(size), '\0');
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t n = ::pread(file, text.data() + done, text.size() - done, static_cast<off_t>(done));
    if (n <= 0) return failed("read a message's text");
    done += static_cast<std::size_t>(n);
  }
  return text;
}

base::Result<void> wait_for(int channel, short events, milliseconds patience) {
  pollfd waiting{channel, events, 0};
  int ready = 0;
  do {
    ready = ::poll(&waiting, 1, static_cast<int>(patience.count()));
  } while (ready < 0 && errno == EINTR);
  if (ready < 0) return failed("wait for the other process");
  if (ready == 0) return base::fail("the other process said nothing for {} ms", patience.count());
  return {};
}

// Room for one call's descriptors, aligned as cmsg(3) wants it.
struct Control {
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * kMostAtOnce)> bytes{};
};

base::Result<void> send_some(int channel, const Envelope& envelope, std::span<const int> fds, milliseconds patience) {
  Control control;
  Envelope copy = envelope;
  iovec bytes{&copy, sizeof copy};
  msghdr message{};
  message.msg_iov = &bytes;
  message.msg_iovlen = 1;
  message.msg_control = control.bytes.data();
  message.msg_controllen = CMSG_SPACE(fds.size_bytes());
  cmsghdr* const header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(fds.size_bytes());
  std::memcpy(CMSG_DATA(header), fds.data(), fds.size_bytes());
  if (auto waited = wait_for(channel, POLLOUT, patience); !waited) return waited;
  if (::sendmsg(channel, &message, MSG_NOSIGNAL) != static_cast<ssize_t>(sizeof copy)) {
    return failed("send to the other process");
  }
  return {};
}

// Nothing: the other end is closed.
base::Result<std::optional<Envelope>> receive_some(int channel, std::vector<base::UniqueFd>& fds,
                                                   milliseconds patience) {
  if (auto waited = wait_for(channel, POLLIN, patience); !waited) return base::Failure(waited.error());
  Control control;
  Envelope envelope;
  iovec bytes{&envelope, sizeof envelope};
  msghdr message{};
  message.msg_iov = &bytes;
  message.msg_iovlen = 1;
  message.msg_control = control.bytes.data();
  message.msg_controllen = control.bytes.size();
  const ssize_t n = ::recvmsg(channel, &message, MSG_CMSG_CLOEXEC);
  if (n == 0 || (n < 0 && errno == ECONNRESET)) return std::optional<Envelope>();
  if (n != static_cast<ssize_t>(sizeof envelope)) return failed("receive from the other process");
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    std::vector<int> here((header->cmsg_len - CMSG_LEN(0)) / sizeof(int));
    std::memcpy(here.data(), CMSG_DATA(header), here.size() * sizeof(int));
    for (const int fd : here) fds.emplace_back(fd);
  }
  return std::optional<Envelope>(envelope);
}

}  // namespace

base::Result<std::pair<base::UniqueFd, base::UniqueFd>> open_channel() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) return failed("make a channel");
  return std::pair{base::UniqueFd(ends[0]), base::UniqueFd(ends[1])};
}

base::Result<void> send_message(int channel, std::string_view text, const std::vector<int>& descriptors,
                                milliseconds patience) {
  auto file = file_of(text);
  if (!file) return base::Failure(file.error());
  std::vector<int> all{file->get()};
  all.insert(all.end(), descriptors.begin(), descriptors.end());
  for (std::span<const int> rest(all); !rest.empty();) {
    const auto here = rest.first(std::min(rest.size(), kMostAtOnce));
    rest = rest.subspan(here.size());
    const Envelope envelope{static_cast<std::uint32_t>(here.size()), static_cast<std::uint32_t>(rest.size())};
    if (auto sent = send_some(channel, envelope, here, patience); !sent) return sent;
  }
  return {};
}

base::Result<std::optional<ChannelMessage>> receive_message(int channel, milliseconds patience) {
  std::vector<base::UniqueFd> fds;
  std::uint32_t to_come = 1;
  while (to_come > 0) {
    const std::size_t before = fds.size();
    auto envelope = receive_some(channel, fds, patience);
    if (!envelope) return base::Failure(envelope.error());
    if (!*envelope) return std::optional<ChannelMessage>();
    if (fds.size() != before + (*envelope)->descriptors_here) {
      return base::fail("descriptors were lost on the way; this process may have no more of them (ulimit -n)");
    }
    to_come = (*envelope)->descriptors_to_come;
  }
  auto text = text_in(fds.front().get());
  if (!text) return base::Failure(text.error());
  fds.erase(fds.begin());
  return std::optional<ChannelMessage>({*std::move(text), std::move(fds)});
}

}  // namespace lb::net
