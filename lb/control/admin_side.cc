#include "lb/control/admin_side.h"

#include <unistd.h>

#include <array>
#include <filesystem>
#include <utility>

#include "lb/control/admin_access.h"
#include "lb/net/listen_socket.h"

namespace lb::control {

namespace {

std::string machine_name() {
  std::array<char, 256> name{};  // at most 255 bytes: HOST_NAME_MAX, POSIX
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

}  // namespace

AdminSide::AdminSide(Parts parts, const config::Config& config)
    : parts_(std::move(parts)),
      reuse_sockets_(config.reuse_sockets),
      socket_(config.socket),
      metrics_({.controller = parts_.controller,
                .workers = parts_.workers.stats(),
                .clock = parts_.clock,
                .control_lag = parts_.control_lag,
                .access_log = parts_.access_log,
                .reload = [this] { return parts_.reloader.status(); },
                .version = parts_.version,
                .old_processes = parts_.old_processes}),
      api_({.controller = parts_.controller,
            .metrics = metrics_,
            .workers = parts_.workers.stats(),
            .clock = parts_.clock,
            .version = parts_.version,
            .wall = [] { return std::chrono::system_clock::now(); },
            .config = [this] { return running_config(); },
            .last_reload = [this] { return parts_.reloader.status(); },
            .list_sessions = [this](std::size_t most, auto done) { list_sessions(most, std::move(done)); },
            .host_name = machine_name}),
      server_(parts_.loop, [this](const auto& request, const auto& reply) { api_.answer(request, reply); }) {
  // As long as the next process is waited for, and longer.
  server_.be_patient("/v1/upgrade", static_cast<unsigned>(kHandoverPatience / net::HttpServer::kPatience) + 1);
}

base::Result<void> AdminSide::listen(const config::Config& config, Handover& handover) {
  const auto token = read_token(config);
  if (!token) return base::Failure(token.error());
  use_token(*token);
  if (config.admin) {
    const bool is_here =
        handover.admin && (config.admin->port() == 0 || net::local_address(handover.admin.get()) == *config.admin);
    auto bound = is_here ? server_.adopt(std::move(handover.admin)) : server_.listen(*config.admin);
    if (!bound) return base::Failure(bound.error());
    address_ = *bound;
  }
  if (config.socket) {
    if (auto listening = listen_on_socket(*config.socket, handover); !listening) return listening;
  }
  if (handover.control_socket && !handover.control_socket_activated) {  // nobody has adopted it
    abandoned_ = net::socket_file_at(net::unix_socket_path(handover.control_socket.get()));
  }
  return {};
}

void AdminSide::own_files() {
  server_.own_files();
  net::remove_socket(abandoned_);
}

base::Result<void> AdminSide::listen_on_socket(const std::string& path, Handover& handover) {
  if (handover.control_socket && net::unix_socket_path(handover.control_socket.get()) == path) {
    return handover.control_socket_activated ? server_.adopt_activated(std::move(handover.control_socket))
                                             : server_.adopt_unix(std::move(handover.control_socket), path);
  }
  std::error_code failure;  // a folder that cannot be made shows at once when the socket is bound
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), failure);
  return server_.listen_unix(path);
}

base::Result<AdminSide::Token> AdminSide::read_token(const config::Config& config) {
  if (config.admin_token_file.empty()) return std::nullopt;
  auto token = read_admin_token(config.admin_token_file);
  if (!token) return base::fail("admin.tokenFile: {}", token.error().message);
  return *std::move(token);
}

void AdminSide::use_token(const Token& token) {
  if (token && !token->warning.empty()) parts_.log.warn("admin.tokenFile: {}", token->warning);
  api_.set_token(token ? std::optional(token->value) : std::nullopt);
}

// What the file leaves open is known by now, and some of it stays as it was at the start whatever the file says.
config::Config AdminSide::running_config() const {
  config::Config config = parts_.reloader.running();
  config.workers = static_cast<unsigned>(parts_.workers.stats().size());
  config.max_connections = static_cast<unsigned>(parts_.controller.snapshot()->max_connections);
  config.reuse_sockets = reuse_sockets_;
  config.admin = address_;
  config.socket = socket_;
  return config;
}

// The control loop waits for no worker.
void AdminSide::list_sessions(std::size_t most, std::function<void(AdminApi::Sessions)> done) {
  // The mailbox outlives the workers; this need not.
  parts_.workers.list_sessions(most, [&mailbox = parts_.mailbox, done = std::move(done)](AdminApi::Sessions sessions) {
    mailbox.post([done, sessions = std::move(sessions)]() mutable { done(std::move(sessions)); });
  });
}

}  // namespace lb::control
