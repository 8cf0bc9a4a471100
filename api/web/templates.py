"""The template environment of one site in one language: whatever does not change from page to page is a global."""

from collections.abc import Callable
from pathlib import Path
from types import CodeType
from urllib.parse import urlencode

import jinja2
from jinja2.bccache import Bucket

from api.web.figures import count_text, day_text, entry_of, mass_text, minute_text, serial_text, short_day_text
from api.web.language import LANGUAGES, PARAMETER, Language
from api.web.site import SiteFacts
from api.web.translation import catalogue, translator
from gimark.clock import local_day

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
HTML_LANGUAGE = {"zh": "zh-CN", "en": "en"}
LANGUAGE_NAME = {"zh": "中文", "en": "English"}


def environment(language: Language, site: SiteFacts) -> jinja2.Environment:
    """Escapes everything, fails on a name it does not know, and speaks `language`.

    `local(path, name=value…)` is an address on this site that keeps the language; an empty value is left out.
    """
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
        bytecode_cache=_COMPILED,
    )
    known = catalogue(language)
    made.install_gettext_callables(  # type: ignore[attr-defined]
        translator(language), known.ngettext, newstyle=True, pgettext=known.pgettext
    )
    other = LANGUAGES[1] if language == LANGUAGES[0] else LANGUAGES[0]
    made.globals.update(
        language=language,
        html_language=HTML_LANGUAGE[language],
        other_html_language=HTML_LANGUAGE[other],
        other_language_name=LANGUAGE_NAME[other] if other in site.languages else "",
        site=site,
        site_name=site.name(language),
        county=site.county(language),
        regulator=site.regulator(language),
        local=_addresses(language if len(site.languages) > 1 else None),
    )
    made.filters.update(
        day=lambda day: day_text(day, language),
        short_day=lambda day: short_day_text(day, language),
        mass=mass_text,
        count=count_text,
        serial=serial_text,
        entry=entry_of,
        local_day=local_day,
        minute=lambda instant: minute_text(instant, language),
    )
    return made


class _Compiled(jinja2.BytecodeCache):
    """What this process compiled. Languages and sites share it: they differ in globals and filters, not in code."""

    def __init__(self) -> None:
        self._code: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give the code of the same template with the same text, if there is one."""
        bucket.code = self._code.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        if bucket.code is not None:
            self._code[bucket.key, bucket.checksum] = bucket.code


_COMPILED = _Compiled()


def _addresses(language: Language | None) -> Callable[..., str]:
    def local(path: str, /, **values: object) -> str:
        given = {name: str(value) for name, value in values.items() if value not in (None, "")}
        if language is not None:
            given[PARAMETER.removesuffix("=")] = language
        joint = "&" if "?" in path else "?"
        return f"{path}{joint}{urlencode(given)}" if given else path

    return local
