#!/usr/bin/env python3
"""layers.py finds exactly the violations of small trees made in a temporary folder."""
import contextlib
import io
import pathlib
import tempfile
import unittest

import layers


class LayersTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)

    def write(self, path, *lines):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("".join(line + "\n" for line in lines), encoding="utf-8")

    def expect(self, *violations):
        """Each is (path, line, a part of the message); no other may be there."""
        found = layers.check(self.root)
        self.assertEqual([(v.path, v.line) for v in found], [(path, line) for path, line, _ in violations],
                         "\n".join(map(str, found)))
        for violation, (_, _, part) in zip(found, violations):
            self.assertIn(part, violation.text)

    def test_a_good_tree_passes(self):
        self.write("lib/base/clock.h", "#pragma once", "#include <chrono>")
        self.write("lb/net/timer.h", '#include "lib/base/clock.h"', "#include <event2/event.h>")
        self.write("lb/net/timer.cc", '#include "lb/net/timer.h"', "#include <sys/epoll.h>", "int x = epoll_create1(0);")
        self.write("lb/main.cc", '#include "lb/daemon.h"')
        self.write("lb/daemon.h", '#include "lb/options.h"', '#include "lb/net/timer.h"')
        self.write("lb/options.h", "#pragma once")
        self.write("tests/unit/lb/net/timer_test.cc", '#include "lb/net/timer.h"', "#include <openssl/ssl.h>")
        self.expect()

    def test_an_upward_include(self):
        self.write("lb/policy/a.h", "#pragma once", '  #  include "lb/proxy/b.h"')
        self.write("lb/proxy/b.h")
        self.expect(("lb/policy/a.h", 2, "points upward"))

    def test_a_sideways_include(self):
        self.write("lb/net/a.h", "#include <lb/config/b.h>")
        self.write("lb/config/b.h")
        self.expect(("lb/net/a.h", 1, "points sideways"))

    def test_files_beside_main_have_layers_of_their_own(self):
        self.write("lb/control/a.h", '#include "lb/daemon.h"')
        self.write("lb/daemon.h")
        self.write("pki/output/b.h", '#include "pki/config.h"')
        self.write("pki/config.h")
        self.expect(("lb/control/a.h", 1, "points upward"))

    def test_an_include_of_another_program(self):
        self.write("pki/crypto/a.h", '#include "lb/net/b.h"')
        self.write("lb/net/b.h")
        self.expect(("pki/crypto/a.h", 1, "another program"))

    def test_an_include_of_tests_or_bench(self):
        self.write("lib/base/a.h", '#include "tests/support/b.h"')
        self.write("tests/support/b.h")
        self.expect(("lib/base/a.h", 1, "not shipped"))

    def test_a_folder_without_a_layer(self):
        self.write("lb/cache/a.h", '#include "lib/base/b.h"')
        self.write("lb/control/c.h", '#include "lb/cache/a.h"')
        self.write("lib/base/b.h")
        self.expect(("lb/cache/a.h", 1, "has no layer"), ("lb/control/c.h", 1, "without a layer"))

    def test_relative_includes(self):
        self.write("lib/base/a.h", '#include "b.h"', '#include "../cluster/c.h"')
        self.write("lib/base/b.h")
        self.write("lib/cluster/c.h")
        self.expect(("lib/base/a.h", 1, "relative path"), ("lib/base/a.h", 2, "relative path"))

    def test_a_cycle_inside_a_folder(self):
        self.write("lb/proxy/a.h", '#include "lb/proxy/b.h"')
        self.write("lb/proxy/b.h", "", '#include "lb/proxy/c.h"')
        self.write("lb/proxy/c.h", '#include "lb/proxy/a.h"')
        self.expect(("lb/proxy/c.h", 1, "lb/proxy/a.h -> lb/proxy/b.h -> lb/proxy/c.h -> lb/proxy/a.h"))

    def test_a_cycle_in_tests(self):
        self.write("lib/base/a.h")
        self.write("tests/support/b.h", '#include "tests/support/b.h"')
        self.expect(("tests/support/b.h", 1, "cycle"))

    def test_two_ways_to_one_header_are_no_cycle(self):
        self.write("lib/base/a.h", '#include "lib/base/b.h"', '#include "lib/base/c.h"')
        self.write("lib/base/b.h", '#include "lib/base/c.h"')
        self.write("lib/base/c.h")
        self.expect()

    def test_every_door(self):
        headers = ("event2/event.h", "prometheus/counter.h", "yaml-cpp/yaml.h", "openssl/x509.h", "archive.h", "curl/curl.h",
                   "sys/epoll.h")
        self.write("lb/proxy/a.h", *(f"#include <{header}>" for header in headers))
        self.expect(*(("lb/proxy/a.h", i + 1, "only door") for i in range(len(headers))))

    def test_those_who_hold_a_door_may_use_it(self):
        self.write("lb/control/exposition.h", "#include <prometheus/registry.h>")
        self.write("lib/cluster/yaml_node.cc", "#include <yaml-cpp/yaml.h>")
        self.write("tests/unit/lib/cluster/yaml_node_test.cc")
        self.write("pki/crypto/key.h", "#include <openssl/evp.h>")
        self.write("lb/net/tls_session.cc", "#include <openssl/ssl.h>")
        self.write("tests/unit/lb/net/tls_session_test.cc")
        self.write("lib/base/archive.h", "#include <archive.h>", "#include <archive_entry.h>")
        self.write("provisioner/cloud_init/download.cc", "#include <curl/curl.h>")
        self.write("tests/unit/provisioner/cloud_init/download_test.cc")
        self.expect()

    def test_a_door_is_for_its_holder_alone(self):
        self.write("lib/cluster/yaml_node.h", "#include <yaml-cpp/yaml.h>")
        self.write("lb/net/listen_socket.h", '#include "openssl/ssl.h"')
        self.expect(("lb/net/listen_socket.h", 1, "OpenSSL"), ("lib/cluster/yaml_node.h", 1, "yaml-cpp"))

    def test_system_names_in_code(self):
        self.write("lb/proxy/a.h", "int a = ::splice(0, nullptr, 1, nullptr, 2, 0);", "int b = SO_REUSEPORT_LB;",
                   "int c = 60'000; int d = accept4(0, 0, 0, 0); char e = '\\'';")
        self.expect(("lb/proxy/a.h", 1, "'splice'"), ("lb/proxy/a.h", 2, "'SO_REUSEPORT_LB'"), ("lb/proxy/a.h", 3, "'accept4'"))

    def test_system_names_in_comments_literals_and_list_splice(self):
        self.write("lb/proxy/a.h", "// splice(2) or a buffer", "/* epoll", "   ioctl */", 'auto a = "kqueue \\" epoll";',
                   'auto b = R"x(ioctl " )" )x";', "void f() { list.splice(list.begin(), other); spliced_bytes = 1; }")
        self.expect()

    def test_includes_in_comments_do_not_count(self):
        self.write("lib/base/a.h", '// #include "lb/net/b.h"', "/*", "#include <event2/event.h>", "*/")
        self.expect()

    def test_a_cc_without_its_test(self):
        self.write("lib/base/a.cc")
        self.write("lb/policy/b.cc")
        self.write("lb/main.cc")
        self.write("tests/unit/lb/policy/b_test.cc")
        self.expect(("lib/base/a.cc", 1, "tests/unit/lib/base/a_test.cc"))

    def test_forbidden_words(self):
        self.write("lib/base/a.h", "// the upstream", "class RelayManager {};", "int string_util;", "int FRONTEND_PORT;",
                   "// two helpers", "#include <utility>", "#include <event.h>  // downstream")
        self.write("lib/base/file_util.h")
        self.expect(("lib/base/a.h", 1, "'upstream'"), ("lib/base/a.h", 2, "'manager'"), ("lib/base/a.h", 3, "'util'"),
                    ("lib/base/a.h", 4, "'frontend'"), ("lib/base/a.h", 5, "'helper'"), ("lib/base/a.h", 7, "only door"),
                    ("lib/base/a.h", 7, "'downstream'"), ("lib/base/file_util.h", 1, "file's name"))

    def test_words_that_others_chose(self):
        self.write("pki/plan/a.h", 'auto a = "system:kube-controller-manager";', "int kube_controller_manager;",
                   "struct KubeControllerManager {};", '#include "other/util.h"', "int utility, managed;")
        self.expect()

    def test_long_files(self):
        self.write("lib/base/a.h", *["// a"] * 400)
        self.write("tests/unit/lib/base/b_test.cc", *["// b"] * 401)
        self.write("bench/c.py", *["# c"] * 402)
        self.expect(("bench/c.py", 401, "402 lines"), ("tests/unit/lib/base/b_test.cc", 401, "401 lines"))

    def test_the_exit_code_and_the_form_of_a_line(self):
        self.write("lib/base/a.cc")
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            self.assertEqual(layers.main([str(self.root)]), 1)
        self.assertRegex(out.getvalue(), r"^lib/base/a\.cc:1: has no test of its own, .*; write .*\n$")
        self.write("tests/unit/lib/base/a_test.cc")
        self.assertEqual(layers.main([str(self.root)]), 0)

    def test_a_root_that_is_none(self):
        error = io.StringIO()
        with contextlib.redirect_stderr(error):
            self.assertEqual(layers.main([str(self.root / "nowhere")]), 2)
        self.assertIn("usage", error.getvalue())

    def test_layers_points_down_for_real(self):
        """The table itself: libraries at the bottom, every main.cc on top."""
        self.assertEqual(layers.LAYERS["lib/base"], 0)
        for name, layer in layers.LAYERS.items():
            self.assertEqual(layer == 9, name.endswith("/main"), name)
            self.assertEqual(layer < 2, name.startswith("lib/"), name)


if __name__ == "__main__":
    unittest.main()
