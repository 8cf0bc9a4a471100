"""What the files of a profile must agree on: everything that is named exists, once, and fits."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass

from gimark.errors import Checklist
from gimark.registry.profiles.profile import AuthorizationRow, ItemRow, ProductRow, Profile, RightRow


@dataclass(frozen=True, slots=True)
class Named:
    """What is given anywhere, also in lines that are wrong otherwise, so that one mistake is told once.

    None when a file could not be read whole: nobody then knows what it would have given.
    """

    towns: frozenset[object] | None
    usccs: frozenset[object] | None
    rights: frozenset[object] | None


def check_references(profile: Profile, named: Named, checklist: Checklist) -> None:
    """Note everything that names what is not there, is given twice, or does not fit what it names."""
    rights = {right.id: (product, right) for product in profile.products for right in product.rights}
    _check_doubles(profile, checklist)
    for right in (right for product in profile.products for right in product.rights):
        for code in right.area:
            _known(code, named.towns, f"{right.where}/area", "townships.csv", checklist)
    for enterprise in profile.enterprises:
        _known(enterprise.form.town_code, named.towns, f"{enterprise.where}/town", "townships.csv", checklist)
    for item in profile.items:
        _known(item.uscc, named.usccs, f"{item.where}/enterprise", "enterprises.csv", checklist)
        for name in item.rights:
            _known(name, named.rights, f"{item.where}/rights", "products.toml", checklist)
        _check_item(item, [rights[name] for name in item.rights if name in rights], checklist)
    for authorization in profile.authorizations:
        _known(authorization.uscc, named.usccs, f"{authorization.where}/enterprise", "enterprises.csv", checklist)
        _known(authorization.right, named.rights, f"{authorization.where}/right", "products.toml", checklist)
        if authorization.right in rights:
            _check_authorization(authorization, *rights[authorization.right], checklist)


def _check_doubles(profile: Profile, checklist: Checklist) -> None:
    rights = [right for product in profile.products for right in product.rights]
    _once(((f"{town.where}/code", town.code) for town in profile.towns), checklist)
    _once(((f"{product.where}/name_zh", product.name_zh) for product in profile.products), checklist)
    _once(((f"{right.where}/id", right.id) for right in rights), checklist)
    for product in profile.products:
        _once(((f"{product.where}/classes", known.key) for known in product.classes), checklist)
        _once(((f"{right.where}/kind", right.kind.value) for right in product.rights), checklist)
    _once(((f"{row.where}/uscc", row.form.uscc) for row in profile.enterprises), checklist)
    _once(((f"{item.where}/gtin", item.gtin) for item in profile.items), checklist)
    _once(
        ((f"{row.where}/number", (row.uscc, row.right, row.terms.number)) for row in profile.authorizations), checklist
    )


def _once(keys: Iterable[tuple[str, Hashable]], checklist: Checklist) -> None:
    first: dict[Hashable, str] = {}
    for where, key in keys:
        if key in first:
            checklist.add(
                where,
                f"与 {first[key]} 重复",
                f"it is the same as {first[key]}",
                "请删去其中一个，或更正",
                "Remove one of them, or mend it",
            )
        first.setdefault(key, where)


def _known(name: str, names: frozenset[object] | None, where: str, file: str, checklist: Checklist) -> None:
    if names is not None and name not in names:
        checklist.add(
            where,
            f"“{name}”不在 {file} 中",
            f"“{name}” is not in {file}",
            f"请先在 {file} 中登记，或更正",
            f"Put it into {file} first, or mend it",
        )


def _check_item(item: ItemRow, rights: list[tuple[ProductRow, RightRow]], checklist: Checklist) -> None:
    if len({product.name_zh for product, _ in rights}) > 1:
        checklist.add(
            f"{item.where}/rights",
            "所列权利不属于同一产品",
            "the rights belong to different products",
            "一种商品只能标一个产品的权利",
            "An item carries the rights of one product",
        )
    if len(rights) < len(item.rights):
        return
    for product, _ in rights[:1]:
        _check_class(f"{item.where}/class", item.product_class, product, checklist)
    grades = list(dict.fromkeys(grade for _, right in rights for grade in right.grades))
    if item.grade is not None and item.grade not in grades:
        checklist.add(
            f"{item.where}/grade",
            f"现行标准没有“{item.grade}”这一等级",
            f"the standard in force defines no grade “{item.grade}”",
            f"标准规定的等级：{'、'.join(grades) or '无，请留空'}",
            f"The standard defines: {', '.join(grades) or 'none, so leave it empty'}",
        )


def _check_authorization(row: AuthorizationRow, product: ProductRow, right: RightRow, checklist: Checklist) -> None:
    for name in row.terms.classes:
        _check_class(f"{row.where}/classes", name, product, checklist)
    until = row.terms.valid_until
    ends_late = right.valid_until is not None and (until is None or until > right.valid_until)
    starts_early = right.valid_from is not None and row.terms.valid_from < right.valid_from
    if starts_early or ends_late:
        checklist.add(
            f"{row.where}/from",
            f"授权期超出权利“{right.id}”的有效期（{right.valid_from} 至 {right.valid_until or '长期'}）",
            f"the dates reach outside those of “{right.id}” ({right.valid_from} to {right.valid_until or 'open'})",
            "请核对授权期",
            "Check the dates",
        )


def _check_class(where: str, name: str, product: ProductRow, checklist: Checklist) -> None:
    keys = [known.key for known in product.classes]
    if name not in keys:
        checklist.add(
            where,
            f"“{product.name_zh}”没有“{name}”这一类别",
            f"“{product.name_zh}” has no class “{name}”",
            f"请选用：{'、'.join(keys)}",
            f"Choose one of {', '.join(keys)}",
        )
