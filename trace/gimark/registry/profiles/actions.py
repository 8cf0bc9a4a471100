"""Loading a county's profile into the register, through the same acts as the regulator's own."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace

from sqlalchemy import select

from gimark.accounts.rules import Actor
from gimark.errors import Checklist, ConflictError, InvalidInputError
from gimark.registry.authorizations.actions import grant_authorization
from gimark.registry.authorizations.model import Authorization
from gimark.registry.county.actions import set_county
from gimark.registry.enterprises.actions import register_enterprise
from gimark.registry.enterprises.model import Enterprise
from gimark.registry.items.actions import TradeItemForm, register_item
from gimark.registry.items.model import TradeItem, TradeItemRight
from gimark.registry.profiles.open_facts import needed_facts
from gimark.registry.profiles.profile import AuthorizationRow, EnterpriseRow, ItemRow, ProductRow, Profile, RightRow
from gimark.registry.rights.actions import ProductClassForm, RightForm, add_product, add_town, set_right
from gimark.registry.rights.evidence import set_evidence
from gimark.registry.rights.model import GiProduct, ProductClass, Right, RightTown
from gimark.store.unit_of_work import Act

MEND = ("请更正资料；要改登记，请办理变更", "Mend the profile; to change the register, make an act of change")
AMEND_RIGHT = (
    "请更正资料；要改登记，请用 gimark right amend 变更这项权利，再载入",
    "Mend the profile; to change the register, use gimark right amend and load again",
)


@dataclass(slots=True)
class Loaded:
    """How many of each were new to the register."""

    rights: int = 0
    enterprises: int = 0
    items: int = 0
    authorizations: int = 0


def load_profile(act: Act, actor: Actor, profile: Profile) -> Loaded:
    """Enter what the register does not have yet, in the caller's transaction, which commits: all of it or nothing.

    A right waits outside the register until what it needs is known and out of doubt; a fact in doubt counts as
    unknown. Loading again changes nothing but the county's own words, the names of towns and how well facts are
    known. Needs a regulator. Raises InvalidInputError with everything that a registry act refuses or that stands in
    the register with other facts: an official fact is changed by an act of its own with a reason, never by a file.
    """
    loading = _Loading(act, actor)
    set_county(act, actor, profile.county)
    for town in profile.towns:
        add_town(act, actor, town.code, town.name_zh, town.name_en)
    act.session.flush()
    for product in profile.products:
        loading.product(product)
    for enterprise in profile.enterprises:
        with loading.line(enterprise.where):
            loading.enterprise(enterprise)
    for item in profile.items:
        with loading.line(item.where):
            loading.item(item)
    for authorization in profile.authorizations:
        with loading.line(authorization.where):
            loading.authorization(authorization)
    loading.checklist.settle()
    return loading.loaded


@dataclass(slots=True)
class _Loading:
    """One loading under way: the register's rows by what the profile calls them."""

    act: Act
    actor: Actor
    checklist: Checklist = field(default_factory=Checklist)
    loaded: Loaded = field(default_factory=Loaded)
    rights: dict[str, Right] = field(default_factory=dict)
    waiting: dict[str, frozenset[str]] = field(default_factory=dict)
    enterprises: dict[str, Enterprise] = field(default_factory=dict)

    @contextmanager
    def line(self, where: str) -> Iterator[None]:
        """Note what an act refuses under the file and line it came from."""
        try:
            yield
        except (InvalidInputError, ConflictError) as error:
            self.checklist.faults += [replace(fault, field=f"{where}/{fault.field}") for fault in error.faults]

    def product(self, row: ProductRow) -> None:
        product = self.act.session.scalar(select(GiProduct).where(GiProduct.name_zh == row.name_zh))
        if product is None:
            product = add_product(self.act, self.actor, row.name_zh, row.name_en, row.classes)
        rows = self.act.session.scalars(select(ProductClass).where(ProductClass.product_id == product.id))
        known = {known.key: _class_in_words(known) for known in rows}
        given = {given.key: _class_in_words(given) for given in row.classes}
        classes = {key: (known.get(key, "—"), given.get(key, "—")) for key in known | given}
        self.compare(row.where, {"name_en": (product.name_en, row.name_en), **classes})
        for right in row.rights:
            with self.line(right.where):
                self.right(product, right)

    def right(self, product: GiProduct, given: RightRow) -> None:
        row = given.settled()
        known = self.act.session.scalar(select(Right).where(Right.product_id == product.id, Right.kind == row.kind))
        needed = needed_facts(given)
        if known is None and needed:
            self.waiting[row.id] = needed
        elif known is None:
            self.rights[row.id] = set_right(self.act, self.actor, _form(product, row))
            self.loaded.rights += 1
        else:
            self.rights[row.id] = known
            self.compare_right(known, row)
            set_evidence(self.act, self.actor, known, row.known, row.evidence)

    def compare_right(self, known: Right, row: RightRow) -> None:
        towns = self.act.session.scalars(select(RightTown.town_code).where(RightTown.right_id == known.id))
        self.compare(
            row.where,
            {
                "holder": (known.holder, row.holder or ""),
                "area": (sorted(towns), sorted(row.area)),
                "standard": (known.standard, row.standard),
                "announcement": (known.announcement, row.announcement),
                "trademark": (known.trademark, row.trademark),
                "grades": (known.defined_grades, list(row.grades)),
                "printed_texts": (known.printed_texts, list(row.printed_texts)),
                "from": (known.valid_from, row.valid_from),
                "until": (known.valid_until, row.valid_until),
            },
            AMEND_RIGHT,
        )

    def is_waiting(self, where: str, rights: Iterable[str]) -> bool:
        """Note each of `rights` that is not in the register yet; whether there is one."""
        waiting = [name for name in rights if name in self.waiting]
        for name in waiting:
            lacking = ", ".join(sorted(self.waiting[name]))
            self.checklist.add(
                where,
                f"权利“{name}”还没有登记，待填或待核：{lacking}",
                f"the right “{name}” is not registered yet; open: {lacking}",
                "请先在 products.toml 中填写并请县里确认",
                "Fill it in in products.toml first, and have the county confirm it",
            )
        return bool(waiting)

    def enterprise(self, row: EnterpriseRow) -> None:
        form = row.form
        known = self.act.session.scalar(select(Enterprise).where(Enterprise.uscc == form.uscc))
        if known is None:
            self.enterprises[form.uscc] = register_enterprise(self.act, self.actor, form)
            self.loaded.enterprises += 1
            return
        self.enterprises[form.uscc] = known
        names = ("name_zh", "name_en", "kind", "address", "contact", "phone", "sc_licence")
        facts = {name: (getattr(known, name), getattr(form, name)) for name in names}
        self.compare(row.where, facts | {"town": (known.town_code, form.town_code)})

    def item(self, row: ItemRow) -> None:
        enterprise, rights = self.enterprises.get(row.uscc), [self.rights.get(name) for name in row.rights]
        if self.is_waiting(f"{row.where}/rights", row.rights) or enterprise is None or None in rights:
            return  # what it names was refused and is noted there
        refs = tuple(right.ref for right in rights if right is not None)
        known = self.act.session.scalar(select(TradeItem).where(TradeItem.gtin == row.gtin))
        names = ("name_zh", "name_en", "product_class", "grade", "net_g", "storage", "shelf_life", "ingredients")
        given = {name: getattr(row, name) for name in names}
        if known is None:
            form = TradeItemForm(enterprise_ref=enterprise.ref, gtin=row.gtin, right_refs=refs, **given)
            register_item(self.act, self.actor, form)
            self.loaded.items += 1
            return
        carried = select(Right.ref).join(TradeItemRight).where(TradeItemRight.item_id == known.id)
        facts = {"class" if name == "product_class" else name: (getattr(known, name), given[name]) for name in names}
        facts["enterprise"] = (known.enterprise_id, enterprise.id)
        facts["rights"] = (sorted(self.act.session.scalars(carried)), sorted(refs))
        self.compare(row.where, facts)

    def authorization(self, row: AuthorizationRow) -> None:
        enterprise, right = self.enterprises.get(row.uscc), self.rights.get(row.right)
        if self.is_waiting(f"{row.where}/right", [row.right]) or enterprise is None or right is None:
            return  # what it names was refused and is noted there
        terms = row.terms
        known = self.act.session.scalar(
            select(Authorization).where(
                Authorization.enterprise_id == enterprise.id,
                Authorization.right_id == right.id,
                Authorization.number == terms.number,
            )
        )
        if known is None:
            grant_authorization(self.act, self.actor, enterprise.ref, right.ref, terms)
            self.loaded.authorizations += 1
            return
        self.compare(
            row.where,
            {
                "classes": (sorted(known.classes), sorted(terms.classes)),
                "from": (known.valid_from, terms.valid_from),
                "until": (known.valid_until, terms.valid_until),
                "labels_per_year": (known.labels_per_year, terms.labels_per_year),
            },
        )

    def compare(self, where: str, facts: Mapping[str, tuple[object, object]], remedy: tuple[str, str] = MEND) -> None:
        """Note every fact of which the register holds another value than the profile: (register's, profile's)."""
        for name, (registered, given) in facts.items():
            if registered != given:
                self.checklist.add(
                    f"{where}/{name}",
                    f"登记簿中已是“{registered}”，与资料中的“{given}”不同",
                    f"the register has “{registered}” and the profile “{given}”",
                    *remedy,
                )


def _form(product: GiProduct, row: RightRow) -> RightForm:
    assert row.valid_from is not None, "a right without its first day waits"
    return RightForm(
        product_ref=product.ref,
        kind=row.kind,
        holder=row.holder,
        towns=row.area,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        source=row.known.source,
        source_tag=row.known.certainty,
        standard=row.standard,
        announcement=row.announcement,
        trademark=row.trademark,
        defined_grades=row.grades,
        printed_texts=row.printed_texts,
        evidence=row.evidence,
    )


def _class_in_words(known: ProductClass | ProductClassForm) -> str:
    return ", ".join(str(getattr(known, fact.name)) for fact in fields(ProductClassForm))
