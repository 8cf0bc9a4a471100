"""A template as a form: each input is named by the path of its value (`texts/0/x_mm`), so a fault finds its place.

A draft is what was typed, sound or not. Buttons add and drop entries; nothing is kept before it is a template.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from labels.template import Template

ADD, DROP = "add:", "drop:"
ROLL, SHEET = "roll", "sheet"
CARRIER: Final = "carrier"
_LISTS: Final = ("texts", "rules", "lines")
_NAME: Final = re.compile(
    r"name_(zh|en)|(label|qr|mark|serial|roll|sheet|fonts)/[a-z_0-9]+|(texts|rules)/[0-9]{1,2}/[a-z_0-9]+"
    r"|lines/[0-9]/[a-z_]+|lines/[0-9]/rows/[0-9]{1,2}/cells/[0-3]/[a-z]+",
    re.ASCII,
)
_NAMES: Final = ("name_zh", "name_en")
# Blanks around these mean something.
_AS_TYPED: Final = ("/prefix", "/caption", "/text")
# What a new entry begins with.
NEW: Final[Mapping[str, Mapping[str, str]]] = {
    "texts": {
        "key": "lot", "x_mm": "1", "y_mm": "5", "width_mm": "20", "size_mm": "2.6", "least_mm": "2.1", "style": "text",
        "align": "left",
    },
    "rules": {"x1_mm": "1", "y1_mm": "10", "x2_mm": "20", "y2_mm": "10", "weight_mm": "0.15"},
    "rows": {"cells/0/key": "lot", "cells/0/caption": ""},
    "cells": {"key": "lot", "caption": ""},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Draft:
    """What stands in the inputs, by name; `carrier` says which of roll and sheet counts."""

    values: Mapping[str, str]

    @property
    def carrier(self) -> str:
        """Roll or sheet."""
        return SHEET if self.values.get(CARRIER) == SHEET else ROLL

    def entries(self, prefix: str) -> list[int]:
        """The numbers of the entries of a list, such as `texts` or `lines/0/rows`."""
        start = f"{prefix}/"
        found = {name.removeprefix(start).partition("/")[0] for name in self.values if name.startswith(start)}
        return sorted(int(number) for number in found if number.isdigit())

    def pressed(self, button: str) -> "Draft":
        """The draft after a button: `add:texts`, `add:lines/0/rows`, `drop:texts/3`; any other changes nothing."""
        if button.startswith(ADD):
            return self._with(button.removeprefix(ADD))
        if button.startswith(DROP):
            gone = f"{button.removeprefix(DROP)}/"
            return Draft({name: value for name, value in self.values.items() if not name.startswith(gone)})
        return self

    def _with(self, prefix: str) -> "Draft":
        kind = prefix.rpartition("/")[2]
        if kind not in NEW or not (prefix in _LISTS or re.fullmatch(r"lines/[0-9]/rows(/[0-9]{1,2}/cells)?", prefix)):
            return self
        number = max(self.entries(prefix), default=-1) + 1
        return Draft({**self.values, **{f"{prefix}/{number}/{name}": value for name, value in NEW[kind].items()}})

    def data(self, identity: str) -> dict[str, Any]:
        """The values as `labels.library.checked_template` reads them; what was left empty is left out."""
        data: dict[str, Any] = {"id": identity}
        for name, value in self.values.items():
            typed = value if name.endswith(_AS_TYPED) else _folded(name, value)
            if typed.strip() and _NAME.fullmatch(name):
                _put(data, name.split("/"), typed)
        for carrier in (ROLL, SHEET):
            if carrier != self.carrier:
                data.pop(carrier, None)
        if self.carrier == ROLL:
            data.setdefault(ROLL, {})
        return _listed(data)  # type: ignore[no-any-return] # a mapping stays one

    def place_of(self, field: str) -> str:
        """The input's own name of a field that the template calls by its place in the list."""
        parts = field.split("/")
        for at, part in enumerate(parts):
            if part.isdigit() and at:
                known = self.entries("/".join(parts[:at]))
                if int(part) < len(known):
                    parts[at] = str(known[int(part)])
        return "/".join(parts)


def draft_of(template: Template) -> Draft:
    """The inputs of a template."""
    data = template.model_dump(mode="json", exclude_none=True, exclude={"id"})
    values = dict(_flat(data, ""))
    return Draft({**values, CARRIER: ROLL if template.sheet is None else SHEET})


def draft_from(fields: Iterable[tuple[str, str]]) -> Draft:
    """The inputs that a form sent; others are not its."""
    return Draft({name: value for name, value in fields if name == CARRIER or _NAME.fullmatch(name)})


def _flat(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for name, part in value.items():
            yield from _flat(part, f"{path}/{name}" if path else str(name))
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield from _flat(part, f"{path}/{number}")
    else:
        yield path, f"{value:g}" if isinstance(value, float) else str(value)


def _folded(name: str, value: str) -> str:
    """Numbers typed in full width are numbers; a name keeps its signs, which may be Chinese."""
    return (value if name in _NAMES else unicodedata.normalize("NFKC", value)).strip()


def _put(data: dict[str, Any], parts: list[str], value: str) -> None:
    for part in parts[:-1]:
        data = data.setdefault(part, {})
    data[parts[-1]] = value


def _listed(data: Any) -> Any:
    """Mappings by number become lists in their order; cells without a key are no cells, rows without cells no rows."""
    if not isinstance(data, dict):
        return data
    if data and all(name.isdigit() for name in data):
        entries = [_listed(data[name]) for name in sorted(data, key=int)]
        return [entry for entry in entries if entry != {"cells": []} and not _is_no_cell(entry)]
    return {name: _listed(value) for name, value in data.items()}


def _is_no_cell(entry: Any) -> bool:
    return isinstance(entry, dict) and set(entry) <= {"caption"}
