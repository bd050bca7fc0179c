// FileServer: one file over HTTP, by a server that knows ranges or does not, whose file may change, and that may cut
// connections or answer with an error. What is set takes effect with the next request. Any thread.
#pragma once

#include <algorithm>
#include <charconv>
#include <mutex>
#include <string>
#include <vector>

#include "tests/support/scripted_server.h"
#include "tests/support/tcp.h"

namespace provisioner::hypervisor {

class FileServer {
 public:
  struct Behaviour {
    std::string content;
    std::string version = "\"one\"";  // its ETag; "": none is told
    bool knows_ranges = true;
    bool tells_length = true;
    std::vector<std::size_t> cut_after{};  // the next connections end after so many bytes of the body
    std::vector<int> errors{};             // the next answers are these
    std::string redirect{};                // where everybody is sent instead
    std::string content_range{};           // told in place of the right one
  };

  explicit FileServer(Behaviour behaviour) : behaviour_(std::move(behaviour)) {}

  [[nodiscard]] std::string url() const { return "http://" + server_.address().to_string() + "/image.qcow2"; }
  void behave(const std::function<void(Behaviour&)>& change) {
    const std::lock_guard lock(mutex_);
    change(behaviour_);
  }
  // Their heads.
  [[nodiscard]] std::vector<std::string> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  struct Answer {
    std::string bytes;
    bool is_cut = false;
  };

  static std::string head_of(const base::UniqueFd& socket) {
    std::string head;
    std::array<char, 4096> some{};
    while (head.find("\r\n\r\n") == std::string::npos) {
      const std::size_t n = tests::support::recv_some(socket, some);
      if (n == 0) return head;
      head.append(some.data(), n);
    }
    return head;
  }

  static std::string field(const std::string& head, const std::string& name) {
    const auto at = head.find("\r\n" + name + ": ");
    if (at == std::string::npos) return "";
    const auto begin = at + name.size() + 4;
    return head.substr(begin, head.find("\r\n", begin) - begin);
  }

  template <class Value>
  static std::optional<Value> take_first(std::vector<Value>& values) {
    if (values.empty()) return std::nullopt;
    const Value first = values.front();
    values.erase(values.begin());
    return first;
  }

  Answer answer(const std::string& head) {
    const std::lock_guard lock(mutex_);
    requests_.push_back(head);
    if (!behaviour_.redirect.empty()) {
      return {"HTTP/1.1 302 Found\r\nLocation: " + behaviour_.redirect + "\r\nContent-Length: 0\r\n\r\n"};
    }
    if (const auto error = take_first(behaviour_.errors)) {
      return {fmt::format("HTTP/1.1 {} No\r\nContent-Length: 2\r\n\r\nno", *error)};
    }
    return file(field(head, "Range"), field(head, "If-Range"));
  }

  Answer file(const std::string& range, const std::string& if_range) {
    const std::string& content = behaviour_.content;
    std::size_t from = 0;
    if (behaviour_.knows_ranges && range.starts_with("bytes=") && if_range == behaviour_.version) {
      std::from_chars(range.data() + 6, range.data() + range.size(), from);
      if (from >= content.size()) return {"HTTP/1.1 416 Range Not Satisfiable\r\nContent-Length: 0\r\n\r\n"};
    }
    std::string bytes = from > 0 ? "HTTP/1.1 206 Partial Content\r\n" : "HTTP/1.1 200 OK\r\n";
    if (from > 0) {
      bytes += behaviour_.content_range.empty()
                   ? fmt::format("Content-Range: bytes {}-{}/{}\r\n", from, content.size() - 1, content.size())
                   : behaviour_.content_range;
    }
    if (behaviour_.tells_length) bytes += fmt::format("Content-Length: {}\r\n", content.size() - from);
    if (!behaviour_.version.empty()) bytes += "ETag: " + behaviour_.version + "\r\n";
    const auto cut = take_first(behaviour_.cut_after);
    return {bytes + "Connection: close\r\n\r\n" + content.substr(from, cut.value_or(std::string::npos)),
            cut.has_value()};
  }

  void serve(base::UniqueFd socket) {
    const std::string head = head_of(socket);
    if (head.empty()) return;
    const Answer given = answer(head);
    tests::support::send_all(socket, given.bytes);
    tests::support::half_close(socket);
    static_cast<void>(tests::support::recv_all(socket));
  }

  mutable std::mutex mutex_;  // guards both
  Behaviour behaviour_;
  std::vector<std::string> requests_;
  tests::support::ScriptedServer server_{[this](base::UniqueFd socket) { serve(std::move(socket)); }};
};

}  // namespace provisioner::hypervisor
