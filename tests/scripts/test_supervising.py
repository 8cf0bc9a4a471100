"""Children are kept running, wait longer each time they die early, and leave when told; a first refusal is the end."""

import asyncio
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from structlog.testing import capture_logs

from scripts.cli.supervising import Child, Keeper, Parent

PATIENCE_S = 60
# Each writes its process id down first. The line is standard input, a socket.
STARTS = "import os, sys; open(sys.argv[1], 'a').write(f'{os.getpid()}\\n')\n"
# Like the real ones, it leaves by the line alone once it has said that it is ready.
READY = f"import signal; signal.signal(signal.SIGTERM, lambda *_: None)\n{STARTS}os.write(0, b'ready\\n')\n"
WAITS = f"{READY}os.read(0, 1)\n"
DIES = f"{READY}sys.exit(3)\n"
SLOW_TO_LEAVE = (
    f"{WAITS}import time; time.sleep(0.2)\n"
    "folder, name = os.path.split(sys.argv[1])\nopen(folder + '/left', 'a').write(name + '\\n')\n"
)
REFUSES = f"{STARTS}sys.exit(7)\n"
BEATS = (
    "import asyncio, os, sys, time\nfrom pathlib import Path\nfrom scripts.cli import line\n"
    "line.BEAT_EVERY_S = 0.02\nseen = Path(sys.argv[1])\n"
    "seen.open('a').write(f'{os.getpid()}\\n')\n"
    "def look():\n"
    "    while seen.with_suffix('.hang').exists():\n        time.sleep(0.01)\n"
    "    asyncio.get_running_loop().call_later(0.02, look)\n"
    "async def live():\n    left = asyncio.Event()\n    loop = asyncio.get_running_loop()\n"
    "    line.say_ready_and_beat()\n    line.when_it_closes(lambda: loop.call_soon_threadsafe(left.set))\n"
    "    look()\n    await left.wait()\n"
    "asyncio.run(live())\n"
)
STAYS = f"{READY}import time\nwhile True: time.sleep(1)\n"


def child(program: str, seen: Path) -> Child:
    return Child(seen.name, (sys.executable, "-c", program, str(seen)))


def pids(seen: Path) -> list[int]:
    return [int(line) for line in seen.read_text().splitlines()] if seen.exists() else []


def is_there(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


async def until(is_so: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < deadline, what
        await asyncio.sleep(0.02)


def test_a_child_that_is_killed_is_started_again_and_leaves_when_told(tmp_path: Path) -> None:
    seen = tmp_path / "web-1"

    async def play() -> None:
        keeper = Keeper(child(WAITS, seen), first_wait_s=0.01)
        task = keeper.begin()
        for lives in (1, 2, 3):
            await until(lambda lives=lives: len(pids(seen)) == lives, "it was not started")  # type: ignore[misc]
            if lives < 3:
                os.kill(pids(seen)[-1], signal.SIGKILL)
        assert await keeper.stop()
        assert task.result() == 0

    asyncio.run(play())
    assert len(pids(seen)) == 3
    assert not any(map(is_there, pids(seen)))


def test_a_child_that_keeps_dying_waits_twice_as_long_each_time(tmp_path: Path) -> None:
    seen = tmp_path / "web-1"

    async def play() -> None:
        keeper = Keeper(child(DIES, seen), first_wait_s=0.01)
        keeper.begin()
        await until(lambda: len(pids(seen)) == 4, "it was not started again")
        await keeper.stop()

    with capture_logs() as said:
        asyncio.run(play())
    deaths = [entry for entry in said if entry["event"] == "a process died and is started again"]
    assert [entry["wait_s"] for entry in deaths][:3] == [0.01, 0.02, 0.04]
    assert {(entry["child"], entry["status"]) for entry in deaths} == {("web-1", 3)}


def test_a_child_that_does_not_leave_is_ended(tmp_path: Path) -> None:
    seen = tmp_path / "web-1"

    async def play() -> bool:
        keeper = Keeper(child(STAYS, seen))
        keeper.begin()
        await keeper.is_ready.wait()
        return await keeper.stop(limit_s=0.1)

    assert asyncio.run(play()) is False
    assert not is_there(pids(seen)[0])


def test_a_child_that_is_still_starting_is_not_waited_for(tmp_path: Path) -> None:
    seen = tmp_path / "web-1"

    async def play() -> None:
        keeper = Keeper(child(f"{STARTS}import time\nwhile True: time.sleep(1)\n", seen))
        task = keeper.begin()
        await until(lambda: len(pids(seen)) == 1, "it was not started")
        assert await keeper.stop()
        assert task.result() == -signal.SIGTERM

    with capture_logs() as said:
        asyncio.run(play())
    assert said == []


def test_children_leave_when_their_parent_is_killed(tmp_path: Path) -> None:
    seen = tmp_path / "web-1"
    program = (
        "import asyncio, sys\nfrom scripts.cli.supervising import Child, Keeper\n"
        "async def play():\n"
        "    await Keeper(Child('web-1', (sys.executable, '-c', sys.argv[1], sys.argv[2]))).begin()\n"
        "asyncio.run(play())\n"
    )

    async def play() -> None:
        parent = await asyncio.create_subprocess_exec(sys.executable, "-c", program, WAITS, str(seen))
        await until(lambda: len(pids(seen)) == 1, "it was not started")
        parent.kill()
        await parent.wait()
        await until(lambda: not is_there(pids(seen)[0]), "it outlived its parent")

    asyncio.run(play())


def test_a_child_that_hangs_is_ended_and_started_again_and_one_that_beats_is_left_alone(tmp_path: Path) -> None:
    seen, hang = tmp_path / "web-1", tmp_path / "web-1.hang"
    limit_s = 1.0

    async def play() -> None:
        keeper = Keeper(replace(child(BEATS, seen), beats=True), first_wait_s=0.01, silence_limit_s=limit_s)
        keeper.begin()
        await keeper.is_ready.wait()
        await asyncio.sleep(2 * limit_s)
        assert len(pids(seen)) == 1
        keeper.is_ready.clear()
        hang.touch()
        await until(lambda: not is_there(pids(seen)[0]), "it hangs and nobody minds")
        hang.unlink()
        await until(lambda: len(pids(seen)) == 2, "it was not started again")
        await keeper.is_ready.wait()
        os.kill(pids(seen)[1], signal.SIGSTOP)
        await until(lambda: len(pids(seen)) == 3, "one that was stopped dead is left so")
        assert await keeper.stop()

    with capture_logs() as said:
        asyncio.run(play())
    assert [entry["child"] for entry in said if "says nothing any more" in entry["event"]] == ["web-1"] * 2


def test_a_child_that_never_becomes_ready_is_ended_and_started_again(tmp_path: Path) -> None:
    seen = tmp_path / "web-1"

    async def play() -> None:
        keeper = Keeper(
            child(f"{STARTS}import time\nwhile True: time.sleep(1)\n", seen), first_wait_s=0.01, start_limit_s=2.0
        )
        keeper.begin()
        await until(lambda: len(pids(seen)) >= 2, "it waits for ever and nobody minds")
        assert not is_there(pids(seen)[0])
        await keeper.stop()

    with capture_logs() as said:
        asyncio.run(play())
    assert "a process does not become ready and is ended" in [entry["event"] for entry in said]


def test_a_child_that_does_not_promise_to_beat_may_be_silent(tmp_path: Path) -> None:
    seen = tmp_path / "worker"

    async def play() -> None:
        keeper = Keeper(child(WAITS, seen), silence_limit_s=0.02)
        keeper.begin()
        await keeper.is_ready.wait()
        await asyncio.sleep(0.2)
        assert is_there(pids(seen)[0])
        assert await keeper.stop()

    asyncio.run(play())


async def serve(web: list[Child], worker: Child | None) -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return await Parent(listening, web, worker).run()


def test_a_first_web_process_that_refuses_to_start_ends_it_all_before_the_others_begin(tmp_path: Path) -> None:
    names = [tmp_path / name for name in ("web-1", "web-2", "worker")]
    web = [child(REFUSES, names[0]), child(WAITS, names[1])]
    assert asyncio.run(serve(web, child(WAITS, names[2]))) == 7
    assert [len(pids(name)) for name in names] == [1, 0, 0]


def test_told_once_the_web_processes_leave_before_the_worker(tmp_path: Path) -> None:
    names = [tmp_path / name for name in ("web-1", "web-2", "worker")]

    async def play() -> int:
        web = [child(SLOW_TO_LEAVE, name) for name in names[:2]]
        running = asyncio.create_task(serve(web, child(SLOW_TO_LEAVE, names[2])))
        await until(lambda: all(map(pids, names)), "not everybody was started")
        os.kill(os.getpid(), signal.SIGTERM)
        return await running

    assert asyncio.run(play()) == 0
    assert (tmp_path / "left").read_text().split()[-1] == "worker"
    assert len((tmp_path / "left").read_text().split()) == 3


def test_told_twice_nobody_is_waited_for(tmp_path: Path) -> None:
    names = [tmp_path / name for name in ("web-1", "worker")]

    async def play() -> int:
        running = asyncio.create_task(serve([child(STAYS, names[0])], child(STAYS, names[1])))
        await until(lambda: all(map(pids, names)), "not everybody was started")
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.sleep(0.1)
        os.kill(os.getpid(), signal.SIGTERM)
        return await asyncio.wait_for(running, PATIENCE_S)

    with capture_logs():
        asyncio.run(play())
    assert not any(is_there(pid) for name in names for pid in pids(name))
