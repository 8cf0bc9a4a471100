"""The other pages for everybody: home, typed look-up, product, batch, register, ledger, errors. Values in, HTML out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from http import HTTPStatus

from api.web.assets import ENTRY_PROOF
from api.web.figures import entry_of
from api.web.language import LANGUAGES, Language, in_language
from api.web.public.journey import dated_events
from api.web.public.ledger import TYPES, line_of, rows_of, title_of
from api.web.public.problems import code_in, problem_of
from api.web.public.register import ENTERPRISE_KINDS, kind_of, shown, standings
from api.web.public.rights import right_in_words
from api.web.public.style import SITE_STYLE, STYLE
from api.web.public.words import RIGHT_KINDS
from api.web.site import SiteFacts
from api.web.templates import environment
from api.web.translation import N_, sayer
from gimark.errors import Fault
from gimark.explorer import EntryPage, entry_types
from gimark.ledger.entries import decode
from gimark.merkle import leaf_hash
from gimark.registry.directory.listing import DirectoryPage, ListedEnterprise, ListedItem, ListedRight
from gimark.registry.directory.rights import ListedRightInFull
from gimark.registry.notices.queries import NoticeFacts
from gimark.scans.rules import Package, RightFacts, Ware
from gimark.store.paging import Portion


@dataclass(frozen=True, slots=True)
class ItemFacts(Ware):
    """What the page of a trade item may say. Nothing of a batch, let alone of a package."""

    rights: tuple[RightFacts, ...]
    item_index: int
    enterprise_index: int


@dataclass(frozen=True, slots=True)
class LedgerState:
    """The ledger as it stands: its size, and of the latest published checkpoint (None and empty before the first) the
    size, root in base64, instant and the names of the witnesses that signed it; `quorum` is how many must.
    """

    size: int
    published_size: int
    root: str
    published_at: datetime | None
    witnesses: tuple[str, ...]
    quorum: int


@dataclass(frozen=True, slots=True)
class Search:
    """What a reader of the register typed and chose, as it came; `after` is set behind the first page."""

    text: str = ""
    right: str = ""
    status: str = ""
    after: int | None = None


class PublicPages:
    """The pages of one site. `query` is always the request's raw query: the other language's link keeps it."""

    def __init__(self, site: SiteFacts) -> None:
        self._site = site
        self._environments = {known: environment(known, site) for known in LANGUAGES}

    def home(self, language: Language, query: str) -> bytes:
        """What the site is, and where to check a code."""
        return self._render("home.html", language, query)

    def check(self, language: Language, query: str, typed: str = "", fault: Fault | None = None) -> bytes:
        """The form for a code that is typed, pasted or read by a USB scanner; `fault` stands beside what was typed."""
        return self._render("check.html", language, query, typed=typed, error=_sentence(fault, language))

    def notices(self, found: Portion[NoticeFacts], language: Language, query: str, *, is_later: bool) -> bytes:
        """A page of the notices, the newest first."""
        return self._render("notices.html", language, query, found=found, is_later=is_later)

    def notice(self, notice: NoticeFacts, language: Language, query: str) -> bytes:
        """One notice."""
        return self._render("notice.html", language, query, notice=notice)

    def item(self, item: ItemFacts, language: Language, query: str) -> bytes:
        """The page of a trade item: grey, no verdict."""
        say = sayer(language)
        entries = [(say(N_("商品登记")), item.item_index), (say(N_("企业登记")), item.enterprise_index)]
        rights = _named(item.rights, language)
        return self._render("item.html", language, query, item=item, rights=rights, entries=entries)

    def batch(self, package: Package, language: Language, query: str) -> bytes:
        """The page of a batch: grey, no verdict, the recall shown when there is one."""
        say, rights = sayer(language), _named(package.rights, language)
        events = [event for _, event in dated_events(package, None, language)]
        entries = [(say(N_("批次登记")), package.batch_index)]
        if package.confirm_index is not None:
            entries.append((say(N_("包装确认")), package.confirm_index))
        return self._render(
            "batch.html", language, query, package=package, rights=rights, journey=events, entries=entries
        )

    def register(
        self,
        page: DirectoryPage,
        rights: Sequence[ListedRight],
        asked: Search,
        language: Language,
        query: str,
        *,
        total: int,
        today: date,
        page_size: int,
        feed: str,
    ) -> bytes:
        """A page of the register of `total` enterprises as they stand `today`; `feed` is its address as JSON."""
        return self._render(
            "register.html",
            language,
            query,
            enterprises=[(e, [shown(held, language) for held in e.authorizations]) for e in page.enterprises],
            rights=rights,
            kinds={right.ref: kind_of(right, language) for right in rights},
            standings=standings(language),
            text=asked.text,
            right=asked.right,
            status=asked.status,
            is_later=asked.after is not None,
            after=page.after,
            total=total,
            today=today,
            page_size=page_size,
            feed=feed,
        )

    def enterprise(
        self, enterprise: ListedEnterprise, items: Sequence[ListedItem], today: date, language: Language, query: str
    ) -> bytes:
        """The page of an enterprise on the register, as it stands `today`."""
        return self._render(
            "enterprise.html",
            language,
            query,
            enterprise=enterprise,
            kind=sayer(language)(ENTERPRISE_KINDS[enterprise.kind]),
            held=[shown(held, language) for held in enterprise.authorizations],
            items=items,
            today=today,
        )

    def right(self, listed: ListedRightInFull, language: Language, query: str) -> bytes:
        """The page of a right: what is registered of it now, and what became of it."""
        return self._render("right.html", language, query, right=right_in_words(listed, language))

    def ledger(
        self,
        state: LedgerState,
        page: EntryPage,
        language: Language,
        query: str,
        *,
        type_: str,
        about: str,
        later: bool,
    ) -> bytes:
        """A page of the ledger's entries, newest first, of `type_` and `about` something when these are not empty.

        `later` tells that it is not the first page.
        """
        say = sayer(language)
        return self._render(
            "ledger.html",
            language,
            query,
            state=state,
            lines=[line_of(entry.index, entry.body, language) for entry in page.entries],
            types=[(known, say(TYPES[known])) for known in entry_types()],
            type=type_,
            about=about,
            is_narrowed=bool(type_ or about),
            is_later=later,
            before=page.before,
        )

    def about(self, language: Language, query: str) -> bytes:
        """What the site is, what a code proves and what not, what is kept of a check, how to verify, whom to call."""
        fingerprint = self._site.root_fingerprint
        grouped = " ".join(fingerprint[at : at + 8] for at in range(0, len(fingerprint), 8))
        return self._render("about.html", language, query, fingerprint=grouped)

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
            script=ENTRY_PROOF.path,
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
        path: str = "",
        wait_s: int | None = None,
    ) -> bytes:
        """The page of an HTTP error status: what happened, why, what to do.

        `faults` are the domain's own words, shown where they say more than the status does; `address` is where a
        misdirected reader should go (421); `path` is what was asked for, whose code is offered for a check (404);
        `wait_s` is when to try again; `request_id` is what to quote to the operator (500, 503). The words of an unknown
        status are those of its class.
        """
        return self._render(
            "problem.html",
            language,
            query,
            status=status,
            problem=problem_of(status, path),
            code=code_in(path) if status == HTTPStatus.NOT_FOUND else "",
            wait_s=wait_s,
            faults=[_sentence(fault, language) for fault in faults],
            request_id=request_id,
            address=address,
        )

    def reference(self, view: Mapping[str, object], language: Language, query: str) -> bytes:
        """The reference of the JSON API; `view` is `api.v1.reference`'s."""
        return self._render("reference.html", language, query, **view)

    def _render(self, template: str, language: Language, query: str, **values: object) -> bytes:
        other = LANGUAGES[1] if language == LANGUAGES[0] else LANGUAGES[0]
        page = self._environments[language].get_template(template)
        return page.render(
            style=STYLE, site_style=SITE_STYLE, other_language=in_language(query, other), **values
        ).encode()


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
