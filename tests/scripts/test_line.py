"""A child's end of the line to its parent."""

import socket
import threading

import pytest

from scripts.cli import line


@pytest.mark.parametrize("beats", [0, 3])
def test_a_child_leaves_when_its_parent_is_gone_whether_or_not_it_read_every_beat(
    beats: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    parent, child = socket.socketpair()
    left = threading.Event()
    with parent, child:
        monkeypatch.setattr(line, "_STANDARD_INPUT", child.fileno())
        line.when_it_closes(left.set)
        child.sendall(line.BEAT * beats)
        parent.close()  # with beats that nobody read, the system tells of a reset connection, not of an end
        assert left.wait(30)
