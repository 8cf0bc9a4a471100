"""Two web processes say the same: of every act both know soon after it, on both databases."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import pytest
from sqlalchemy import select

from api.ceremony import open_root, revoke_key, root_place
from api.founding import REGULATOR, found
from api.installation import open_installation
from gimark.accounts.queries import actor_for
from gimark.accounts.rules import Actor
from gimark.clock import local_day
from gimark.codes.minting import mint
from gimark.issuance.ranges import RangeForm, change_ranges
from gimark.issuance.rules import RangeKind
from gimark.issuance.signing import issued_run, secrets_of
from gimark.production.actions import recall_batch
from gimark.registry.authorizations.actions import ChangeForm, change_authorization
from gimark.registry.authorizations.model import Authorization
from gimark.registry.authorizations.rules import ChangeKind
from gimark.registry.enterprises.model import Enterprise
from gimark.scans.actions import mark_code
from gimark.scans.model import MarkKind
from tests.founded import HOST, USCC, YUNXI, Workshop, set_up_workshop, settings_for
from tests.served import Served, ask, serving, until

pytestmark = pytest.mark.long

REASON = "示例理由"
TRIES = 200


@dataclass(frozen=True, slots=True)
class Office:
    """A workshop that two processes serve, and whoever acts in it from outside."""

    shop: Workshop
    targets: list[str]
    served: Served
    phones: dict[str, HTTPConnection]

    def both_say(self, index: int, verdict: str, reason: str) -> None:
        """Wait until a phone at each process is told the same of a code."""
        for connection in self.phones.values():
            until(lambda c=connection: self._says(c, index) == (verdict, reason), f"not both say {reason}")  # type: ignore[misc]

    def _says(self, connection: HTTPConnection, index: int) -> tuple[str, str]:
        _, told = ask(connection, self.targets[index])
        return told["verdict"], told["reason"]

    def change(self, kind: RangeKind, first: int, last: int) -> None:
        reason = None if kind is RangeKind.ACTIVATE else REASON
        with self.shop.here.store.acting() as act:
            change_ranges(act, self.shop.producer, self.shop.run.ref, RangeForm(kind, ((first, last),), reason))
            act.commit()

    @property
    def regulator(self) -> Actor:
        with self.shop.here.store.reading() as session:
            return actor_for(session, REGULATOR)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    """The same office on each database in turn."""
    settings: dict[str, object] = {}
    if request.param == "sqlite":
        shop = request.getfixturevalue("workshop").copy(tmp_path)
    else:
        settings["database_url"] = request.getfixturevalue("vacant_postgres")
        made = settings_for(tmp_path / "data", **settings)
        found(made, YUNXI, HOST, HOST)
        shop = set_up_workshop(open_installation(made))
    with ExitStack() as stack:
        options = ("--processes", "2", "--no-worker")
        served = stack.enter_context(serving(shop.here.settings.data_dir, *options, **settings))
        phones = _one_for_each(served, stack)
        yield Office(shop, _targets(shop), served, phones)
    shop.here.store.engine.dispose()


def _targets(shop: Workshop) -> list[str]:
    here = shop.here
    with here.store.reading() as session:
        issued = issued_run(session, here.keyring, shop.run.number)
    minted = mint(issued.codes, *secrets_of(here.keyring, issued), 0, shop.run.count)
    return [row.tobytes().decode().removeprefix(f"https://{HOST}") for row in minted.uris]


def _one_for_each(served: Served, stack: ExitStack) -> dict[str, HTTPConnection]:
    """A connection to each of two processes, by the process's name in its request ids."""
    until(lambda: served.ready == {"web-1", "web-2"}, "there are not two web processes")
    phones: dict[str, HTTPConnection] = {}
    for _ in range(TRIES):
        connection = served.connect()
        stack.callback(connection.close)
        name, _ = ask(connection, "/01/forged")
        phones.setdefault(name, connection)
        if len(phones) == 2:
            return phones
    raise AssertionError("only one process took connections")


def test_both_know_of_every_act(office: Office) -> None:
    office.both_say(0, "amber", "not_activated")
    office.change(RangeKind.ACTIVATE, 0, 40)
    office.both_say(0, "green", "authentic")
    office.change(RangeKind.VOID, 1, 1)
    office.both_say(1, "red", "voided")
    office.both_say(0, "green", "authentic")
    store = office.shop.here.store
    with store.acting() as act:
        mark_code(act, office.regulator, office.shop.run.ref, 2, MarkKind.COPIED, REASON)
        act.commit()
    office.both_say(2, "amber", "copied")
    for kind, verdict, reason in (
        (ChangeKind.SUSPEND, "red", "not_authorised"),
        (ChangeKind.RESTORE, "green", "authentic"),
    ):
        with store.acting() as act:
            ref = act.session.scalars(
                select(Authorization.ref)
                .join(Enterprise, Enterprise.id == Authorization.enterprise_id)
                .where(Enterprise.uscc == USCC)
                .order_by(Authorization.id)
            ).first()
            assert ref is not None
            form = ChangeForm(kind, REASON, local_day(act.now))
            change_authorization(act, office.regulator, ref, form)
            act.commit()
        office.both_say(0, verdict, reason)
    with store.acting() as act:
        recall_batch(act, office.shop.producer, office.shop.batch_ref, REASON)
        act.commit()
    office.both_say(0, "red", "recalled")


def test_both_take_up_a_key_set_that_revokes_the_key(office: Office) -> None:
    office.change(RangeKind.ACTIVATE, 0, 40)
    office.both_say(0, "green", "authentic")
    here = office.shop.here
    revoke_key(here, open_root(here, root_place(here.settings, None, None)), office.shop.run.kid)
    # The ledger had the run before: its codes stay good, and say why.
    office.both_say(0, "green", "key_revoked_confirmed")


def test_a_network_that_fails_at_one_process_waits_at_both(office: Office) -> None:
    phones = list(office.phones.values())
    forged = office.targets[0][:-10] + office.targets[1][-10:]
    for _ in range(120):
        _, told = ask(phones[0], forged)
        assert told["reason"] == "bad_signature"
    for connection in phones:
        until(lambda c=connection: ask(c, forged)[1]["reason"] == "unavailable", "it goes on")  # type: ignore[misc]
