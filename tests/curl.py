"""curl, as whoever has nothing else asks an installation: a program with its access key, or a phone."""

import json
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PATIENCE_S = 120


@dataclass(frozen=True, slots=True)
class Answer:
    """What curl got."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Curl:
    """curl, an address and the options of every request, such as a program's key."""

    address: str
    folder: Path
    always: tuple[str, ...] = ()
    keys: Iterator[int] = field(default_factory=lambda: iter(range(1_000)))

    def __call__(self, path: str, *options: str, expect: int = 200) -> Answer:
        head, body = self.folder / "head", self.folder / "body"
        kept = ("--dump-header", str(head), "--output", str(body))
        command = ["curl", "--silent", "--show-error", *kept, *self.always, *options, f"{self.address}{path}"]
        subprocess.run(command, check=True, timeout=PATIENCE_S)
        # Of a request that was tried again every answer's head is there; the last one is the answer's.
        [first, *lines] = head.read_text("latin-1").replace("\r", "").rstrip().split("\n\n")[-1].split("\n")
        named = [line.partition(": ") for line in lines]
        headers = {name.lower(): value for name, _, value in named}
        answer = Answer(int(first.split()[1]), headers, body.read_bytes() if body.exists() else b"")
        body.unlink(missing_ok=True)
        assert answer.status == expect, (path, answer.status, answer.body[:2_000])
        return answer

    def post(self, path: str, body: object, *headers: str, expect: int = 201) -> Answer:
        """Make or change something; what is made gets an Idempotency-Key unless a version is named."""
        named = headers or (f"Idempotency-Key: journey-{next(self.keys)}",)
        options = [option for name in ("Content-Type: application/json", *named) for option in ("--header", name)]
        return self(path, *options, "--data-binary", json.dumps(body), expect=expect)

    def polled(self, path: str, state: str) -> Any:
        """The thing at `path` once it is in `state`, asked for every half second as the documentation says."""
        ends = time.monotonic() + PATIENCE_S
        while time.monotonic() < ends:
            shown = self(path).json
            if shown["state"] == state:
                return shown
            assert shown["state"] != "failed", shown
            time.sleep(0.5)
        raise AssertionError(shown)
