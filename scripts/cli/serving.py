"""`gimark serve`: the parent of an installation's processes. It answers nothing itself and holds no keys."""

import asyncio
import os
import resource
import socket
import sys

import structlog
import typer

from api.logs import configure
from api.settings import LOOPBACK_HOSTS, Settings
from gimark.errors import GimarkError, invalid
from scripts.cli.supervising import Child, Parent

BACKLOG = 2_048
# One more process helps while there is a core for it; the database's connections are shared by all of them.
MOST_BY_ITSELF = 4
ROOT_PRIVATE_KEY = "keys/root.pem"
PROGRAM = (sys.executable, "-m", "scripts.cli")

log = structlog.stdlib.get_logger("gimark")


def serve(bind: str, port: int, processes: int | None, *, with_worker: bool) -> None:
    """Serve until told to stop, by web processes that share one socket and, apart from them, a worker.

    Raises InvalidInputError for an address that cannot be listened on; leaves with 1 when a process had to be ended.
    """
    settings = Settings()
    configure(settings.log_level, process="serve")
    check_address(settings, bind)
    warn_of_root(settings)
    _open_many_files()
    with listening_at(bind, port) as listening:
        handed = listening.fileno()
        web = [
            Child(name, (*PROGRAM, "web", "--listening", str(handed), "--name", name), (handed,), beats=True)
            for name in (f"web-{number}" for number in range(1, 1 + (processes or processes_for(settings))))
        ]
        worker = Child("worker", (*PROGRAM, "worker", "--attached"), beats=True) if with_worker else None
        log.info("listening", port=listening.getsockname()[1], processes=len(web))
        status = asyncio.run(Parent(listening, web, worker).run())
    if status:
        raise typer.Exit(status)


def processes_for(settings: Settings) -> int:
    """How many web processes: what is set, else one on SQLite and one for each core, four at most, elsewhere."""
    if settings.processes:
        return settings.processes
    if not settings.database_url or settings.database.get_backend_name() == "sqlite":
        return 1
    return min(MOST_BY_ITSELF, len(os.sched_getaffinity(0)))


def check_address(settings: Settings, bind: str) -> None:
    """Refuse to be reached from outside while people would be told a loopback address without TLS."""
    if bind in LOOPBACK_HOSTS or settings.is_https:
        return
    raise invalid(
        "bind",
        f"监听 {bind}，而 GIMARK_PUBLIC_BASE 还是开发设置 {settings.public_base}",
        f"listening on {bind} while GIMARK_PUBLIC_BASE is the development setting {settings.public_base}",
        "请把 GIMARK_PUBLIC_BASE 设为对外的 https 网址，或只监听 127.0.0.1",
        "Set GIMARK_PUBLIC_BASE to the public https address, or listen on 127.0.0.1",
    )


def warn_of_root(settings: Settings) -> None:
    """Say so in the log when the root's private key lies where it should not."""
    if (settings.data_dir / ROOT_PRIVATE_KEY).exists():
        log.warning("the root's private key lies in the data folder; move keys/root.pem off line")


def listening_at(bind: str, port: int) -> socket.socket:
    """A socket that listens there. Raises InvalidInputError where that cannot be."""
    family = socket.AF_INET6 if ":" in bind else socket.AF_INET
    try:
        return socket.create_server((bind, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise _cannot_listen(bind, port, error.strerror or "") from error


def _cannot_listen(bind: str, port: int, reason: str) -> GimarkError:
    return invalid(
        "port",
        f"无法监听 {bind} 的 {port} 端口（{reason}）",
        f"cannot listen on port {port} of {bind} ({reason})",
        "请检查是否已有程序占用，或换一个地址和端口",
        "See whether another program has it, or choose another address and port",
    )


def _open_many_files() -> None:
    """Let this process and its children open as many files and connections as the system allows."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
