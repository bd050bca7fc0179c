#!/usr/bin/env python3
"""The rules of the house that no compiler checks.

Usage: layers.py [ROOT]     ROOT is the top of the tree, by default the one this file lies in.

Prints one line a violation, `file:line: what, why, what to do`; exit code 0 none, 1 some, 2 wrong usage. The rules:
  layers   an include points strictly downward in LAYERS; inside a folder it is free; nowhere is there a cycle
  doors    a library is included by one file or folder alone (DOORS), so that it can be swapped there
  systems  what only some systems have (SYSTEM_NAMES) is named in lb/net alone
  mirror   every .cc but a main.cc has its test at the same path in tests/unit (or tests/integration: it needs a whole)
  words    one word for one thing: FORBIDDEN_WORDS are not used
  length   no file is longer than MAX_LINES
tests/ and bench/ may look into every folder and past every door; what else holds for them is the length.
"""
import fnmatch
import pathlib
import re
import sys
from typing import Iterator, NamedTuple

# A folder's layer; a file that lies beside main.cc counts as a folder of its own: lb/daemon is lb/daemon.{h,cc}.
LAYERS = {
    "lb/main": 9, "provisioner/main": 9, "pki/main": 9,
    "lb/commands": 8,
    "lb/daemon": 7, "lb/options": 7, "provisioner/command": 7, "provisioner/commands": 8, "pki/command": 7, "pki/commands": 8,
    "lb/control": 6, "lb/client": 6, "lb/doctor": 6, "provisioner/plan": 6, "pki/output": 6,
    "lb/proxy": 5, "lb/ruleset": 5, "pki/crypto": 5,
    "provisioner/hypervisor": 5, "provisioner/dns": 5, "provisioner/network": 5, "provisioner/units": 5,
    "lb/snapshot": 4, "provisioner/cloud_init": 4, "provisioner/access": 4, "pki/plan": 4,
    "lb/policy": 3, "lb/source": 3, "provisioner/step": 3,
    "lb/net": 2, "lb/backend": 2, "lb/config": 2, "lb/access_log": 2, "provisioner/config": 2, "pki/config": 2,
    "lib/cluster": 1, "lib/firewall": 1,
    "lib/base": 0,
}
PRODUCT = ("lib", "lb", "provisioner", "pki")
EXEMPT = ("tests", "bench")
MAX_LINES = 400


class Door(NamedTuple):
    headers: str  # a regular expression for the start of the header's name
    files: tuple[str, ...]  # who may include it
    library: str


DOORS = (
    Door(r"event2/|(event|evhttp|evdns|evutil|evrpc)\.h", ("lb/net/*",), "libevent"),
    Door(r"prometheus/", ("lb/control/exposition.*",), "prometheus-cpp"),
    Door(r"yaml-cpp/", ("lib/cluster/yaml_node.cc",), "yaml-cpp"),
    Door(r"openssl/", ("pki/crypto/*", "lb/net/tls_session.cc", "provisioner/hypervisor/sha256.cc"), "OpenSSL"),
    Door(r"archive(_entry)?\.h", ("lib/base/archive.*",), "libarchive"),
    Door(r"curl/", ("provisioner/*/download.cc",), "libcurl"),
    Door(r"sys/(epoll|eventfd|signalfd|timerfd|sendfile|event|ioctl|filio|sockio)\.h|linux/",
         ("lb/net/*",), "a header that not every system has"),
)

# In code, not in comments. `list.splice(...)` is the standard library's.
SYSTEM_NAMES = re.compile(
    r"(?<![.\w])(?<!->)(epoll\w*|EPOLL\w*|vm?splice|splice|sendfile|ioctl\w*|kqueue\w*|kevent\w*|EV_SET|accept4"
    r"|eventfd\w*|signalfd\w*|timerfd\w*|io_uring\w*|SO_REUSEPORT\w*|SO_SPLICE|SO_USER_COOKIE|TCP_INFO|tcp_info"
    r"|TCP_USER_TIMEOUT|TCP_KEEPIDLE|TCP_KEEPINTVL|TCP_KEEPCNT|IP_TRANSPARENT|IP_BINDANY|IPV6_BINDANY)\b")

FORBIDDEN_WORDS = {
    "upstream": "say backend",
    "downstream": "say client",
    "frontend": "say listener",
    "manager": "name what it decides or owns",
    "helper": "name what it does",
    "util": "name what it does",
}
# Names that others gave: a component of Kubernetes, a variable of CBSD, headers.
FOREIGN_NAMES = re.compile(r"controller[-_ ]?manager|ci_adjust_inteface_helper|[\"<][\w/.-]+\.h[\">]", re.IGNORECASE)

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"\n]+)[>"]', re.MULTILINE)
# Numbers are tokens because 60'000 holds no character literal.
TOKEN = re.compile(r"""
    //[^\n]* | /\*.*?\*/                                                     # comments
  | (?<!\w)\d(?:'?[\w.])*                                                    # numbers
  | R"(?P<mark>[^\s()\\]{0,16})\(.*?\)(?P=mark)" | "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])+'   # literals
""", re.DOTALL | re.VERBOSE)


class Violation(NamedTuple):
    path: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text}"


class Include(NamedTuple):
    line: int
    mark: str  # < or "
    name: str


class Source:
    """One file of the tree, in the ways that the rules look at it."""

    def __init__(self, root: pathlib.Path, path: str):
        self.path = path
        self.text = (root / path).read_text(encoding="utf-8")
        self.folder, _, name = path.rpartition("/")
        self.top = path.split("/")[0]
        self.is_cpp = name.endswith((".h", ".cc"))
        self.is_product = self.is_cpp and self.top in PRODUCT

    def code(self) -> str:
        """Without includes, comments and literals; every line stays where it is."""
        text = INCLUDE.sub(lambda m: blank(m[0]), self.text)
        return TOKEN.sub(lambda m: m[0] if m[0][0].isdigit() else blank(m[0]), text)

    def includes(self) -> Iterator[Include]:
        if self.is_cpp:
            text = TOKEN.sub(lambda m: blank(m[0]) if m[0][0] == "/" else m[0], self.text)
            yield from (Include(line_of(text, m.start(1)), m[1], m[2]) for m in INCLUDE.finditer(text))


def blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)


def line_of(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1


def read_tree(root: pathlib.Path) -> dict[str, Source]:
    paths = [p for top in PRODUCT + EXEMPT + ("cmake", ".ci") for p in (root / top).rglob("*")]
    paths += [root / "dev", root / "CMakeLists.txt"]
    suffixes = (".h", ".cc", ".py", ".sh", ".cmake", ".txt", "")
    names = sorted(p.relative_to(root).as_posix() for p in paths if p.is_file() and p.suffix in suffixes)
    return {name: Source(root, name) for name in names}


def module_of(path: str) -> str:
    """The key of LAYERS that a path belongs to: its folder, or itself where it lies beside main.cc."""
    folder = path.rpartition("/")[0]
    return path.rpartition(".")[0] if folder in PRODUCT else folder


def is_downward(source: Source, name: str) -> bool:
    top = name.split("/")[0]
    return top in ("lib", source.top) and LAYERS[module_of(name)] < LAYERS[module_of(source.path)]


def check_layers(tree: dict[str, Source]) -> Iterator[Violation]:
    for source in (s for s in tree.values() if s.is_product):
        if module_of(source.path) not in LAYERS:
            yield Violation(source.path, 1, f"{module_of(source.path)} has no layer, so nobody knows what it may include;"
                            " give it one in LAYERS of tests/lint/layers.py")
            continue
        for include in source.includes():
            if text := include_fault(tree, source, include):
                yield Violation(source.path, include.line, text)


def include_fault(tree: dict[str, Source], source: Source, include: Include) -> str:
    """What is wrong with one include of a product file; empty where nothing is."""
    name = include.name
    top = name.split("/")[0]
    if include.mark == '"' and (name.startswith(".") or f"{source.folder}/{name}" in tree):
        return f"'{name}' is included by a relative path, which hides its layer; write the path from the root"
    if top in EXEMPT:
        return f"product code includes '{name}' of {top}/, which is not shipped; move what is shared into a folder below"
    if top not in PRODUCT or name.rpartition("/")[0] == source.folder:
        return ""
    if module_of(name) not in LAYERS:
        return f"'{name}' lies in a folder without a layer; give it one in LAYERS of tests/lint/layers.py"
    if is_downward(source, name):
        return ""
    if top not in ("lib", source.top):
        return f"{source.top} includes '{name}' of another program; move what both need into lib/"
    here, there = LAYERS[module_of(source.path)], LAYERS[module_of(name)]
    way = "sideways" if here == there else "upward"
    return (f"{module_of(source.path)} (layer {here}) includes '{name}' (layer {there}), which points {way};"
            " move what both need into a lower folder, or pass it in from above")


def check_cycles(tree: dict[str, Source]) -> Iterator[Violation]:
    edges = {s.path: [i for i in s.includes() if i.name in tree] for s in tree.values()}
    done: set[str] = set()

    def visit(path: str, trail: tuple[str, ...]) -> Iterator[Violation]:
        for include in edges[path]:
            if include.name in trail:
                ring = " -> ".join(trail[trail.index(include.name):] + (include.name,))
                yield Violation(path, include.line, f"the includes make a cycle ({ring});"
                                " a forward declaration or a third header breaks it")
            elif include.name not in done:
                yield from visit(include.name, trail + (include.name,))
        done.add(path)

    for path in edges:
        if path not in done:
            yield from visit(path, (path,))


def check_doors(tree: dict[str, Source]) -> Iterator[Violation]:
    for source in (s for s in tree.values() if s.is_product):
        for include in source.includes():
            for door in DOORS:
                is_open = any(fnmatch.fnmatchcase(source.path, pattern) for pattern in door.files)
                if re.match(door.headers, include.name) and not is_open:
                    yield Violation(source.path, include.line, f"<{include.name}> is {door.library}, whose only door is"
                                    f" {' and '.join(door.files)}; call what stands there instead")


def check_systems(tree: dict[str, Source]) -> Iterator[Violation]:
    for source in (s for s in tree.values() if s.is_product and not s.path.startswith("lb/net/")):
        code = source.code()
        for match in SYSTEM_NAMES.finditer(code):
            yield Violation(source.path, line_of(code, match.start()), f"'{match[0]}' exists on some systems only;"
                            " name it in one file of lb/net, with an #if and a portable fallback beside it")


def check_mirror(tree: dict[str, Source]) -> Iterator[Violation]:
    for source in (s for s in tree.values() if s.is_product and s.path.endswith(".cc")):
        test = f"tests/unit/{source.path[:-len('.cc')]}_test.cc"
        whole = test.replace("tests/unit/", "tests/integration/")
        if not source.path.endswith("/main.cc") and test not in tree and whole not in tree:
            yield Violation(source.path, 1, f"has no test of its own, as every .cc but a main.cc must; write {test}")


def words_of(line: str) -> Iterator[str]:
    """The words of prose and of identifiers: relayManager, RELAY_MANAGER and 'managers' all hold 'manager'."""
    for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", line):
        yield word.lower()
        yield word.lower().removesuffix("s")


def check_words(tree: dict[str, Source]) -> Iterator[Violation]:
    for source in (s for s in tree.values() if s.is_product):
        for number, line in enumerate([source.path] + source.text.split("\n")):
            found = set(words_of(FOREIGN_NAMES.sub("", line) if number else line)) & FORBIDDEN_WORDS.keys()
            for word in sorted(found):
                where = "is in the file's name" if number == 0 else "is used"
                yield Violation(source.path, max(number, 1), f"the word '{word}' {where}, but the house does not use it,"
                                f" so that one thing has one name; {FORBIDDEN_WORDS[word]}")


def check_length(tree: dict[str, Source]) -> Iterator[Violation]:
    for source in tree.values():
        lines = source.text.count("\n")
        if lines > MAX_LINES:
            yield Violation(source.path, MAX_LINES + 1, f"the file has {lines} lines and more than {MAX_LINES} are too"
                            " many for one idea; split it")


CHECKS = (check_layers, check_cycles, check_doors, check_systems, check_mirror, check_words, check_length)


def check(root: pathlib.Path) -> list[Violation]:
    tree = read_tree(root)
    return sorted(violation for rule in CHECKS for violation in rule(tree))


def main(arguments: list[str]) -> int:
    root = pathlib.Path(arguments[0]) if arguments else pathlib.Path(__file__).resolve().parents[2]
    if len(arguments) > 1 or not (root / "lib").is_dir():
        print(f"usage: layers.py [ROOT]; ROOT must hold the folder lib/, and {root} is what was given", file=sys.stderr)
        return 2
    violations = check(root)
    for violation in violations:
        print(violation)
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
