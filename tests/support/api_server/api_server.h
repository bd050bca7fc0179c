// ApiServer: what a balancer sees of a kube-apiserver: TLS, HTTP/1.1 with keep-alive, health, a version and a watch.
//
//   GET /livez  /readyz  /healthz 200 "ok", or what the switch below says
//   GET /version                  JSON, with the name of this server under "server"
//   GET /whoami                   the subject of the client's certificate, "O=system:masters,CN=admin"; 401 without one
//   GET /watch?interval=100ms     a chunked stream, one JSON line each interval, until the client closes
//   GET /pattern?size=N&seed=S    the first N bytes (at most 1 MiB) of BytePattern(S)
//   GET /admin/readyz?status=500  from now on /readyz answers 500 (likewise /admin/livez, /admin/healthz)
//
// It can also be ill (Conduct), which the program is told by a signal: a server that speaks no TLS hears no request.
//
// One thread a connection, which lives until its client closes; threads are not joined, because the process ends with
// its server. The file that knows OpenSSL's server side.
#pragma once

#include <openssl/ssl.h>

#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "lib/base/result.h"
#include "lib/base/socket_address.h"
#include "lib/base/unique_fd.h"
#include "tests/support/http_message.h"

namespace tests::support {

enum class Conduct {
  kUsual,
  kSlow,     // each handshake and each answer comes kSlowness late; watches that run go on as before
  kGarbage,  // new connections are answered in plain text; those that stand go on as before
};
inline constexpr std::chrono::milliseconds kSlowness{300};

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
  // Any thread.
  void set_conduct(Conduct conduct) noexcept { conduct_.store(conduct); }
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
  void be_slow() const;
  // False: the connection ends.
  [[nodiscard]] bool answer(SSL* ssl, const HttpRequest& request);
  [[nodiscard]] HttpResponse respond(const HttpRequest& request);
  // What the path says or switches; nothing for a path that is none of health's.
  [[nodiscard]] std::optional<HttpResponse> respond_to_health(const HttpRequest& request);
  void stream_watch(SSL* ssl, const HttpRequest& request) const;

  std::string name_;
  Context context_;
  base::UniqueFd listening_;
  struct HealthSwitch {
    std::string_view path;
    std::atomic<int> status{200};
  };
  std::array<HealthSwitch, 3> health_{{{"/livez"}, {"/readyz"}, {"/healthz"}}};
  std::atomic<Conduct> conduct_{Conduct::kUsual};
};

}  // namespace tests::support
