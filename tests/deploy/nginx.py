"""nginx as deploy/ sets it up, on free ports of this machine and with a certificate made for one test."""

import os
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.client import HTTPResponse
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DEPLOYED = Path.cwd() / "deploy" / "nginx"
PATIENCE_S = 20
MAIN = """
{user}
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/start.log crit;
events {{}}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    default_type application/octet-stream;
    types {{ text/html html; }}
    include {folder}/gimark.conf;
}}
"""


@dataclass(frozen=True, slots=True)
class Proxy:
    """A running nginx: where it listens, and the folder of its logs and its certificate."""

    host: str
    plain: int
    secure: int
    folder: Path

    def ask(self, request: bytes, name: str | None = None, *, is_plain: bool = False) -> tuple[HTTPResponse, bytes]:
        """Send a request as it stands and read the answer; `name` is whom TLS asks for (the host if None)."""
        with socket.create_connection(("127.0.0.1", self.plain if is_plain else self.secure), timeout=30) as bare:
            if is_plain:
                return _answer(bare, request)
            trust = ssl.create_default_context(cafile=str(self.folder / "fullchain.pem"))
            with trust.wrap_socket(bare, server_hostname=name or self.host) as wrapped:
                return _answer(wrapped, request)

    def get(self, target: str, **headers: str) -> tuple[HTTPResponse, bytes]:
        """GET a target over TLS."""
        named = {"host": self.host, "connection": "close", **headers}
        lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in named.items())
        return self.ask(f"GET {target} HTTP/1.1\r\n{lines}\r\n".encode())


def _answer(connection: socket.socket, request: bytes) -> tuple[HTTPResponse, bytes]:
    connection.sendall(request)
    response = HTTPResponse(connection)
    response.begin()
    return response, response.read()


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on now."""
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in held]
    for each in held:
        each.close()
    return ports


@contextmanager
def proxy_before(port: int, host: str, folder: Path) -> Iterator[Proxy]:
    """nginx before the application on `port`, under the name `host`; skipped where there is none, but never in CI."""
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("no nginx: install Debian's nginx-light")
        pytest.skip("no nginx: install Debian's nginx-light")
    folder.mkdir()
    folder.chmod(0o755)
    proxy = Proxy(host, *free_ports(2), folder)
    make_certificate(host, folder)
    shutil.copy(DEPLOYED / "unavailable.html", folder)
    (folder / "gimark.conf").write_text(_placed(proxy, port), encoding="utf-8")
    (folder / "nginx.conf").write_text(MAIN.format(folder=folder, user=_user()), encoding="utf-8")
    with subprocess.Popen([program, "-p", folder, "-c", folder / "nginx.conf", "-e", folder / "start.log"]) as running:
        try:
            _wait_for(proxy.secure, running)
            yield proxy
        finally:
            running.terminate()
            running.wait(PATIENCE_S)


def _user() -> str:
    """Root's nginx gives its processes another user, who cannot read a test's folder; others' cannot."""
    return "user root;" if os.geteuid() == 0 else ""


def _placed(proxy: Proxy, port: int) -> str:
    """The deployed configuration with this machine's ports, names and folders, and nothing else changed."""
    changes = {
        "127.0.0.1:8000": f"127.0.0.1:{port}",
        "listen 80": f"listen 127.0.0.1:{proxy.plain}",
        "listen 443": f"listen 127.0.0.1:{proxy.secure}",
        "listen [::]:80;": "",
        "listen [::]:80 default_server;": "",
        "listen [::]:443 ssl default_server;": "",
        "listen [::]:443 ssl http2;": "",
        "gi.example.cn;": f"{proxy.host};",
        "/etc/letsencrypt/live/gi.example.cn": str(proxy.folder),
        "/var/log/nginx": str(proxy.folder),
        "/var/cache/nginx/gimark": str(proxy.folder / "cache"),
        "/etc/gimark/pages": str(proxy.folder),
    }
    text = (DEPLOYED / "gimark.conf").read_text(encoding="utf-8")
    for old, new in changes.items():
        assert old in text, old
        text = text.replace(old, new)
    assert "example.cn" not in text
    return text


def _wait_for(port: int, running: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert running.poll() is None, "nginx did not start"
            assert time.monotonic() < deadline, "nginx does not listen"
            time.sleep(0.05)
        else:
            return


def make_certificate(host: str, folder: Path) -> None:
    """A certificate for `host` that its own key signed, good for a day."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "fullchain.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "privkey.pem").write_bytes(private)
