"""Who is measured: how each balancer is started, with good settings, and which processes are its own."""
import pathlib
import string
import subprocess
from typing import NamedTuple

HERE = pathlib.Path(__file__).resolve().parent
NGINX_STREAM = "/usr/lib/nginx/modules/ngx_stream_module.so"


class Place(NamedTuple):
    """Where a balancer is to work."""
    folder: pathlib.Path  # for its files
    lb: str  # our program
    port: int  # on 127.0.0.1
    backends: list[str]
    workers: int


def filled(place: Place, template: str, server_line: str, **more: str) -> pathlib.Path:
    servers = "\n".join(server_line.format(number=i, address=a) for i, a in enumerate(place.backends))
    text = string.Template((HERE / "peers" / template).read_text()).substitute(
        port=place.port, threads=place.workers, servers=servers, folder=place.folder, **more)
    path = place.folder / template
    path.write_text(text)
    return path


def ours(place: Place, *more: str) -> list[str]:
    backends = [word for address in place.backends for word in ("--backend", address)]
    return [place.lb, "run", "--listen", f"127.0.0.1:{place.port}", *backends, "--workers", str(place.workers),
            "--admin", "none", "--socket", "none", "--log-level", "warn", *more]


def haproxy(place: Place, splice: bool) -> list[str]:
    config = filled(place, "haproxy.cfg", "    server b{number} {address}",
                    pipe_size="tune.pipesize 262144\n    maxpipes 512" if splice else "",
                    splice="option splice-request\n    option splice-response" if splice else "")
    return ["haproxy", "-db", "-f", str(config)]


def nginx(place: Place) -> list[str]:
    config = filled(place, "nginx.conf", "        server {address};", module=NGINX_STREAM,
                    share="reuseport" if place.workers > 1 else "")
    return ["nginx", "-e", "stderr", "-c", str(config)]


def pen(place: Place) -> list[str]:
    return ["pen", "-f", "-r", "-x", "9500", "-c", "16384", "-m", "64", "-q", "4096", f"127.0.0.1:{place.port}",
            *place.backends]


# In the order of the table. "direct" is no balancer at all: the limit of what the load can do.
PEERS = {
    "direct": None,
    "keepstate": ours,
    "haproxy": lambda place: haproxy(place, splice=False),
    "haproxy+splice": lambda place: haproxy(place, splice=True),
    "nginx": nginx,
    "pen": pen,
}
THE_ONE_TO_BEAT = ("haproxy", "haproxy+splice")  # its best setting for each row
ONE_WORKER_ONLY = ("pen",)


def versions(lb: str) -> dict[str, str]:
    def first_line(*command: str) -> str:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        return done.stdout.strip().splitlines()[0]

    package = first_line("dpkg-query", "-W", "-f", "${Version}\n", "pen")
    return {"keepstate": first_line(lb, "--version"), "haproxy": first_line("haproxy", "-v"),
            "nginx": first_line("nginx", "-v"), "pen": "pen " + package}
