"""Reading the public register: its enterprises with their authorizations as they stand on a day.

How an authorization stands is said by one rule (`History.standing_on`); the database only narrows down, by what that
rule needs, whom to ask it about. So a page costs what its entries cost, however long the register is.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from gimark.registry.authorizations.model import Authorization, AuthorizationChange
from gimark.registry.authorizations.queries import AuthorizationFacts, authorizations
from gimark.registry.authorizations.rules import ChangeKind, Standing
from gimark.registry.directory.listing import (
    DirectoryPage,
    ListedAuthorization,
    ListedClass,
    ListedEnterprise,
    ListedItem,
    ListedRight,
)
from gimark.registry.directory.rules import Wanted, may_be_named
from gimark.registry.enterprises.model import Enterprise, EnterpriseKind
from gimark.registry.items.model import TradeItem
from gimark.registry.rights.model import GiProduct, ProductClass, Right, Town

PORTION = 200
MOST_ITEMS = 200


def directory(session: Session, wanted: Wanted, today: date, after: int | None, limit: int) -> DirectoryPage:
    """The `limit` enterprises behind ledger index `after` that fit `wanted`, as they stand `today`.

    An enterprise fits a right and a standing when one authorization of its own fits both; all of them are shown.
    """
    names = _Names(session)
    found: list[ListedEnterprise] = []
    for enterprise in _candidates(session, names, wanted, today, after, limit):
        if not any(_fits(held, wanted) for held in enterprise.authorizations):
            continue
        if len(found) == limit:
            return DirectoryPage(tuple(found), found[-1].ledger_index)
        found.append(enterprise)
    return DirectoryPage(tuple(found), None)


def listed(session: Session, key: str, today: date) -> ListedEnterprise | None:
    """The enterprise on the register with the reference or USCC `key`; None when there is none, or none to be named so.

    An enterprise that was never authorised is not on the register.
    """
    of = or_(Enterprise.ref == key, and_(Enterprise.uscc == key, is_named()))
    row = session.scalar(select(Enterprise).where(of, _holds()))
    if row is None:
        return None
    return _listed(session, _Names(session), [row], today)[0]


def listed_items(session: Session, enterprise: ListedEnterprise) -> list[ListedItem]:
    """The items of an enterprise in the order of registration; none where it may not be named, as they may name it."""
    if enterprise.uscc is None:
        return []
    rows = session.scalars(
        select(TradeItem)
        .join(Enterprise, Enterprise.id == TradeItem.enterprise_id)
        .where(Enterprise.ref == enterprise.ref)
        .order_by(TradeItem.ledger_index)
        .limit(MOST_ITEMS)
    )
    return [ListedItem(row.gtin, row.name_zh, row.name_en, row.net_g) for row in rows]


def listed_rights(session: Session) -> list[ListedRight]:
    """Every right, product by product, in the order of registration."""
    rows = session.execute(
        select(Right, GiProduct)
        .join(GiProduct, GiProduct.id == Right.product_id)
        .order_by(GiProduct.id, Right.ledger_index)
    )
    return [_right(right, product) for right, product in rows]


def authorised_count(session: Session) -> int:
    """How many enterprises are on the register, whatever their authorizations' state."""
    return session.scalars(select(func.count()).select_from(Enterprise).where(_holds())).one()


class _Names:
    """The few rows that every enterprise's entry draws its words from: rights, classes, towns."""

    def __init__(self, session: Session) -> None:
        rows = session.execute(select(Right, GiProduct).join(GiProduct, GiProduct.id == Right.product_id)).all()
        self.rights = {right.id: _right(right, product) for right, product in rows}
        self.product_of = {right.id: right.product_id for right, _ in rows}
        self.classes = {(row.product_id, row.key): row for row in session.scalars(select(ProductClass))}
        self.towns = {row.code: row for row in session.scalars(select(Town))}

    def of_class(self, right_id: int, key: str) -> ListedClass:
        """A class by its key; one that has no row of its own is called by its key."""
        row = self.classes.get((self.product_of[right_id], key))
        return ListedClass(key, None) if row is None else ListedClass(row.name_zh, row.name_en)


def _candidates(
    session: Session, names: _Names, wanted: Wanted, today: date, after: int | None, limit: int
) -> Iterator[ListedEnterprise]:
    """Enterprises in order that may fit: read in portions, for most that are asked about do fit."""
    size = limit + 1
    asked = _asked(wanted, today)
    while True:
        beyond = asked if after is None else asked.where(Enterprise.ledger_index > after)
        rows = session.scalars(beyond.limit(size)).all()
        yield from _listed(session, names, rows, today)
        if len(rows) < size:
            return
        after, size = rows[-1].ledger_index, PORTION


def _asked(wanted: Wanted, today: date) -> Select[Enterprise]:
    asked = select(Enterprise).where(_holds(*_may_fit(wanted, today))).order_by(Enterprise.ledger_index)
    for part in wanted.parts:
        asked = asked.where(
            is_named(),
            or_(
                Enterprise.name_zh.contains(part, autoescape=True),
                func.lower(Enterprise.name_en).contains(part.lower(), autoescape=True),
                Enterprise.uscc.contains(part.upper(), autoescape=True),
            ),
        )
    return asked


def is_named() -> ColumnElement[bool]:
    """`may_be_named` for the database."""
    return or_(Enterprise.kind != EnterpriseKind.SOLE_TRADER, Enterprise.subject_salt.is_not(None))


def _holds(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(Authorization.enterprise_id == Enterprise.id, *conditions)


def _may_fit(wanted: Wanted, today: date) -> Iterator[ColumnElement[bool]]:
    """What an authorization must have to fit; more of them have it than fit, never fewer."""
    if wanted.right is not None:
        rights = select(Right.id).join(GiProduct, GiProduct.id == Right.product_id)
        named = or_(Right.ref == wanted.right, GiProduct.ref == wanted.right)
        yield Authorization.right_id.in_(rights.where(named))
    if wanted.standing is not None:
        yield may_stand(wanted.standing, today)


def may_stand(standing: Standing, today: date) -> ColumnElement[bool]:
    """What an authorization's rows must show for it to stand so; more of them show it than do, never fewer."""
    begins, ends = Authorization.valid_from, Authorization.valid_until
    amended = _was_changed(ChangeKind.AMEND)
    match standing:
        case Standing.SUSPENDED:
            return _was_changed(ChangeKind.SUSPEND)
        case Standing.REVOKED:
            return _was_changed(ChangeKind.REVOKE)
        case Standing.NOT_YET:
            return or_(amended, begins > today)
        case Standing.EXPIRED:
            return or_(amended, ends < today)
        case Standing.ACTIVE:
            return or_(amended, and_(begins <= today, or_(ends.is_(None), ends >= today)))


def _was_changed(kind: ChangeKind) -> ColumnElement[bool]:
    return exists().where(AuthorizationChange.authorization_id == Authorization.id, AuthorizationChange.kind == kind)


def _fits(held: ListedAuthorization, wanted: Wanted) -> bool:
    of_right = wanted.right is None or wanted.right in (held.right.ref, held.right.product_ref)
    return of_right and wanted.standing in (None, held.standing)


def _listed(session: Session, names: _Names, rows: Sequence[Enterprise], today: date) -> list[ListedEnterprise]:
    granted = session.execute(
        select(Authorization.id, Authorization.granted_at)
        .where(Authorization.enterprise_id.in_([row.id for row in rows]))
        .order_by(Authorization.ledger_index)
    ).all()
    granted_at: dict[int, datetime] = dict(granted)
    held: dict[int, list[ListedAuthorization]] = {}
    for facts in authorizations(session, list(granted_at)):
        one = _authorization(facts, names, granted_at, today)
        held.setdefault(facts.enterprise_id, []).append(one)
    return [_enterprise(row, names, held.get(row.id, [])) for row in rows]


def _authorization(
    facts: AuthorizationFacts, names: _Names, granted_at: Mapping[int, datetime], today: date
) -> ListedAuthorization:
    terms = facts.history.terms_on(today)
    standing, change = facts.history.standing_on(today)
    return ListedAuthorization(
        ref=facts.ref,
        right=names.rights[facts.right_id],
        standing=standing,
        since=None if change is None else change.effective_on,
        reason=None if change is None else change.reason,
        number=terms.number,
        classes=tuple(names.of_class(facts.right_id, key) for key in terms.classes),
        valid_from=terms.valid_from,
        valid_until=terms.valid_until,
        granted_at=granted_at[facts.id],
        ledger_index=facts.ledger_index,
        history=facts.history,
    )


def _enterprise(row: Enterprise, names: _Names, held: Sequence[ListedAuthorization]) -> ListedEnterprise:
    is_named = may_be_named(
        is_sole_trader=row.kind is EnterpriseKind.SOLE_TRADER, has_salt=row.subject_salt is not None
    )
    town = names.towns[row.town_code]
    return ListedEnterprise(
        ref=row.ref,
        kind=row.kind,
        name_zh=row.name_zh if is_named else None,
        name_en=row.name_en if is_named else None,
        uscc=row.uscc if is_named else None,
        address=row.address if is_named else None,
        town_zh=town.name_zh,
        town_en=town.name_en,
        ledger_index=row.ledger_index,
        authorizations=tuple(held),
    )


def _right(right: Right, product: GiProduct) -> ListedRight:
    return ListedRight(
        ref=right.ref,
        kind=right.kind,
        product_ref=product.ref,
        gi_zh=product.name_zh,
        gi_en=product.name_en,
        holder=right.holder,
        announcement=right.announcement,
        trademark=right.trademark,
        ledger_index=right.ledger_index,
    )
