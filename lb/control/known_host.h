// Which names a request over TCP may have come by. A foreign page can make its own name lead to this address (DNS
// rebinding), and the visitor's browser then lets it read the answers; but the browser tells the name (Host), and an
// address or a name of this machine is not another's. Any thread.
#pragma once

#include <string_view>

namespace lb::control {

// `host`: the header, "" where there is none, as HTTP/1.0 allows. Good are an IP address, localhost, and what this
// machine calls itself (`machine`, gethostname(2)), whole or its first label, each with or without a port.
[[nodiscard]] bool is_own_host(std::string_view host, std::string_view machine);

}  // namespace lb::control
