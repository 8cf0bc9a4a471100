"""`gimark access …` and `gimark user password`: from a one-time password to a key that the API takes."""

import re
from pathlib import Path

import pytest

from api.installation import Installation
from gimark.accounts.access.queries import holder_of
from gimark.accounts.actions import verify_password
from gimark.accounts.rules import Permission, Role
from gimark.clock import local_day
from gimark.errors import AccessKeyRefusedError
from gimark.store.unit_of_work import Store
from tests.api.site import installation
from tests.county import County, make_county, staff
from tests.scripts.cli.terminal import gimark, sit_at

NEW = "松坞 香菇 好雨 时节 晴"


@pytest.fixture
def county(store: Store) -> County:
    return make_county(store)


@pytest.fixture
def here(county: County, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    here = installation(county, tmp_path / "data")
    sit_at(here, monkeypatch)
    return here


def made(*arguments: str) -> tuple[str, str]:
    """Reference and token of a key that a command made."""
    told = gimark("access", "create", *arguments).output
    ref, token = re.search(r"key (\w{16})", told), re.search(r"gimark_\w{8}_\w{32}", told)
    assert ref is not None
    assert token is not None
    return ref[1], token[0]


@pytest.mark.usefixtures("here")
def test_a_key_is_made_listed_without_its_secret_and_ended(county: County) -> None:
    today = local_day(county.store.clock.now())
    ref, token = made("ERP", "--scope", "read", "--scope", "issue_codes", "--until", "2027-06-30", "--as", "producer-1")
    with county.store.reading() as session:
        holder = holder_of(session, token, today)
    assert holder.actor.permissions == {Permission.READ, Permission.ISSUE_CODES}
    listed = gimark("access", "list", "--as", "producer-1").output
    assert ref in listed
    assert token not in listed
    assert "issue_codes read" in listed
    gimark("access", "revoke", ref, "--as", "producer-2", code=1)
    gimark("access", "revoke", ref, "--as", "producer-1")
    assert "吊销 / revoked" in gimark("access", "list", "--as", "producer-1").output
    with county.store.reading() as session, pytest.raises(AccessKeyRefusedError):
        holder_of(session, token, today)


@pytest.mark.usefixtures("here")
def test_an_owner_changes_the_one_time_password_before_a_key_works(county: County) -> None:
    staff(county.store, Role.ADMINISTRATOR)
    told = gimark("user", "add", "shenji-02", "--role", "auditor", "--as", "administrator").output
    given = told.split()[-1]
    _, token = made("reports", "--scope", "read", "--until", "2027-06-30", "--as", "shenji-02")
    today = local_day(county.store.clock.now())
    with county.store.reading() as session, pytest.raises(AccessKeyRefusedError, match="one-time password"):
        holder_of(session, token, today)
    refused = gimark("user", "password", "shenji-02", code=1, typed=f"wrong\n{NEW}\n")
    assert NEW not in refused.output
    assert NEW not in gimark("user", "password", "shenji-02", typed=f"{given}\n{NEW}\n").output
    assert not verify_password(county.store, "shenji-02", NEW).must_change_password
    with county.store.reading() as session:
        assert holder_of(session, token, today).actor.name == "shenji-02"


@pytest.mark.usefixtures("here")
def test_a_forgotten_password_is_replaced_by_an_administrator_alone(county: County) -> None:
    staff(county.store, Role.ADMINISTRATOR)
    gimark("user", "reset", "producer-1", "--as", "regulator", code=1)
    gimark("user", "reset", "nobody", "--as", "administrator", code=1)
    given = gimark("user", "reset", "producer-1", "--as", "administrator").output.split()[-1]
    assert verify_password(county.store, "producer-1", given).must_change_password


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("scope", "until", "words"),
    [
        ("everything", "2027-06-30", "no scope “everything”"),
        ("manage_users", "2027-06-30", "you have no “manage_users” to give"),
        ("read", "2026-11-21", "expires_on"),
        ("read", "2028-06-30", "expires_on"),
        ("read", "30.6.2027", "is not a day"),
    ],
)
def test_a_key_that_may_not_be_is_refused_with_its_remedy(scope: str, until: str, words: str) -> None:
    arguments = ("access", "create", "ERP", "--scope", scope, "--until", until, "--as", "producer-1")
    assert words in gimark(*arguments, code=1).output
