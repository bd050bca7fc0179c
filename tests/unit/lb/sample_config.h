// Configurations that the tests of lb share.
#pragma once

#include <initializer_list>
#include <string>

#include "lb/config/config.h"
#include "lib/cluster/cluster.h"

namespace lb {

// A listener with backends controller-0, controller-1... at 10.10.0.11:6443, .12..., of these weights.
inline cluster::Listener sample_listener(std::initializer_list<std::uint32_t> weights) {
  cluster::Listener listener;
  listener.name = "kube-apiserver";
  listener.address = *base::SocketAddress::parse("10.10.0.1:6443");
  for (const std::uint32_t weight : weights) {
    const std::size_t i = listener.backends.size();
    const std::string address = "10.10.0." + std::to_string(11 + i) + ":6443";
    listener.backends.push_back(
        {.name = "controller-" + std::to_string(i), .address = *base::SocketAddress::parse(address), .weight = weight});
  }
  return listener;
}

inline config::Config sample_config(std::initializer_list<std::uint32_t> weights) {
  config::Config config;
  config.listeners.push_back(sample_listener(weights));
  return config;
}

}  // namespace lb
