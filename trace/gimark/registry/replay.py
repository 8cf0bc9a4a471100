"""The registry's acts as the ledger should hold them, read back from the rows."""

from collections.abc import Iterator, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from gimark.ledger.replay import ExpectedEntry
from gimark.registry.authorizations.model import Authorization, AuthorizationChange
from gimark.registry.authorizations.rules import ChangeKind
from gimark.registry.enterprises.actions import public_fields
from gimark.registry.enterprises.model import Enterprise, EnterpriseKind, PersonErasure
from gimark.registry.items.model import TradeItem, TradeItemRight
from gimark.registry.rights.facts import FactValue, facts_of, logged_fields
from gimark.registry.rights.model import FactName, GiProduct, Right, RightChange
from gimark.registry.rights.queries import towns_of


def expected_entries(session: Session) -> Iterator[ExpectedEntry]:
    """One for every right, enterprise, trade item, authorization, change and erasure."""
    yield from _rights(session)
    yield from _enterprises(session)
    yield from _items(session)
    yield from _authorizations(session)
    yield from _changes(session)
    yield from _erasures(session)


def differing_rights(session: Session) -> Iterator[tuple[int, str]]:
    """(ledger index, what differs) of amendments that the next one, or the right's row, does not follow on."""
    for right in session.scalars(select(Right)):
        for change, values in _states(session, right):
            if change is None:
                continue
            for name, after in change.after.items():
                if values[FactName(name)] != after:
                    yield change.ledger_index, f"right.set {name}: row {values[FactName(name)]!r}, act {after!r}"


def differing_persons(session: Session) -> Iterator[tuple[int, str]]:
    """(ledger index, what differs) of sole traders whose salt is gone without an act, or there in spite of one."""
    erased = select(PersonErasure.id).where(PersonErasure.enterprise_id == Enterprise.id).exists()
    asked = select(Enterprise.ledger_index, erased).where(
        Enterprise.kind == EnterpriseKind.SOLE_TRADER, Enterprise.subject_salt.is_(None) != erased
    )
    for index, is_erased in session.execute(asked):
        yield index, "subject: the salt is there in spite of an erasure" if is_erased else "subject: the salt is gone"


def _rights(session: Session) -> Iterator[ExpectedEntry]:
    rows = session.execute(select(Right, GiProduct.name_zh).join(GiProduct, GiProduct.id == Right.product_id))
    for right, product in rows:
        for change, values in _states(session, right):
            fields = logged_fields(product, right.kind, values)
            if change is None:
                yield ExpectedEntry(right.ledger_index, "right.set", fields)
            else:
                amends = {"amends": right.ledger_index}
                yield ExpectedEntry(change.ledger_index, "right.set", fields | amends, change.at)


def _states(session: Session, right: Right) -> Iterator[tuple[RightChange | None, Mapping[FactName, FactValue]]]:
    """Each amendment with the facts after it, the last one first, and None with the facts as registered.

    The row says what is so now; every amendment undone leads to what was so before it.
    """
    values = facts_of(right, towns_of(session, right)).values()
    changes = session.scalars(
        select(RightChange).where(RightChange.right_id == right.id).order_by(RightChange.ledger_index.desc())
    )
    for change in changes:
        yield change, values
        values = values | {FactName(name): value for name, value in change.before.items()}
    yield None, values


def _enterprises(session: Session) -> Iterator[ExpectedEntry]:
    for row in session.scalars(select(Enterprise)):
        fields = public_fields(row.kind, row.name_zh, row.uscc, row.subject_salt)
        yield ExpectedEntry(row.ledger_index, "enterprise.set", fields)


def _items(session: Session) -> Iterator[ExpectedEntry]:
    rows = session.execute(
        select(TradeItem, Enterprise.ledger_index).join(Enterprise, Enterprise.id == TradeItem.enterprise_id)
    )
    for item, enterprise_index in rows:
        rights = session.scalars(
            select(Right.ledger_index)
            .join(TradeItemRight, TradeItemRight.right_id == Right.id)
            .where(TradeItemRight.item_id == item.id)
            .order_by(Right.id)
        )
        yield ExpectedEntry(
            item.ledger_index,
            "item.set",
            {
                "enterprise": enterprise_index,
                "gtin": item.gtin,
                "name": item.name_zh,
                "class": item.product_class,
                "grade": item.grade,
                "net_g": item.net_g,
                "rights": list(rights),
            },
        )


def _authorizations(session: Session) -> Iterator[ExpectedEntry]:
    rows = session.execute(
        select(Authorization, Enterprise.ledger_index, Right.ledger_index)
        .join(Enterprise, Enterprise.id == Authorization.enterprise_id)
        .join(Right, Right.id == Authorization.right_id)
    )
    for row, enterprise_index, right_index in rows:
        fields: dict[str, object] = {
            "enterprise": enterprise_index,
            "right": right_index,
            "classes": row.classes,
            "number": row.number,
            "from": row.valid_from.isoformat(),
            "until": row.valid_until and row.valid_until.isoformat(),
        }
        if row.labels_per_year is not None:
            fields["labels_per_year"] = row.labels_per_year
        yield ExpectedEntry(row.ledger_index, "authorization.grant", fields, row.granted_at)


def _changes(session: Session) -> Iterator[ExpectedEntry]:
    rows = session.execute(
        select(AuthorizationChange, Authorization.ledger_index).join(
            Authorization, Authorization.id == AuthorizationChange.authorization_id
        )
    )
    for change, authorization_index in rows:
        fields: dict[str, object] = {"authorization": authorization_index, "reason": change.reason}
        fields |= change.terms if change.terms is not None else {"from": change.effective_on.isoformat()}
        # An amendment's entry tells no day: it is in force from the day it was made.
        day = change.effective_on if change.kind is ChangeKind.AMEND else None
        yield ExpectedEntry(change.ledger_index, f"authorization.{change.kind}", fields, change.at, day)


def _erasures(session: Session) -> Iterator[ExpectedEntry]:
    rows = session.execute(
        select(PersonErasure, Enterprise.ledger_index).join(Enterprise, Enterprise.id == PersonErasure.enterprise_id)
    )
    for erasure, enterprise_index in rows:
        fields: dict[str, object] = {"entry": enterprise_index, "reason": erasure.reason}
        yield ExpectedEntry(erasure.ledger_index, "correction", fields, erasure.at)
