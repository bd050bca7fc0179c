// ScriptedServer: a TCP server in this process that runs a function of the test for every connection, each in a thread
// of its own. EchoServer and NamingServer are the two scripts that most tests need.
//
// The server owns its threads and joins them on destruction. A script therefore has to end with its client: the calls
// of tcp.h do, at the latest by their deadline. What a script throws is kept for errors(). The methods belong to one
// thread; accepted() and errors() may be called by any.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "lib/base/socket_address.h"
#include "lib/base/unique_fd.h"

namespace tests::support {

class ScriptedServer {
 public:
  using Script = std::function<void(base::UniqueFd)>;

  explicit ScriptedServer(Script script);  // 127.0.0.1, a free port
  ScriptedServer(Script script, const base::SocketAddress& address);
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;
  ~ScriptedServer();

  [[nodiscard]] const base::SocketAddress& address() const noexcept { return address_; }

  // New connections are refused from now on; those that are open live on.
  void stop_listening();
  // On the same port again.
  void start_listening();

  [[nodiscard]] std::uint64_t accepted() const noexcept { return accepted_.load(); }
  [[nodiscard]] std::vector<std::string> errors() const;

 private:
  struct Connection {
    std::jthread thread;
    std::atomic<bool> ended{false};
  };

  void accept_until_woken();
  void begin(base::UniqueFd socket);
  void run(Connection& connection, base::UniqueFd socket) noexcept;

  Script script_;
  base::SocketAddress address_;
  base::UniqueFd listening_;
  base::UniqueFd wake_read_;  // ends when stop_listening closes the other end
  base::UniqueFd wake_write_;
  std::atomic<std::uint64_t> accepted_{0};
  mutable std::mutex mutex_;  // guards errors_
  std::vector<std::string> errors_;
  std::list<Connection> connections_;  // of acceptor_ while it runs
  std::thread acceptor_;
};

// Sends back all that it receives, ends when the client's stream does.
[[nodiscard]] ScriptedServer::Script echo();
// Sends its name and closes.
[[nodiscard]] ScriptedServer::Script say(std::string name);

class EchoServer : public ScriptedServer {
 public:
  EchoServer() : ScriptedServer(echo()) {}
};

class NamingServer : public ScriptedServer {
 public:
  explicit NamingServer(std::string name) : ScriptedServer(say(std::move(name))) {}
};

}  // namespace tests::support
