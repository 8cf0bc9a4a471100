"""Registering packed lots, one or thousands in one act: what is looked up is read once for all of them.

Each form is judged by the same checks in the same order; `judge_batches` says everything that is wrong with each, and
`enter_batches` makes official what nothing was wrong with. What is official was judged under the ledger's lock, so that
nothing comes between; thousands are judged and checked before it is taken too (`checked_entries`), for others wait.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from sqlalchemy import insert, select, tuple_

from gimark.accounts.rules import Actor, Permission, not_found, require, require_enterprise
from gimark.clock import local_day
from gimark.codes.lot import check_lot
from gimark.errors import ConflictError, Fault, GimarkError, NotAuthorisedError, invalid
from gimark.ledger import book
from gimark.production.model import Batch, EntryKind, SeasonSums
from gimark.production.rules import BatchTerms, check_terms
from gimark.production.seasons import add_to_season, season_at
from gimark.registry.authorizations.queries import AuthorizationFacts, authorizations_of, fitting
from gimark.registry.items.model import TradeItem, TradeItemRight
from gimark.registry.rights.model import RightTown, Town
from gimark.store.base import new_ref
from gimark.store.parts import parts
from gimark.store.unit_of_work import Act
from gimark.texts import SHORT, checked_text

# Thousands of rows are written past the ORM: to build and map them costs more than to run the statement.
_TABLES = Batch.metadata.tables


@dataclass(frozen=True, slots=True)
class BatchForm:
    """A batch as registered; `planned_g` in grams, days in Asia/Shanghai."""

    item_ref: str
    lot: str
    town_code: str
    harvested_from: date
    harvested_until: date
    planned_g: int
    producer_lot: str | None = None

    @property
    def terms(self) -> BatchTerms:
        """What may change about it later."""
        return BatchTerms(self.town_code, self.harvested_from, self.harvested_until, self.planned_g)


@dataclass(frozen=True, slots=True)
class Permitted:
    """A form that may be registered, whose it is, and by key and ledger index the item that it is of and the
    authorizations that it is registered under.
    """

    form: BatchForm
    enterprise_id: int
    item_id: int
    item_index: int
    authorizations: tuple[tuple[int, int], ...]

    @property
    def entry(self) -> dict[str, object]:
        """What the ledger will say of it."""
        return {
            "item": self.item_index,
            "authorizations": [index for _, index in self.authorizations],
            "lot": self.form.lot,
            **entry_fields(self.form.terms, confirmed=False),
        }


def judge_batches(act: Act, actor: Actor, forms: Sequence[BatchForm]) -> list[Permitted | tuple[GimarkError, ...]]:
    """What becomes of each form: it may be registered, or everything that forbids it.

    InvalidInputError for the lot, the days, the mass or a town outside a used right's area; NotAuthorisedError when a
    right the item carries has no active authorization for its class; ConflictError when the item has this lot already,
    or an earlier one of `forms` has; NotFoundError, alone, for an item that is not there or is another's. Raises
    NotAllowedError for an actor who may register none.

    It holds for as long as the ledger does not grow.
    """
    require(actor, Permission.MANAGE_BATCHES)
    register = _Register(act, actor, forms)
    return [_judged(register, form) for form in forms]


def checked_entries(actor: Actor, permitted: Iterable[Permitted]) -> frozenset[Permitted]:
    """`permitted`, once the ledger's schema was asked about the entry of each. It needs no lock. Raises LedgerError."""
    checked = frozenset(permitted)
    book.check_all("batch.register", actor.ledger_word, (one.entry for one in checked))
    return checked


def enter_batches(
    act: Act, actor: Actor, permitted: Sequence[Permitted], checked: frozenset[Permitted] = frozenset()
) -> list[str]:
    """Register what was permitted in this act (ledger: batch.register, one entry each), in order; their references.

    Those in `checked` need not be held against the schema again.
    """
    checked_entries(actor, (one for one in permitted if one not in checked))
    entries = [one.entry for one in permitted]
    indices = book.append_all(act, "batch.register", actor.ledger_word, entries, are_checked=True)
    if not permitted:
        return []
    rows = [_row(act, one, index) for one, index in zip(permitted, indices, strict=True)]
    act.session.connection().execute(insert(_TABLES["batch"]), rows)
    of_these = select(Batch.id).where(Batch.ledger_index.between(indices[0], indices[-1]))
    _insert_what_goes_with(act, permitted, indices, act.session.scalars(of_these.order_by(Batch.ledger_index)).all())
    return [str(row["ref"]) for row in rows]


def covering(act: Act, item: TradeItem, day: date) -> list[AuthorizationFacts]:
    """One authorization for each right the item carries, active on `day` for its class, in ledger order.

    Raises NotAuthorisedError naming every right that has none: a package carries all of its rights or no mark.
    """
    rights = act.session.scalars(select(TradeItemRight.right_id).where(TradeItemRight.item_id == item.id)).all()
    held = authorizations_of(act.session, item.enterprise_id, rights)
    chosen: list[AuthorizationFacts] = []
    faults: list[Fault] = []
    for right_id in rights:
        mine = [a for a in held if a.right_id == right_id]
        if (permitted := fitting(mine, item.product_class, day)) is not None:
            chosen.append(permitted)
        else:
            faults.append(_unauthorised(item, mine, day))
    if faults:
        raise NotAuthorisedError(tuple(faults))
    return sorted(chosen, key=lambda authorization: authorization.ledger_index)


def check_town(act: Act, item: TradeItem, town_code: str) -> None:
    """Refuse a town that is not there, or lies outside the area of a right that the item carries."""
    if act.session.get(Town, town_code) is None:
        raise invalid(
            "town",
            f"没有乡镇代码 {town_code}",
            f"unknown town code {town_code}",
            "请从乡镇名录中选择",
            "Choose from the list of towns",
        )
    rights = select(TradeItemRight.right_id).where(TradeItemRight.item_id == item.id)
    inside = select(RightTown.right_id).where(RightTown.town_code == town_code)
    if act.session.scalars(rights.where(TradeItemRight.right_id.not_in(inside))).all():
        raise invalid(
            "town",
            f"乡镇 {town_code} 不在所用地理标志的保护范围内",
            f"town {town_code} lies outside the area of a right the item carries",
            "产地须在每一项权利的范围内；请核对基地所在乡镇",
            "The site must lie inside the area of every right used; check its town",
        )


def entry_fields(terms: BatchTerms, *, confirmed: bool) -> dict[str, object]:
    """The terms as a ledger entry says them; what was packed only where that is `confirmed`."""
    fields: dict[str, object] = {
        "town": terms.town_code,
        "harvested_from": terms.harvested_from.isoformat(),
        "harvested_until": terms.harvested_until.isoformat(),
        "planned_g": terms.planned_g,
    }
    if confirmed:
        fields |= {"packed_g": terms.packed_g, "packed_on": terms.packed_on and terms.packed_on.isoformat()}
    return fields


@dataclass
class _Register:
    """What judging looks at, each part read once. Nobody changes it while the act has the ledger's lock."""

    act: Act
    actor: Actor
    forms: Sequence[BatchForm]
    _towns: dict[tuple[int, str], GimarkError | None] = field(default_factory=dict)
    _covering: dict[int, GimarkError | tuple[AuthorizationFacts, ...]] = field(default_factory=dict)

    @cached_property
    def today(self) -> date:
        """The day of the act."""
        return local_day(self.act.now)

    @cached_property
    def items(self) -> dict[str, TradeItem]:
        """The items that the forms name, by reference."""
        refs = {form.item_ref for form in self.forms}
        rows = self.act.session.scalars(select(TradeItem).where(TradeItem.ref.in_(refs)))
        return {row.ref: row for row in rows}

    @cached_property
    def lots(self) -> set[tuple[int, str]]:
        """The lots, by item, that are registered already or were permitted here, of those that the forms name."""
        asked = [(self.items[f.item_ref].id, f.lot) for f in self.forms if f.item_ref in self.items]
        found: set[tuple[int, str]] = set()
        for part in parts(asked):
            keys = tuple_(Batch.item_id, Batch.lot).in_(part)
            found.update((item_id, lot) for item_id, lot in self.act.session.execute(_LOTS.where(keys)))
        return found

    def check_town(self, item: TradeItem, town_code: str) -> None:
        """`check_town`, asked once of each item and town."""
        key = item.id, town_code
        if key not in self._towns:
            self._towns[key] = _error_of(lambda: check_town(self.act, item, town_code))
        if (error := self._towns[key]) is not None:
            raise error

    def covering(self, item: TradeItem) -> tuple[AuthorizationFacts, ...]:
        """`covering` today, asked once of each item."""
        if item.id not in self._covering:
            try:
                self._covering[item.id] = tuple(covering(self.act, item, self.today))
            except NotAuthorisedError as error:
                self._covering[item.id] = error
        found = self._covering[item.id]
        if isinstance(found, GimarkError):
            raise found
        return found


_LOTS = select(Batch.item_id, Batch.lot)


def _judged(register: _Register, form: BatchForm) -> Permitted | tuple[GimarkError, ...]:
    item = register.items.get(form.item_ref)
    if item is None:
        return (not_found("item"),)
    if (error := _error_of(lambda: require_enterprise(register.actor, item.enterprise_id, "item"))) is not None:
        return (error,)
    errors = tuple(error for check in _checks(register, form, item) if (error := _error_of(check)) is not None)
    if errors:
        return errors
    register.lots.add((item.id, form.lot))
    under = tuple((authorization.id, authorization.ledger_index) for authorization in register.covering(item))
    return Permitted(form, item.enterprise_id, item.id, item.ledger_index, under)


def _checks(register: _Register, form: BatchForm, item: TradeItem) -> Iterator[Callable[[], object]]:
    """What is asked of a form, in the order in which it is refused."""
    producer_lot = form.producer_lot
    yield lambda: check_lot(form.lot, "lot")
    if producer_lot is not None:
        yield lambda: checked_text(producer_lot, "producer_lot", SHORT)
    yield lambda: check_terms(form.terms, register.today)
    yield lambda: register.check_town(item, form.town_code)
    yield lambda: _check_new(register, item, form.lot)
    yield lambda: register.covering(item)


def _error_of(check: Callable[[], object]) -> GimarkError | None:
    try:
        check()
    except GimarkError as error:
        return error
    return None


def _check_new(register: _Register, item: TradeItem, lot: str) -> None:
    if (item.id, lot) in register.lots:
        raise ConflictError(
            (
                Fault(
                    "batch",
                    f"这种商品已有批次 {lot}",
                    f"this item has a lot {lot} already",
                    "请换一个批次号",
                    "Give the lot another number",
                ),
            )
        )


def _row(act: Act, one: Permitted, index: int) -> dict[str, object]:
    form = one.form
    return {
        "ref": new_ref(),
        "item_id": one.item_id,
        "lot": form.lot,
        "producer_lot": form.producer_lot,
        "town_code": form.town_code,
        "harvested_from": form.harvested_from,
        "harvested_until": form.harvested_until,
        "planned_g": form.planned_g,
        "is_recalled": False,
        "registered_at": act.now,
        "ledger_index": index,
    }


def _insert_what_goes_with(
    act: Act, permitted: Sequence[Permitted], indices: Sequence[int], ids: Sequence[int]
) -> None:
    """The volume, the place in the enterprise's list and the authorizations of each batch, and the season's sums."""
    volumes = [{"batch_id": id_, "issued_g": 0, "activated_g": 0} for id_ in ids]
    listed = [
        {"enterprise_id": one.enterprise_id, "kind": EntryKind.BATCH, "ledger_index": index}
        for one, index in zip(permitted, indices, strict=True)
    ]
    under = [
        {"batch_id": id_, "authorization_id": authorization_id}
        for one, id_ in zip(permitted, ids, strict=True)
        for authorization_id, _ in one.authorizations
    ]
    connection = act.session.connection()
    for table, rows in (("batch_volume", volumes), ("enterprise_entry", listed), ("batch_authorization", under)):
        connection.execute(insert(_TABLES[table]), rows)
    sums: dict[int, Counter[str]] = defaultdict(Counter)
    for one in permitted:
        sums[one.enterprise_id].update(batches=1, base_g=one.form.planned_g)
    for enterprise_id, added in sorted(sums.items()):
        add_to_season(act, SeasonSums, season_at(act.now), enterprise_id, added)


def _unauthorised(item: TradeItem, held: list[AuthorizationFacts], day: date) -> Fault:
    if not held:
        why_zh, why_en = "没有取得授权", "was never granted"
    else:
        standing = held[-1].history.standing_on(day)[0]
        why_zh = {
            "active": f"不含“{item.product_class}”类别",
            "not_yet": "尚未生效",
            "expired": "已到期",
            "suspended": "已暂停",
            "revoked": "已撤销",
        }[standing]
        why_en = f"does not cover the class {item.product_class}" if standing == "active" else f"is {standing}"
    return Fault(
        "authorization",
        f"这种商品所用的一项权利在 {day} {why_zh}",
        f"on {day} the authorization for a right this item carries {why_en}",
        "请向监管部门申请授权，或改用不含该权利的商品",
        "Apply to the regulator for the authorization, or use an item without that right",
    )
