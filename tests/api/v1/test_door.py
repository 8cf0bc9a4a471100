"""Who is let in: what a key must be, what a refusal tells, and what cookies are worth."""

from datetime import timedelta

import pytest
import structlog
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from api.v1 import door
from gimark.accounts.access.actions import revoke_access_key
from gimark.accounts.access.model import AccessKey
from gimark.accounts.model import User
from gimark.accounts.rules import Permission
from gimark.errors import Fault, StoreFailedError
from gimark.store.unit_of_work import Store
from tests.api.site import Site
from tests.api.v1.programs import Program, program


def change_owner(program: Program, **values: object) -> None:
    with program.site.county.store.acting() as act:
        act.session.execute(update(User).where(User.id == program.actor.user_id).values(**values))
        act.commit()


def test_a_key_says_whose_it_is_and_what_it_is_for(producer: Program) -> None:
    found = producer.get("/me")
    assert found.status_code == 200
    assert found.json()["name"] == producer.actor.name
    assert found.json()["role"] == "producer_manager"
    assert found.json()["scopes"] == sorted(producer.actor.permissions)


def test_without_a_key_nothing_is_told_but_how_to_get_one(site: Site) -> None:
    for headers in ({}, {"authorization": "Basic YTpi"}, {"cookie": "session=1"}):
        answer = site.client.get("/v1/me", headers=headers)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == 'Bearer realm="gimark"'
        assert answer.json()["code"] == "not-authenticated"
    assert site.client.get("/v1/nothing-here").status_code == 401


@pytest.mark.parametrize(
    "token",
    [
        "",
        "x",
        "gimark_00000000_00000000000000000000000000000000",
        "gimark_00000000_0000000000000000000000000000000",
        "gimark_ÿ",
        "a" * 10_000,
    ],
)
def test_an_unknown_key_is_refused_in_the_same_words_as_a_wrong_secret(
    site: Site, producer: Program, token: str
) -> None:
    wrong = f"gimark_{producer.key.facts.prefix}_{'0' * 32}"
    answers = [
        site.client.get("/v1/me", headers={b"authorization": f"Bearer {shown}".encode("latin-1")})
        for shown in (token, wrong)
    ]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert answers[0].json()["errors"] == answers[1].json()["errors"]
    assert answers[0].headers["www-authenticate"] == 'Bearer realm="gimark", error="invalid_token"'


def test_an_expired_key_works_until_the_end_of_its_last_day(site: Site, producer: Program) -> None:
    clock = site.county.store.clock
    clock.at += timedelta(days=30)  # type: ignore[attr-defined]
    assert producer.get("/me").status_code == 200
    clock.at += timedelta(days=1)  # type: ignore[attr-defined]
    refused = producer.get("/me")
    assert refused.status_code == 401
    assert "ended with 2026-12-22" in refused.json()["detail"]


def test_a_revoked_key_is_refused_at_once(site: Site, producer: Program) -> None:
    with site.county.store.acting() as act:
        revoke_access_key(act, producer.actor, producer.key.facts.ref)
        act.commit()
    refused = producer.get("/me")
    assert (refused.status_code, refused.json()["code"]) == (401, "access-key-refused")
    assert "revoked" in refused.json()["detail"]


@pytest.mark.parametrize(
    ("values", "words"),
    [({"is_active": False}, "switched off"), ({"must_change_password": True}, "has not changed")],
)
def test_an_owner_who_may_not_act_has_no_keys_that_may(
    producer: Program, values: dict[str, object], words: str
) -> None:
    change_owner(producer, **values)
    refused = producer.get("/me")
    assert refused.status_code == 401
    assert words in refused.json()["detail"]


def test_why_a_key_no_longer_works_is_told_only_to_who_has_its_secret(site: Site, producer: Program) -> None:
    change_owner(producer, is_active=False)
    wrong = f"gimark_{producer.key.facts.prefix}_{'0' * 32}"
    told = site.client.get("/v1/me", headers={"authorization": f"Bearer {wrong}", "accept-language": "en"}).json()
    assert "switched off" not in told["detail"]
    assert "there is no such access key" in told["detail"]


def test_a_network_that_guesses_must_wait_and_others_need_not(site: Site, producer: Program) -> None:
    guess = {"authorization": "Bearer gimark_guess"}
    statuses = [site.client.get("/v1/me", headers=guess).status_code for _ in range(61)]
    assert statuses == [401] * 60 + [429]
    waiting = producer.get("/me")
    assert (waiting.status_code, waiting.headers["retry-after"]) == (429, "60")


def test_a_key_that_is_used_notes_the_day(site: Site, producer: Program) -> None:
    def last_used(store: Store) -> object:
        with store.reading() as session:
            return session.scalars(select(AccessKey.last_used_on)).one()

    assert last_used(site.county.store) is None
    producer.get("/me")
    assert str(last_used(site.county.store)) == "2026-11-22"


def test_a_role_that_shrank_takes_its_keys_along(site: Site, producer: Program) -> None:
    change_owner(producer, role="auditor", enterprise_id=None)
    assert producer.get("/me").json()["scopes"] == ["manage_access", "read"]


def test_a_narrow_key_says_so(site: Site, producer: Program) -> None:
    narrow = program(site, producer.actor, Permission.READ)
    assert narrow.get("/me").json()["scopes"] == ["read"]


def test_no_cookie_is_ever_set(producer: Program) -> None:
    assert "set-cookie" not in producer.get("/me").headers


def test_the_description_is_open_to_all(site: Site) -> None:
    found = site.client.get("/v1/openapi.json")
    assert found.status_code == 200
    assert found.json()["openapi"].startswith("3.1")
    assert found.json()["servers"] == [{"url": "/v1"}]


def test_a_version_that_is_known_is_not_sent_again(producer: Program) -> None:
    tag = producer.get("/me").headers["etag"]
    for known in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        again = producer.get("/me", **{"if-none-match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert producer.get("/me", **{"if-none-match": '"x"'}).status_code == 200


def test_an_unknown_address_and_method_are_problems_too(producer: Program) -> None:
    assert producer.get("/nothing").json()["code"] == "not-found"
    refused = producer.ask("DELETE", "/me")
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET")
    assert refused.headers["content-type"] == "application/problem+json"


def test_the_log_says_whose_program_acted_with_which_key_and_what_came_of_it(
    producer: Program, regulator: Program
) -> None:
    with structlog.testing.capture_logs() as logged:
        regulator.make("/towns", {"code": "999001077", "name": "岭上乡"})
        producer.make("/towns", {"code": "999001078", "name": "岭下乡"})
        producer.get("/towns")
    told = [line for line in logged if line["event"] == "asked"]
    assert [(line["user"], line["operation"], line["status"]) for line in told] == [
        ("regulator", "make_town", 201),
        (producer.actor.name, "make_town", 403),
    ]
    assert [line["key"] for line in told] == [regulator.key.facts.prefix, producer.key.facts.prefix]
    assert regulator.key.token.rpartition("_")[2] not in str(logged)


def test_a_day_of_use_that_cannot_be_noted_keeps_nobody_out(producer: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object) -> None:
        raise StoreFailedError((Fault("", "磁盘已满", "the disk is full", "请腾出空间", "Make room"),))

    monkeypatch.setattr(door, "note_use", refuse)
    with structlog.testing.capture_logs() as logged:
        assert producer.get("/me").status_code == 200
    assert [line["log_level"] for line in logged] == ["warning"]


def test_a_database_that_is_gone_is_a_503_that_says_when_to_come_back(
    producer: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_arguments: object) -> None:
        raise OperationalError("SELECT", {}, Exception("server closed the connection unexpectedly"))

    monkeypatch.setattr(door, "holder_of", gone)
    refused = producer.get("/me")
    assert (refused.status_code, refused.json()["code"]) == (503, "store-failed")
    assert refused.headers["retry-after"] == "1"
    assert "SELECT" not in refused.text
