#include "tests/support/tls_server.h"

#include <sys/socket.h>

#include <array>
#include <chrono>
#include <csignal>
#include <fstream>
#include <stdexcept>

#include "pki/crypto/issue.h"
#include "tests/support/tcp.h"

namespace tests::support {
namespace {

constexpr char kTlsHandshake = 0x16;  // RFC 8446 s5.1

void write_text(const std::filesystem::path& path, std::string_view text) {
  std::ofstream(path) << text;
}

template <class T>
T must(base::Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return *std::move(result);
}

pki::plan::CertificateSpec spec_of(const char* name, pki::plan::CertificateKind kind) {
  return {.name = name,
          .purpose = "test",
          .kind = kind,
          .subject = {.common_name = name, .organisation = "test"},
          .names = {},
          .lifetime = std::chrono::days{1}};
}

void limit_waiting(const base::UniqueFd& socket) {
  const timeval patience{std::chrono::duration_cast<std::chrono::seconds>(kPatience).count(), 0};
  ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
}

// "GET /path HTTP/1.1" -> "/path"
std::string path_of(const std::string& request) {
  const auto begin = request.find(' ') + 1;
  return request.substr(begin, request.find(' ', begin) - begin);
}

}  // namespace

TestCertificates::TestCertificates(const std::vector<std::string>& names) {
  using namespace pki;
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const auto ca_key = must(crypto::Key::generate());
  const auto ca_certificate =
      must(crypto::issue_authority(spec_of("Test CA", plan::CertificateKind::kAuthority), ca_key, now));
  const auto server_key = must(crypto::Key::generate());
  auto spec = spec_of("server", plan::CertificateKind::kServerAndClient);
  for (const std::string& name : names) {
    const auto address = base::IpAddress::parse(name);
    address ? spec.names.addresses.push_back(*address) : spec.names.dns.push_back(name);
  }
  const auto server = must(crypto::issue(spec, server_key, ca_certificate, ca_key, now));
  write_text(ca(), must(ca_certificate.to_pem()));
  write_text(certificate(), must(server.to_pem()));
  write_text(key(), must(server_key.to_pem()).view());
}

TlsServer::TlsServer(const TestCertificates& certificates, Answer answer)
    : context_(SSL_CTX_new(TLS_server_method())),
      answer_(std::move(answer)),
      server_([this](base::UniqueFd socket) { talk(std::move(socket)); }) {
  const bool usable = SSL_CTX_use_certificate_chain_file(context_.get(), certificates.certificate().c_str()) == 1 &&
                      SSL_CTX_use_PrivateKey_file(context_.get(), certificates.key().c_str(), SSL_FILETYPE_PEM) == 1;
  static_cast<void>(std::signal(SIGPIPE, SIG_IGN));  // OpenSSL writes by write(2)
  if (!usable) throw std::runtime_error("cannot use the test's certificate");
}

void TlsServer::demand_certificate(const std::string& ca) {
  SSL_CTX_load_verify_locations(context_.get(), ca.c_str(), nullptr);
  SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
}

std::string TlsServer::last_name() const {
  const std::lock_guard lock(mutex_);
  return last_name_;
}

void TlsServer::talk(base::UniqueFd socket) {
  limit_waiting(socket);
  char first = 0;
  if (silent_) {
    while (::recv(socket.get(), &first, 1, 0) > 0) {
    }
    return;
  }
  if (::recv(socket.get(), &first, 1, MSG_PEEK) != 1) return;
  if (first != kTlsHandshake) {
    ++sessions_;
    return echo()(std::move(socket));
  }
  const std::unique_ptr<SSL, Free> ssl(SSL_new(context_.get()));
  SSL_set_fd(ssl.get(), socket.get());
  if (SSL_accept(ssl.get()) != 1) return;
  ++handshakes_;
  const char* const name = SSL_get_servername(ssl.get(), TLSEXT_NAMETYPE_host_name);
  {
    const std::lock_guard lock(mutex_);
    last_name_ = name == nullptr ? "" : name;
  }
  serve(ssl.get());
}

void TlsServer::serve(SSL* ssl) {
  std::array<char, 4096> chunk{};
  std::string request;
  while (true) {
    const int n = SSL_read(ssl, chunk.data(), static_cast<int>(chunk.size()));
    if (n <= 0) {
      if (SSL_get_error(ssl, n) == SSL_ERROR_ZERO_RETURN) ++goodbyes_;
      return;
    }
    request.append(chunk.data(), static_cast<std::size_t>(n));
    if (!request.ends_with("\r\n\r\n")) continue;
    const std::string answer = answer_(path_of(request));
    request.clear();
    if (!answer.empty()) SSL_write(ssl, answer.data(), static_cast<int>(answer.size()));
  }
}

std::string http_answer(int status, const std::string& body) {
  return "HTTP/1.1 " + std::to_string(status) +
         " Words\r\nContent-Type: text/plain\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

}  // namespace tests::support
