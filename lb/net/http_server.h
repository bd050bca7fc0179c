// HttpServer: a small HTTP/1.1 server for the admin side, on TCP addresses and Unix sockets at once, one handler for
// all. Loop's thread only; must not be destroyed while the loop is still going to run.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "lb/net/event_loop.h"
#include "lib/base/result.h"
#include "lib/base/socket_address.h"

struct evhttp;
struct evhttp_request;

namespace lb::net {

struct HttpRequest {
  enum class Method { kGet, kHead, kOther };
  Method method = Method::kOther;
  std::string path;  // decoded, without the query
};

struct HttpResponse {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
};

class HttpServer {
 public:
  using Handler = std::function<HttpResponse(const HttpRequest&)>;

  // The handler must not throw.
  HttpServer(EventLoop& loop, Handler handler);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // Gives the address that it listens on, which tells the port when 0 was asked for.
  [[nodiscard]] base::Result<base::SocketAddress> listen(const base::SocketAddress& address);
  // A socket with mode 0600. One that nobody serves any more is replaced; one that is served is an error. Removed again
  // by the destructor, if it is still the same.
  [[nodiscard]] base::Result<void> listen_unix(const std::filesystem::path& path);

  // A socket's file: where, and which.
  struct UnixSocket {
    std::filesystem::path path;
    dev_t device = 0;
    ino_t inode = 0;
    friend bool operator==(const UnixSocket&, const UnixSocket&) = default;
  };

 private:
  static void on_request(evhttp_request* request, void* self) noexcept;
  void answer(evhttp_request* request) noexcept;
  [[nodiscard]] base::Result<void> serve(int fd, const std::string& name);

  struct FreeHttp {
    void operator()(evhttp* http) const noexcept;
  };
  Handler handler_;
  std::unique_ptr<evhttp, FreeHttp> http_;
  std::vector<UnixSocket> unix_sockets_;
};

}  // namespace lb::net
