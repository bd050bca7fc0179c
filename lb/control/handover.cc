#include "lb/control/handover.h"

#include <utility>

#include "lb/net/descriptor_channel.h"

namespace lb::control {
namespace {

using nlohmann::json;

base::Failure not_understood() {
  return base::fail("the process before this one said something that this version does not understand");
}

// Takes the descriptors of a message one after the other.
class Descriptors {
 public:
  explicit Descriptors(std::vector<base::UniqueFd> all) : all_(std::move(all)) {}

  [[nodiscard]] base::Result<std::vector<base::UniqueFd>> take(std::size_t count) {
    if (count > all_.size() - next_) return not_understood();
    std::vector<base::UniqueFd> taken;
    for (; count > 0; --count) taken.push_back(std::move(all_[next_++]));
    return taken;
  }
  [[nodiscard]] base::Result<base::UniqueFd> take_if(bool wanted) {
    if (!wanted) return base::UniqueFd();
    auto taken = take(1);
    if (!taken) return base::Failure(taken.error());
    return std::move(taken->front());
  }

 private:
  std::vector<base::UniqueFd> all_;
  std::size_t next_ = 0;
};

base::Result<proxy::Listening::Sockets> sockets_of(const json& listener, Descriptors& descriptors) {
  const auto asked = base::SocketAddress::parse(listener.at("address").get<std::string>());
  const auto actual = base::SocketAddress::parse(listener.at("actual").get<std::string>());
  auto fds = descriptors.take(listener.at("sockets").get<std::size_t>());
  if (!asked || !actual || !fds) return not_understood();
  return proxy::Listening::Sockets{.key = {listener.at("name").get<std::string>(), *asked},
                                   .actual = *actual,
                                   .fds = *std::move(fds),
                                   .activated = listener.value("activated", false)};
}

base::Result<Handover> handover_of(const json& told, Descriptors& descriptors) {
  Handover handover;
  for (const json& listener : told.at("listeners")) {
    auto sockets = sockets_of(listener, descriptors);
    if (!sockets) return base::Failure(sockets.error());
    handover.listeners.push_back(*std::move(sockets));
  }
  auto admin = descriptors.take_if(told.at("admin").get<bool>());
  auto control_socket = descriptors.take_if(told.at("controlSocket").get<bool>());
  auto elders = descriptors.take(told.at("elders").get<std::size_t>());
  if (!admin || !control_socket || !elders) return not_understood();
  handover.admin = *std::move(admin);
  handover.control_socket = *std::move(control_socket);
  handover.control_socket_activated = told.value("controlSocketActivated", false);
  handover.elders = *std::move(elders);
  handover.state = told.at("state");
  return handover;
}

}  // namespace

base::Result<void> send_handover(int channel, const Handover& handover) {
  std::vector<int> descriptors;
  json listeners = json::array();
  for (const auto& sockets : handover.listeners) {
    listeners.push_back({{"name", sockets.key.name},
                         {"address", sockets.key.address.to_string()},
                         {"actual", sockets.actual.to_string()},
                         {"sockets", sockets.fds.size()},
                         {"activated", sockets.activated}});
    for (const base::UniqueFd& fd : sockets.fds) descriptors.push_back(fd.get());
  }
  if (handover.admin) descriptors.push_back(handover.admin.get());
  if (handover.control_socket) descriptors.push_back(handover.control_socket.get());
  for (const base::UniqueFd& elder : handover.elders) descriptors.push_back(elder.get());
  const json told{{"listeners", std::move(listeners)},
                  {"admin", static_cast<bool>(handover.admin)},
                  {"controlSocket", static_cast<bool>(handover.control_socket)},
                  {"controlSocketActivated", handover.control_socket_activated},
                  {"elders", handover.elders.size()},
                  {"state", handover.state}};
  return net::send_message(channel, told.dump(), descriptors, kHandoverPatience);
}

base::Result<Handover> receive_handover(int channel) {
  auto message = net::receive_message(channel, kHandoverPatience);
  if (!message) return base::Failure(message.error());
  if (!*message) return base::fail("the process before this one has gone");
  Descriptors descriptors(std::move((*message)->descriptors));
  try {
    return handover_of(json::parse((*message)->text), descriptors);
  } catch (const json::exception&) {
    return not_understood();
  }
}

}  // namespace lb::control
