#include "lib/base/patient_sink.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <string>

#include "lib/base/unblocked.h"

namespace base {

PatientSink::PatientSink(int fd, std::chrono::milliseconds patience) : given_(fd), fd_(fd), patience_(patience) {
  follow();
}

// Somebody may have put another file there since (dup2).
void PatientSink::follow() {
  struct stat status {};
  if (::fstat(given_, &status) != 0 || (status.st_dev == device_ && status.st_ino == file_)) return;
  device_ = status.st_dev;
  file_ = status.st_ino;
  kind_ = S_ISREG(status.st_mode) ? Kind::kFile : S_ISSOCK(status.st_mode) ? Kind::kSocket : Kind::kPipe;
  own_ = open_unblocked(given_);
  fd_ = own_ ? own_.get() : given_;
  cut_ = false;
}

void PatientSink::sink_it_(const spdlog::details::log_msg& message) {
  follow();
  spdlog::memory_buf_t text;
  formatter_->format(message, text);
  if (tell_of_dropped(message) && write_line({text.data(), text.size()})) return;
  ++dropped_;
}

// False when there is no room for that either.
bool PatientSink::tell_of_dropped(const spdlog::details::log_msg& message) {
  if (dropped_ == 0) return true;
  const std::string words = fmt::format("{} lines of this log were dropped: nobody took them", dropped_);
  const spdlog::details::log_msg told(message.time, {}, message.logger_name, spdlog::level::warn, words);
  spdlog::memory_buf_t text;
  formatter_->format(told, text);
  if (!write_line({text.data(), text.size()})) return false;
  dropped_ = 0;
  return true;
}

bool PatientSink::write_line(std::string_view line) noexcept {
  std::string_view end = cut_ ? "\n" : "";
  while (!end.empty()) {
    if (!write_some(end)) return false;
  }
  cut_ = false;
  std::string_view rest = line;
  while (!rest.empty()) {
    if (write_some(rest)) continue;
    cut_ = rest.size() < line.size();
    return false;
  }
  return true;
}

bool PatientSink::write_some(std::string_view& rest) noexcept {
  if (kind_ != Kind::kFile) {
    pollfd room{.fd = fd_, .events = POLLOUT, .revents = 0};
    const auto patience = dropped_ > 0 ? 0 : patience_.count();
    int ready = 0;
    do {
      ready = ::poll(&room, 1, static_cast<int>(patience));
    } while (ready < 0 && errno == EINTR);
    if (ready <= 0) return false;
  }
  const std::string_view piece = kind_ == Kind::kPipe ? rest.substr(0, PIPE_BUF) : rest;
  const ssize_t written = kind_ == Kind::kSocket ? ::send(fd_, piece.data(), piece.size(), MSG_DONTWAIT | MSG_NOSIGNAL)
                                                 : ::write(fd_, piece.data(), piece.size());
  if (written < 0) return errno == EINTR;
  rest.remove_prefix(static_cast<std::size_t>(written));
  return true;
}

}  // namespace base
