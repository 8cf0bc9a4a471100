"""What people call the templates that print orders name."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from api.web.language import Language
from api.web.translation import N_, sayer
from gimark.issuance.templates.queries import names_of
from gimark.issuance.templates.rules import read_version_name
from labels.library import shipped_templates

VERSION = N_("第 %(n)s 版")


def template_titles(session: Session, names: Iterable[str], language: Language) -> dict[str, str]:
    """The title of each template by the name that an order has for it, for those who may see the order.

    One of the program has its own title in each language; a stored one that which people gave it, and its version.
    """
    shipped = shipped_templates()
    wanted = set(names)
    stored = {name: version for name in wanted if (version := read_version_name(name)) is not None}
    kept = names_of(session, {version.ref for version in stored.values()})
    say = sayer(language)
    titles = {}
    for name in wanted:
        if name in stored:
            titles[name] = f"{kept[stored[name].ref]} · {say(VERSION, n=stored[name].number)}"
        elif name in shipped:
            titles[name] = shipped[name].name_en if language == "en" else shipped[name].name_zh
        else:  # a template of a release before this one
            titles[name] = name
    return titles
