"""Notices to the public: published, listed from the newest, taken down, kept on file."""

from datetime import timedelta

import pytest

from gimark.accounts.rules import Actor
from gimark.clock import FixedClock
from gimark.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from gimark.registry.notices.actions import LONGEST_BODY, NoticeForm, publish_notice, withdraw_notice
from gimark.registry.notices.queries import notice_on_file, notices_on_file, public_notice, public_notices
from gimark.store.paging import Wanted
from gimark.store.unit_of_work import Store
from tests.county import County, make_county, on_both

BODY = "第一段\r\n还是第一段\r\n\r\n第二段"


@pytest.fixture
def county(request: pytest.FixtureRequest, clock: FixedClock) -> County:
    """On SQLite, or on the database that a test names."""
    engine = request.getfixturevalue(f"{getattr(request, 'param', 'sqlite')}_engine")
    return make_county(Store(engine, clock))


def publish(county: County, title: str = "关于召回的公告", body: str = BODY, actor: Actor | None = None) -> str:
    with county.store.acting() as act:
        ref = publish_notice(act, actor or county.regulator, NoticeForm(title, body)).ref
        act.commit()
    return ref


def take_down(county: County, ref: str, actor: Actor) -> None:
    with county.store.acting() as act:
        withdraw_notice(act, actor, ref)
        act.commit()


@on_both
def test_what_is_published_is_shown_until_it_is_taken_down_and_kept_for_good(county: County, clock: FixedClock) -> None:
    first = publish(county)
    clock.at += timedelta(days=1)
    second = publish(county, "第二则")
    newest = Wanted(1, newest_first=True)
    with county.store.reading() as session:
        found = public_notices(session, newest)
        assert ([one.ref for one in found.items], found.next) == ([second], second)
        assert [one.ref for one in public_notices(session, Wanted(1, second, newest_first=True)).items] == [first]
        assert public_notice(session, first).paragraphs == (("第一段", "还是第一段"), ("第二段",))
    take_down(county, first, county.lead)
    with pytest.raises(ConflictError):
        take_down(county, first, county.lead)
    with county.store.reading() as session:
        assert [one.ref for one in public_notices(session, Wanted()).items] == [second]
        with pytest.raises(NotFoundError):
            public_notice(session, first)
        kept = notice_on_file(session, county.regulator, first)
        assert (kept.published_by, kept.withdrawn_by, kept.withdrawn_at) == ("regulator", "lead", clock.at)
        assert len(notices_on_file(session, county.lead, Wanted()).items) == 2
        for ask in (
            lambda: notices_on_file(session, county.producer, Wanted()),
            lambda: notice_on_file(session, county.producer, second),
        ):
            with pytest.raises(NotFoundError):
                ask()


@pytest.mark.parametrize(
    ("title", "body", "field"),
    [
        ("", BODY, "title"),
        ("一" * 121, BODY, "title"),
        ("两\n行", BODY, "title"),
        ("公告", "\n \n", "body"),
        ("公告", "一" * (LONGEST_BODY + 1), "body"),
        ("公告", "制表\t符", "body"),
        ("公告", "\u202e倒写", "body"),
    ],
)
def test_what_cannot_be_read_is_not_published(county: County, title: str, body: str, field: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        publish(county, title, body)
    assert {fault.field for fault in caught.value.faults} == {field}


def test_only_the_office_publishes_and_takes_down(county: County) -> None:
    ref = publish(county)
    with pytest.raises(NotAllowedError):
        publish(county, actor=county.producer)
    with pytest.raises(NotAllowedError):
        take_down(county, ref, county.producer)
    with pytest.raises(NotFoundError):
        take_down(county, "0" * 16, county.regulator)
