// FakeDaemon: answers each question at a Unix socket with what the test has laid ready, on a thread of its own.
#pragma once

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <deque>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "lb/net/unix_socket.h"
#include "tests/support/temporary_folder.h"

namespace lb::client {

class FakeDaemon {
 public:
  // Raw answers, in order; it ends a connection when it has sent one, and after the last it only accepts.
  explicit FakeDaemon(std::deque<std::string> answers) : answers_(std::move(answers)) {
    auto socket = net::open_unix_socket(path());
    if (!socket) throw std::runtime_error(socket.error().message);
    fd_ = std::move(socket->fd);
    if (::pipe(stop_.data()) != 0) throw std::runtime_error("no pipe");
    thread_ = std::thread([this] { serve(); });
  }
  ~FakeDaemon() {
    ::close(stop_[1]);
    thread_.join();
    ::close(stop_[0]);
  }
  FakeDaemon(const FakeDaemon&) = delete;
  FakeDaemon& operator=(const FakeDaemon&) = delete;

  [[nodiscard]] std::string path() const { return (folder_.path() / "lb.sock").string(); }
  [[nodiscard]] std::vector<std::string> questions() {
    const std::lock_guard lock(mutex_);
    return questions_;
  }

  static std::string answer(int status, const std::string& body) {
    return "HTTP/1.1 " + std::to_string(status) + " x\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\nConnection: close\r\n\r\n" + body;
  }

 private:
  bool wait_for(int fd) const {
    std::array<pollfd, 2> both{{{fd, POLLIN, 0}, {stop_[0], POLLIN, 0}}};
    return ::poll(both.data(), both.size(), -1) > 0 && both[1].revents == 0;
  }
  void serve() {
    std::vector<base::UniqueFd> silent;
    while (wait_for(fd_.get())) {
      base::UniqueFd client(::accept(fd_.get(), nullptr, nullptr));
      if (answers_.empty()) {
        silent.push_back(std::move(client));
        continue;
      }
      std::array<char, 65536> room{};
      if (!wait_for(client.get())) return;
      const ssize_t n = ::recv(client.get(), room.data(), room.size(), 0);
      {
        const std::lock_guard lock(mutex_);
        questions_.emplace_back(room.data(), static_cast<std::size_t>(n > 0 ? n : 0));
      }
      const std::string bytes = std::exchange(answers_.front(), {});
      answers_.pop_front();
      ::send(client.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    }
  }

  tests::support::TemporaryFolder folder_;
  std::deque<std::string> answers_;
  base::UniqueFd fd_;
  std::array<int, 2> stop_{};
  std::mutex mutex_;
  std::vector<std::string> questions_;
  std::thread thread_;
};

}  // namespace lb::client
