"""The other pages for everybody: home, typed look-up, product, batch, ledger entry, errors. Values in, HTML out."""

from dataclasses import dataclass

from api.web.figures import entry_of
from api.web.language import LANGUAGES, Language, in_language
from api.web.public.journey import dated_events
from api.web.public.ledger import rows_of, title_of
from api.web.public.problems import problem_of
from api.web.public.style import STYLE
from api.web.public.words import RIGHT_KINDS
from api.web.site import SiteFacts
from api.web.templates import environment
from api.web.translation import sayer
from gimark.errors import Fault
from gimark.ledger.entries import decode
from gimark.merkle import leaf_hash
from gimark.scans.rules import Package, RightFacts


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """What the page of a trade item may say; net content in grams. Nothing of a batch, let alone of a package."""

    gtin: str
    item_name_zh: str
    item_name_en: str | None
    class_zh: str
    class_en: str | None
    grade: str | None
    net_g: int
    enterprise_zh: str
    enterprise_en: str | None
    uscc: str
    address: str
    rights: tuple[RightFacts, ...]


class PublicPages:
    """The pages of one site. `query` is always the request's raw query: the other language's link keeps it."""

    def __init__(self, site: SiteFacts) -> None:
        self._environments = {known: environment(known, site) for known in LANGUAGES}

    def home(self, language: Language, query: str) -> bytes:
        """What the site is, and where to check a code."""
        return self._render("home.html", language, query)

    def check(self, language: Language, query: str, typed: str = "", fault: Fault | None = None) -> bytes:
        """The form for a code that is typed, pasted or read by a USB scanner; `fault` stands beside what was typed."""
        return self._render("check.html", language, query, typed=typed, error=_sentence(fault, language))

    def item(self, item: ItemFacts, language: Language, query: str) -> bytes:
        """The page of a trade item: grey, no verdict."""
        return self._render("item.html", language, query, item=item, rights=_named(item.rights, language))

    def batch(self, package: Package, language: Language, query: str) -> bytes:
        """The page of a batch: grey, no verdict, the recall shown when there is one."""
        rights = _named(package.rights, language)
        events = [event for _, event in dated_events(package, None, language)]
        return self._render("batch.html", language, query, package=package, rights=rights, journey=events)

    def entry(self, index: int, raw: bytes, language: Language, query: str, *, size: int, is_published: bool) -> bytes:
        """The page of ledger entry `index` of `size`, whose exact bytes are `raw`.

        `is_published` tells whether a published checkpoint covers it, so that there is a proof to download.
        Raises LedgerError when `raw` is no entry.
        """
        fields = decode(raw)
        return self._render(
            "entry.html",
            language,
            query,
            entry=entry_of(index),
            title=title_of(fields, language),
            rows=rows_of(fields, language),
            raw=raw,
            text=raw.decode(),
            leaf=leaf_hash(raw).hex(),
            is_published=is_published,
            before=entry_of(index - 1) if index else None,
            after=entry_of(index + 1) if index + 1 < size else None,
        )

    def problem(
        self,
        status: int,
        language: Language,
        query: str,
        *,
        faults: tuple[Fault, ...] = (),
        request_id: str = "",
        address: str = "",
    ) -> bytes:
        """The page of an HTTP error status: what happened, why, what to do.

        `faults` are the domain's own words, shown where they say more than the status does; `address` is where a
        misdirected reader should go (421); `request_id` is what to quote to the operator (500, 503). The words of
        an unknown status are those of its class.
        """
        return self._render(
            "problem.html",
            language,
            query,
            status=status,
            problem=problem_of(status),
            faults=[_sentence(fault, language) for fault in faults],
            request_id=request_id,
            address=address,
        )

    def _render(self, template: str, language: Language, query: str, **values: object) -> bytes:
        other = LANGUAGES[1] if language == LANGUAGES[0] else LANGUAGES[0]
        page = self._environments[language].get_template(template)
        return page.render(style=STYLE, other_language=in_language(query, other), **values).encode()


def _named(rights: tuple[RightFacts, ...], language: Language) -> list[tuple[str, RightFacts]]:
    say = sayer(language)
    return [(say(RIGHT_KINDS.get(right.kind, right.kind)), right) for right in rights]


def _sentence(fault: Fault | None, language: Language) -> str:
    """Reason and remedy, without the field's name: the sentence stands beside its field."""
    if fault is None:
        return ""
    if language == "zh":
        return f"{fault.reason_zh}。{fault.remedy_zh}。"
    return f"{fault.reason_en[:1].upper()}{fault.reason_en[1:]}. {fault.remedy_en}."
