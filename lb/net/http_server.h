// HttpServer: a small HTTP/1.1 server for the admin side, on TCP addresses and Unix sockets at once, one handler for
// all, which may answer at once or later. Loop's thread only; must not be destroyed while the loop is still going to
// run.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "lb/net/event_loop.h"
#include "lb/net/http_connections.h"
#include "lb/net/http_message.h"
#include "lb/net/pending_replies.h"
#include "lb/net/timer.h"
#include "lb/net/unix_socket.h"
#include "lib/base/result.h"
#include "lib/base/socket_address.h"
#include "lib/base/unique_fd.h"

struct evhttp;
struct evhttp_bound_socket;
struct evhttp_request;

namespace lb::net {

class HttpServer {
 public:
  using Handler = std::function<void(const HttpRequest&, HttpReply)>;
  static constexpr std::chrono::milliseconds kPatience{10'000};

  // The handler must not throw. Where it has not answered after `patience`, and at the latest after twice that time,
  // the client is told 503. There are at most HttpConnections::kMost connections.
  HttpServer(EventLoop& loop, Handler handler, std::chrono::milliseconds patience = kPatience);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // Requests for this path may take so many times longer.
  void be_patient(std::string path, unsigned times) { patient_[std::move(path)] = times; }

  // Gives the address that it listens on, which tells the port when 0 was asked for.
  [[nodiscard]] base::Result<base::SocketAddress> listen(const base::SocketAddress& address);
  // See open_unix_socket(). The file is removed again by the destructor, if it is still the same.
  [[nodiscard]] base::Result<void> listen_unix(const std::filesystem::path& path);

  // The same, with a socket that listens already, because another process has opened it. A file stays that process's
  // until own_files() is called.
  [[nodiscard]] base::Result<base::SocketAddress> adopt(base::UniqueFd fd);
  [[nodiscard]] base::Result<void> adopt_unix(base::UniqueFd fd, const std::filesystem::path& path);
  // Of the supervisor, whose file it stays.
  [[nodiscard]] base::Result<void> adopt_activated(base::UniqueFd fd);
  void own_files() noexcept { owns_files_ = true; }

  // Descriptors of the sockets that it listens on, the first of each kind, for another process.
  struct Doors {
    base::UniqueFd tcp;
    base::UniqueFd unix_socket;
    bool unix_socket_activated = false;
  };
  [[nodiscard]] Doors copy_doors() const;
  // That other process serves now: nobody is accepted here any more, who waits for an answer gets it and is sent away,
  // and files stay.
  void leave() noexcept;

  // Requests that wait for their answers.
  [[nodiscard]] std::size_t pending() const noexcept { return pending_->size(); }

 private:
  static void on_request(evhttp_request* request, void* self) noexcept;
  [[nodiscard]] base::Result<void> serve(int fd, const std::string& name);
  void close_doors() noexcept;

  struct FreeHttp {
    void operator()(evhttp* http) const noexcept;
  };
  Handler handler_;
  std::map<std::string, unsigned> patient_;
  std::unique_ptr<evhttp, FreeHttp> http_;
  HttpConnections connections_;
  std::shared_ptr<PendingReplies> pending_;
  std::vector<SocketFile> unix_sockets_;
  bool owns_files_ = true;
  std::vector<evhttp_bound_socket*> doors_;
  Timer closing_;  // runs for a moment after leave()
};

}  // namespace lb::net
