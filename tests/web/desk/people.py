"""People at their desks: a browser that is signed in to a running site, without the cost of a password each time."""

from dataclasses import dataclass
from typing import Any

import httpx2
from sqlalchemy import func, select

from api.web.desk.cookie import SECURE_NAME
from gimark.accounts.factors.model import SEALED_BYTES, SecondFactor
from gimark.accounts.factors.rules import NEED_SECOND_FACTOR
from gimark.accounts.model import User
from gimark.accounts.rules import Actor
from gimark.accounts.sessions.actions import begin_session, note_proved
from gimark.accounts.sessions.rules import csrf_of
from gimark.jobs.model import Job
from gimark.ledger import book
from tests.api.site import BASE, Site


@dataclass
class Person:
    """Somebody with a session. Forms carry the session's `csrf` unless another is given."""

    site: Site
    actor: Actor
    token: str

    def get(self, target: str, **headers: str) -> httpx2.Response:
        """A page; redirects are not followed."""
        return self.site.client.get(target, headers=self._headers(headers), follow_redirects=False)

    def post(self, target: str, /, files: Any = None, **fields: Any) -> httpx2.Response:
        """A form sent; redirects are not followed. A button that did something is pressed twice, as hasty people do."""
        fields = {"csrf": csrf_of(self.token), **fields}
        answer = self.send(target, fields, files=files)
        if answer.status_code == 303 and "once" in fields:
            done = self._official_acts()
            again = self.send(target, fields, files=files)
            assert (again.status_code, again.headers["location"]) == (303, answer.headers["location"]), target
            assert self._official_acts() == done, f"the second press of {target} did something"
        return answer

    def send(self, target: str, fields: dict[str, Any], files: Any = None, **headers: str) -> httpx2.Response:
        """A form sent with exactly these fields."""
        return self.site.client.post(
            target, data=fields, files=files, headers=self._headers({"origin": BASE, **headers}), follow_redirects=False
        )

    def _official_acts(self) -> tuple[int, int]:
        """How many entries the ledger has, and how many jobs there are."""
        with self.site.county.store.reading() as session:
            return book.size(session), session.scalar(select(func.count()).select_from(Job)) or 0

    def _headers(self, headers: dict[str, str]) -> dict[str, str]:
        return {"cookie": f"{SECURE_NAME}={self.token}", **headers}


def seated(site: Site, actor: Actor, device: str = "chrome/Windows") -> Person:
    """A browser in which `actor` is signed in, all the way."""
    with site.county.store.acting() as act:
        act.session.get_one(User, actor.user_id).must_change_password = False
        if actor.role in NEED_SECOND_FACTOR and act.session.get(SecondFactor, actor.user_id) is None:
            sealed = bytes(SEALED_BYTES)  # of no secret: nobody is asked for its code
            act.session.add(SecondFactor(user_id=actor.user_id, sealed=sealed, last_step=0, since=act.now))
        begun = begin_session(act, actor.user_id, device)
        note_proved(act, begun.id)
        act.commit()
    return Person(site, actor, begun.token)
