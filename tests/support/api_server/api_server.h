// ApiServer: what a balancer sees of a kube-apiserver: TLS, HTTP/1.1 with keep-alive, health, a version and a watch.
//
//   GET /livez  /readyz           200 "ok", or what the switch below says
//   GET /version                  JSON, with the name of this server under "server"
//   GET /watch?interval=100ms     a chunked stream, one JSON line each interval, until the client closes
//   GET /admin/readyz?status=500  from now on /readyz answers 500 (likewise /admin/livez)
//
// One thread a connection, which lives until its client closes; threads are not joined, because the process ends with
// its server. The file that knows OpenSSL's server side.
#pragma once

#include <openssl/ssl.h>

#include <array>
#include <atomic>
#include <memory>
#include <string>

#include "lib/base/result.h"
#include "lib/base/socket_address.h"
#include "lib/base/unique_fd.h"
#include "tests/support/http_message.h"

namespace tests::support {

struct ApiServerOptions {
  base::SocketAddress listen;
  std::string certificate;  // PEM files
  std::string key;
  std::string name;
  std::string client_ca;  // empty: clients show no certificate
};

class ApiServer {
 public:
  [[nodiscard]] static base::Result<std::unique_ptr<ApiServer>> start(const ApiServerOptions& options);

  [[nodiscard]] base::SocketAddress address() const;
  // Accepts for ever, in the calling thread.
  [[noreturn]] void serve();

 private:
  struct FreeContext {
    void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
  };
  using Context = std::unique_ptr<SSL_CTX, FreeContext>;

  ApiServer(std::string name, Context context, base::UniqueFd listening) noexcept;
  static base::Result<Context> make_context(const ApiServerOptions& options);
  void talk(base::UniqueFd socket) noexcept;
  // False: the connection ends.
  [[nodiscard]] bool answer(SSL* ssl, const HttpRequest& request);
  [[nodiscard]] HttpResponse respond(const HttpRequest& request);
  void stream_watch(SSL* ssl, const HttpRequest& request) const;

  std::string name_;
  Context context_;
  base::UniqueFd listening_;
  std::atomic<int> livez_{200};
  std::atomic<int> readyz_{200};
};

}  // namespace tests::support
