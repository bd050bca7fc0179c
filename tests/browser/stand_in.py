"""A stand-in for the daemon's admin address: the page as the daemon serves it, and a /v1/status that the test writes.

For what a real daemon does not show at will: a thousand backends, hostile names, five minutes of history.
"""
import http.server
import json
import threading

SECURITY = ("Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy")


class StandIn:
    """`page` and `headers` are the daemon's own; `status()` gives the answer, None a 503. Serves until it is closed."""

    def __init__(self, page, headers, status):
        owner = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                if self.path == "/":
                    fields = {name: headers[name] for name in SECURITY}
                    self.reply(200, "text/html; charset=utf-8", page, fields)
                elif self.path == "/v1/status" and (answer := owner.status()) is not None:
                    self.reply(200, "application/json", json.dumps(answer).encode(), {})
                else:
                    self.reply(503, "text/plain", b"not now\n", {})

            def reply(self, status, kind, body, fields):
                self.send_response(status)
                for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **fields}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.status = status
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def histogram(count, scale=1.0):
    """Counts as those of latencies around `scale` milliseconds."""
    shape = [(0.0001, 0.02), (0.00025, 0.1), (0.0005, 0.35), (0.001, 0.7), (0.0025, 0.93), (0.005, 0.98), (0.01, 0.995),
             (0.1, 1.0), (None, 1.0)]
    buckets = [[bound and bound * scale, round(count * part)] for bound, part in shape]
    return {"count": count, "sumSeconds": count * scale / 1000, "buckets": buckets}


def backend(name, address, share, total, state="up", reason="GET /readyz: 200", weight=1, active=0):
    return {"name": name, "address": address, "state": state, "reason": reason, "sinceSeconds": 4000.5,
            "weight": weight, "configuredWeight": weight, "share": share,
            "connections": {"active": active, "total": total}, "bytes": {"toBackend": total * 900, "toClient": total * 6100},
            "failures": 0, "checks": {"passed": 2000, "notReady": 0, "failed": 0}}


def listener(name, backends, failed=0):
    total = sum(one["connections"]["total"] for one in backends)
    return {"name": name, "address": "10.10.0.1:6443", "policy": "weighted-random", "failOpen": False,
            "connections": {"active": sum(one["connections"]["active"] for one in backends), "total": total,
                            "failed": failed},
            "bytes": {way: sum(one["bytes"][way] for one in backends) for way in ("toBackend", "toClient")},
            "latency": {"connect": histogram(total, 0.4), "firstByte": histogram(total, 3)}, "backends": backends}


def status(listeners, events=(), time="2026-01-05T14:03:09Z"):
    active = sum(one["connections"]["active"] for one in listeners)
    return {"version": "0.1.0", "pid": 4711, "time": time, "uptimeSeconds": 93784.2, "generation": 7, "ready": True,
            "shuttingDown": False, "workers": 4, "oldProcesses": 0, "connections": {"active": active, "limit": 32000},
            "reload": {"lastSuccessful": True, "time": None, "message": ""}, "listeners": list(listeners),
            "events": list(events)}
