"""The real keepstate-lb before real backends, on ports that the system chose. Each ends with its `with` block."""
import os
import pathlib
import signal
import socket
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request

PATIENCE = 60


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as one:
        return one.getsockname()[1]


class Echo:
    """A backend that sends back what it gets. It can go and come back on the same port."""

    def __init__(self, host, port):
        self.host, self.port = host, port
        self.start()

    def start(self):
        self.listening = socket.create_server((self.host, self.port), backlog=100)
        threading.Thread(target=self.serve, args=(self.listening,), daemon=True).start()

    def stop(self):
        self.listening.shutdown(socket.SHUT_RDWR)  # wakes accept
        self.listening.close()

    def serve(self, listening):
        while True:
            try:
                client, _ = listening.accept()
            except OSError:
                return
            threading.Thread(target=self.talk, args=(client,), daemon=True).start()

    @staticmethod
    def talk(client):
        with client:
            try:
                while chunk := client.recv(65536):
                    client.sendall(chunk)
            except OSError:
                pass


class Daemon:
    def __init__(self, program, backends):
        self.folder = tempfile.TemporaryDirectory(prefix="keepstate-browser-")
        folder = pathlib.Path(self.folder.name)
        self.address = ("127.0.0.1", free_port())
        self.admin = f"127.0.0.1:{free_port()}"
        self.url = f"http://{self.admin}/"
        self.config = folder / "cluster.yaml"
        self.config.write_text(CLUSTER.format(listen=f"127.0.0.1:{self.address[1]}", admin=self.admin,
                                              port=backends[0].port))
        self.arguments = [program, "run", "-c", str(self.config), "--socket", str(folder / "lb.sock")]
        self.start()

    def start(self):
        log = pathlib.Path(self.folder.name) / "log"
        with open(log, "ab") as out:
            self.process = subprocess.Popen(self.arguments, stdout=out, stderr=out)
        until = time.monotonic() + PATIENCE
        while not self.is_ready():
            if self.process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"keepstate-lb does not come up:\n{log.read_text()}")
            time.sleep(0.05)

    def is_ready(self):
        try:
            return self.get("readyz").status == 200
        except (urllib.error.URLError, ConnectionError):
            return False

    def get(self, path):
        return urllib.request.urlopen(self.url + path, timeout=PATIENCE)

    def connect(self):
        return socket.create_connection(self.address, timeout=PATIENCE)

    def say(self, text):
        """One session: there and back."""
        with self.connect() as client:
            client.sendall(text)
            client.shutdown(socket.SHUT_WR)
            while client.recv(65536):
                pass

    def stop(self):
        if self.process.poll() is None:
            os.kill(self.process.pid, signal.SIGTERM)
            os.kill(self.process.pid, signal.SIGTERM)  # the second time cuts what is left
        return self.process.wait(PATIENCE)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
        self.folder.cleanup()


# Three control-plane machines, as most have; {port} is theirs.
CLUSTER = """apiVersion: keepstate/v1
kind: Cluster
metadata: {{name: browser}}
spec:
  controlPlaneEndpoint: kubernetes.test:{port}
  loadBalancer:
    workers: 2
    admin: {{address: {admin}}}
    listeners:
      - name: kube-apiserver
        address: {listen}
        healthCheck: {{type: tcp, interval: 200ms, timeout: 1s}}
  machines:
    - {{name: controller-0, role: control-plane, address: 127.0.0.11, weight: 1}}
    - {{name: controller-1, role: control-plane, address: 127.0.0.12, weight: 1}}
    - {{name: controller-2, role: control-plane, address: 127.0.0.13, weight: 2}}
"""


def three_backends():
    port = free_port()
    return [Echo(f"127.0.0.1{i}", port) for i in (1, 2, 3)]
