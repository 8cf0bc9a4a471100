"""A small county for tests: two rights, two enterprises, their items and authorizations; all invented."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import Engine

from gimark.accounts.model import User
from gimark.accounts.queries import as_actor
from gimark.accounts.rules import Actor, Role
from gimark.clock import local_day
from gimark.codes.cipher import SerialCipher
from gimark.issuance.issuing import IssueForm, issue_codes
from gimark.issuance.keyring import HeldKey, Keyring
from gimark.issuance.queries import RunFacts
from gimark.issuance.ranges import RangeForm, change_ranges
from gimark.issuance.rules import RangeKind, Span
from gimark.keys.signer import Ed25519Signer
from gimark.production.actions import confirm_batch, register_batch
from gimark.production.registering import BatchForm
from gimark.registry.authorizations.actions import ChangeForm, change_authorization, grant_authorization
from gimark.registry.authorizations.rules import ChangeKind, Terms
from gimark.registry.enterprises.actions import EnterpriseForm, register_enterprise
from gimark.registry.enterprises.model import Enterprise, EnterpriseKind
from gimark.registry.items.actions import TradeItemForm, register_item
from gimark.registry.rights.actions import ProductClassForm, RightForm, add_product, add_town, set_right
from gimark.registry.rights.model import RightKind, SourceTag
from gimark.store.unit_of_work import Act, Store

ORIGIN = "gi.yunxi.example"
TOWN, FAR_TOWN = "999001001", "999001002"
USCC, OTHER_USCC = "91331126MA00TEXT0C", "93331126MA00DEMX6R"
GTIN, OTHER_GTIN, THIRD_GTIN = "09521234500018", "09521234500025", "09521234500032"
HARVEST = (date(2026, 10, 1), date(2026, 10, 21))
PACKED_ON = date(2026, 11, 12)
TERMS = Terms(("dried",), "示例-2026-0007", date(2026, 3, 2), date(2029, 3, 1))
RIGHT = RightForm(
    product_ref="",
    kind=RightKind.GI_PRODUCT,
    holder="云溪县示例协会",
    towns=(TOWN,),
    valid_from=date(2020, 1, 1),
    valid_until=None,
    source="示例",
    source_tag=SourceTag.INVENTED,
    standard="GB/T 99952-2024",
    defined_grades=("一级",),
)
BATCH = BatchForm("", "YX26A0317", TOWN, *HARVEST, 250_000, "26-112")


def keyring(origin: str = ORIGIN) -> Keyring:
    """Test keys in term for the whole of any test's time; never used outside tests."""
    key = HeldKey(Ed25519Signer("0001", b"\x01" * 32), date(2020, 1, 1), date(2099, 1, 1))
    return Keyring(origin, origin, {"0001": key}, {1: SerialCipher(b"\x02" * 32, origin)})


# For tests whose point is the database: its locks, its transactions, its sums.
on_both = pytest.mark.parametrize(
    "county", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)


@dataclass
class County:
    """A store with a registry in it, and who acts."""

    store: Store
    regulator: Actor
    lead: Actor
    producer: Actor
    other_producer: Actor
    product_ref: str
    right_ref: str
    enterprise_ref: str
    item_ref: str
    other_item_ref: str
    authorization_ref: str
    keyring: Keyring = field(default_factory=keyring)

    def batch(self, *, confirmed: bool = True, form: BatchForm = BATCH, packed_g: int | None = None) -> str:
        """A registered (and confirmed) batch of the first item; its ref."""
        with self.store.acting() as act:
            batch = register_batch(act, self.producer, replace(form, item_ref=form.item_ref or self.item_ref))
            if confirmed:
                confirm_batch(act, self.producer, batch.ref, packed_g or form.planned_g, PACKED_ON)
            ref = batch.ref
            act.commit()
        return ref

    def right(self, *towns: str) -> str:
        """A second right over the same product, for these towns; its ref."""
        form = replace(RIGHT, product_ref=self.product_ref, kind=RightKind.CERTIFICATION_MARK, towns=towns)
        with self.store.acting() as act:
            ref = set_right(act, self.regulator, form).ref
            act.commit()
        return ref

    def item(self, *right_refs: str, product_class: str = "dried") -> str:
        """A third item, of the first enterprise, that carries these rights; its ref."""
        form = TradeItemForm(self.enterprise_ref, THIRD_GTIN, "云溪香菇 500 g", product_class, 500, right_refs)
        with self.store.acting() as act:
            ref = register_item(act, self.producer, form).ref
            act.commit()
        return ref

    def grant(self, right_ref: str, terms: Terms = TERMS) -> str:
        """An authorization for the first enterprise; its ref."""
        with self.store.acting() as act:
            ref = grant_authorization(act, self.regulator, self.enterprise_ref, right_ref, terms).ref
            act.commit()
        return ref

    def run(self, batch_ref: str, count: int = 1_000, key: str = "order-1") -> RunFacts:
        """A run issued for the batch."""
        return issue_codes(self.store, self.keyring, self.producer, IssueForm(batch_ref, count, key))

    def change(self, run: RunFacts, kind: RangeKind, *spans: Span, reason: str | None = None) -> int:
        """An act on ranges; its ledger index."""
        with self.store.acting() as act:
            done = change_ranges(act, self.producer, run.ref, RangeForm(kind, spans, reason))
            act.commit()
        return done.ledger_index

    def amend(self, **terms: object) -> None:
        """Change terms of the authorization from today."""
        form = ChangeForm(ChangeKind.AMEND, "示例理由", terms=replace(TERMS, **terms))  # type: ignore[arg-type]
        with self.store.acting() as act:
            change_authorization(act, self.regulator, self.authorization_ref, form)
            act.commit()

    def stop(self, kind: ChangeKind, day: date | None = None) -> None:
        """Suspend, restore or revoke the authorization from `day` (today when None)."""
        form = ChangeForm(kind, "示例理由", day or local_day(self.store.clock.now()))
        with self.store.acting() as act:
            change_authorization(act, self.regulator, self.authorization_ref, form, self.lead)
            act.commit()


def make_county(store: Store) -> County:
    """Fill an empty store. Of a SQLite file the first county of a moment is kept, and copied into the later ones."""
    if store.engine.dialect.name != "sqlite":
        return _fill(store)
    moment = store.clock.now()
    if moment not in _KEPT:
        _KEPT[moment] = (_fill(store), sqlite3.connect(":memory:", check_same_thread=False))
        _copy(store.engine, lambda own: own.backup(_KEPT[moment][1]))
        return _KEPT[moment][0]
    county, kept = _KEPT[moment]
    _copy(store.engine, kept.backup)
    return replace(county, store=store, keyring=keyring())


_KEPT: dict[datetime, tuple[County, sqlite3.Connection]] = {}


def _copy(engine: Engine, copy: Callable[[sqlite3.Connection], None]) -> None:
    connection = engine.raw_connection()
    try:
        copy(connection.driver_connection)  # type: ignore[arg-type]
    finally:
        connection.close()


def _fill(store: Store) -> County:
    with store.acting() as act:
        regulator = _hired(act, Role.REGULATOR, "regulator")
        lead = _hired(act, Role.REGULATOR_LEAD, "lead")
        for code, name in ((TOWN, "松坞镇"), (FAR_TOWN, "竹溪乡")):
            add_town(act, regulator, code, name, None)
        product = add_product(
            act,
            regulator,
            "云溪香菇",
            "Yunxi shiitake",
            [ProductClassForm("dried", "干香菇"), ProductClassForm("fresh", "保鲜菇")],
        )
        right = set_right(act, regulator, replace(RIGHT, product_ref=product.ref))
        items = []
        enterprises: list[Enterprise] = []
        for uscc, gtin, name in ((USCC, GTIN, "云溪县示例菌业有限公司"), (OTHER_USCC, OTHER_GTIN, "云溪县另一合作社")):
            enterprise = register_enterprise(
                act, regulator, EnterpriseForm(uscc, name, EnterpriseKind.COMPANY, TOWN, "云溪县松坞镇岭下路 8 号")
            )
            enterprises.append(enterprise)
            items.append(
                register_item(
                    act,
                    regulator,
                    TradeItemForm(
                        enterprise.ref, gtin, "云溪香菇 花菇 250 g", "dried", 250, (right.ref,), grade="一级"
                    ),
                )
            )
        granted = [grant_authorization(act, regulator, e.ref, right.ref, TERMS) for e in enterprises]
        producers = [_hired(act, Role.PRODUCER_MANAGER, f"producer-{e.id}", e.id) for e in enterprises]
        county = County(
            store,
            regulator,
            lead,
            *producers,
            product_ref=product.ref,
            right_ref=right.ref,
            enterprise_ref=enterprises[0].ref,
            item_ref=items[0].ref,
            other_item_ref=items[1].ref,
            authorization_ref=granted[0].ref,
        )
        act.commit()
    return county


def staff(store: Store, role: Role, name: str | None = None, enterprise_id: int | None = None) -> Actor:
    """A user in the store, of no enterprise unless it is given; named after the role unless told."""
    with store.acting() as act:
        actor = _hired(act, role, name or role.value, enterprise_id)
        act.commit()
    return actor


def _hired(act: Act, role: Role, name: str, enterprise_id: int | None = None) -> Actor:
    user = User(
        name=name,
        role=role,
        enterprise_id=enterprise_id,
        must_change_password=False,
        is_active=True,
        created_at=act.now,
    )
    act.session.add(user)
    act.session.flush()
    return as_actor(user)


def days(count: int) -> timedelta:
    """A span of days."""
    return timedelta(days=count)
