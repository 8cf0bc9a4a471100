"""A verdict as JSON and as a page. What codes of one kind share is made once per batch and kept with its record."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from api.json_text import instant_text, json_bytes
from api.web.language import Language
from api.web.public.consumer import ConsumerPages, PreparedPage, Visit
from gimark.scans.lookup import Answer
from gimark.scans.rules import Checks, Verdict


class Answers:
    """Draws answers to look-ups with one site's pages."""

    def __init__(self, pages: ConsumerPages) -> None:
        self._pages = pages

    def page(self, answer: Answer, language: Language, at: datetime, query: str) -> bytes:
        """The page of an answer in UTF-8; `query` is the raw query of the request."""
        visit = Visit(at, query)
        place, verdict = answer.place, answer.verdict
        if place is None or verdict.package is None:
            return self._pages.whole(verdict, language, visit)
        package, run = place.batch.package, place.run.facts
        key = ("page", language, place.run.id)
        prepared: PreparedPage = _kept(answer, key, lambda: self._pages.prepare(package, run, language))
        return self._pages.render(prepared, verdict, visit)

    def json(self, answer: Answer, at: datetime) -> bytes:
        """The answer as a JSON object in UTF-8; the keys of `as_json`."""
        verdict = answer.verdict
        if answer.place is None or verdict.checks is None or verdict.serial is None:
            return json_bytes(as_json(verdict, at))
        head = _kept(answer, ("json", *answer.kind), lambda: _shared_json(verdict))
        return b"%b,%b}" % (head, _own_json(verdict.serial, verdict.checks, at))


def as_json(verdict: Verdict, at: datetime | None) -> dict[str, Any]:
    """What a program is told: `verdict`, `reason`, `rungs`, and of one of our codes all that may be said.

    Masses in grams, days as YYYY-MM-DD in Asia/Shanghai, instants in RFC 3339 UTC.
    """
    told: dict[str, Any] = {
        "verdict": verdict.colour,
        "reason": verdict.reason,
        "rungs": [{"name": rung.name, "state": rung.state} for rung in verdict.rungs],
    }
    for name in ("package", "run", "act"):
        value = getattr(verdict, name)
        told[name] = None if value is None else asdict(value)
    told["activated_at"] = verdict.activated_at
    told["serial"] = verdict.serial
    told["checks"] = None if verdict.checks is None else asdict(verdict.checks)
    told["looked_at"] = at
    return told


def _shared_json(verdict: Verdict) -> bytes:
    """The object without its last three members and its closing brace."""
    told = as_json(verdict, None)
    for name in ("serial", "checks", "looked_at"):
        del told[name]
    return json_bytes(told)[:-1]


def _own_json(serial: str, checks: Checks, at: datetime) -> bytes:
    """The last three members. Written by hand: every value is ASCII that needs no escape."""
    first = "null" if checks.first_at is None else f'"{instant_text(checks.first_at)}"'
    provinces = '["' + '","'.join(checks.provinces) + '"]' if checks.provinces else "[]"
    return (
        f'"serial":"{serial}","checks":{{"count":{checks.count},"first_at":{first},"provinces":{provinces}}},'
        f'"looked_at":"{instant_text(at)}"'
    ).encode()


def _kept(answer: Answer, key: tuple[object, ...], make: Callable[[], Any]) -> Any:
    """What is kept with the batch's record under `key`, made when it is first asked for."""
    assert answer.place is not None
    memo = answer.place.batch.memo
    found = memo.get(key)
    if found is None:
        found = memo[key] = make()
    return found
