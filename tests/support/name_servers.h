// An /etc of a test's own in which NSD and Unbound have what Debian's packages bring, but for users and folders that
// are not the test's. Linux and root.
#pragma once

#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>

#include "tests/support/empty_folder.h"

namespace tests::support {

// Covers /etc, but for the users and how names are found, which every program wants.
inline void cover_etc() {
  std::array<std::pair<const char*, std::string>, 3> kept{
      {{"/etc/passwd", ""}, {"/etc/group", ""}, {"/etc/nsswitch.conf", ""}}};
  for (auto& [path, content] : kept) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    content = text.str();
  }
  cover_folder("/etc");
  for (const auto& [path, content] : kept) std::ofstream(path) << content;
}

// `run`: where their sockets, logs and pid files go. Unbound validates, as Debian's does.
inline void write_name_servers(const std::filesystem::path& run) {
  const std::string at = run.string();
  std::filesystem::create_directories("/etc/nsd/nsd.conf.d");
  std::filesystem::create_directories("/etc/unbound/unbound.conf.d");
  std::ofstream("/etc/nsd/nsd.conf") << "server:\n  username: \"\"\n  pidfile: \"" + at + "/nsd.pid\"\n  xfrdfile: \"" +
                                            at + "/xfrd\"\n  zonelistfile: \"" + at + "/zones\"\n  xfrdir: \"" + at +
                                            "\"\n  logfile: \"" + at +
                                            "/nsd.log\"\n  database: \"\"\n  server-count: 1\nremote-control:\n"
                                            "  control-enable: yes\n  control-interface: " +
                                            at + "/nsd.ctl\ninclude: \"/etc/nsd/nsd.conf.d/*.conf\"\n";
  std::ofstream("/etc/unbound/unbound.conf")
      << "server:\n  username: \"\"\n  chroot: \"\"\n  directory: \"" + at + "\"\n  pidfile: \"" + at +
             "/unbound.pid\"\n  use-syslog: no\n  logfile: \"" + at +
             "/unbound.log\"\n  trust-anchor: \". DS 20326 8 2 "
             "E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D\"\nremote-control:\n"
             "  control-enable: yes\n  control-interface: " +
             at + "/unbound.ctl\ninclude-toplevel: \"/etc/unbound/unbound.conf.d/*.conf\"\n";
}

}  // namespace tests::support
