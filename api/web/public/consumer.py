"""The page behind a scanned or typed code: rendered once per run and shape, then filled for each look-up."""

from dataclasses import dataclass, field
from datetime import date

from markupsafe import Markup

from api.web.figures import count_text
from api.web.language import LANGUAGES, Language
from api.web.public.journey import Event, dated_events, journey
from api.web.public.ladder import Known, ladder_lines
from api.web.public.particulars import Particulars, Shape, Visit, act_entry, particulars_of, shape_of
from api.web.public.sheet import Sheet, slot
from api.web.public.style import STYLE
from api.web.public.words import ACTS, RIGHT_KINDS, TONES, words_for
from api.web.site import SiteFacts
from api.web.templates import environment
from api.web.translation import sayer
from gimark.scans.rules import Colour, Package, Reason, RunFacts, Verdict

__all__ = ["ConsumerPages", "PreparedPage", "Visit"]


@dataclass(frozen=True, slots=True)
class PreparedPage:
    """All that the pages of one run share, in one language; both None for verdicts that show no package.

    Its sheets come into being as their shapes are seen. The number of shapes does not grow with the codes.
    """

    package: Package | None
    run: RunFacts | None
    language: Language
    events: tuple[tuple[date, Event], ...]
    days: tuple[date, ...]
    sheets: dict[Shape, Sheet] = field(default_factory=dict)


class _Slots(dict[str, str]):
    """Texts that are not known yet: every name gives the mark of its slot."""

    def __missing__(self, name: str) -> str:
        return slot(name)


class ConsumerPages:
    """Makes the verdict pages of one site. Threads may share it: a sheet that two of them make is the same sheet."""

    def __init__(self, site: SiteFacts) -> None:
        self._site = site
        self._templates = {known: environment(known, site).get_template("verdict.html") for known in LANGUAGES}
        self._shared = {"style": STYLE.encode()}
        self._bare = {known: PreparedPage(None, None, known, (), ()) for known in LANGUAGES}

    def prepare(self, package: Package, run: RunFacts | None, language: Language) -> PreparedPage:
        """What the pages of `run` share in `language`; to be kept while package and run stay as they are."""
        events = dated_events(package, run, language)
        return PreparedPage(package, run, language, events, tuple(day for day, _ in events))

    def render(self, prepared: PreparedPage, verdict: Verdict, visit: Visit) -> bytes:
        """The page of a `verdict` over the package and run of `prepared`, in UTF-8."""
        texts = particulars_of(verdict, visit, prepared.language)
        shape = shape_of(verdict, prepared.days, texts)
        sheet = prepared.sheets.get(shape)
        if sheet is None:
            html = self._html(prepared, shape, _Slots(), Markup(slot("style")))  # noqa: S704 - a mark of our own
            sheet = prepared.sheets[shape] = Sheet(html, self._shared)
        return sheet.fill(texts)

    def whole(self, verdict: Verdict, language: Language, visit: Visit) -> bytes:
        """The page of any verdict. Without a package it comes from a kept sheet; with one, from the template."""
        if verdict.package is None:
            return self.render(self._bare[language], verdict, visit)
        prepared = self.prepare(verdict.package, verdict.run, language)
        texts = particulars_of(verdict, visit, language)
        return self._html(prepared, shape_of(verdict, prepared.days, texts), texts, STYLE).encode()

    def _html(self, prepared: PreparedPage, shape: Shape, texts: Particulars, style: Markup) -> str:
        package, run, language = prepared.package, prepared.run, prepared.language
        say, county = sayer(language), self._site.county(language)
        words = words_for(shape.reason, has_package=package is not None)
        entry = "" if run is None else count_text(run.ledger_index)
        rights = () if package is None else package.rights
        kinds = [say(RIGHT_KINDS.get(right.kind, right.kind)) for right in rights]
        return self._templates[language].render(
            style=style,
            other_language=texts["other_language"],
            texts=texts,
            shape=shape,
            tone=TONES[shape.colour],
            art=words.art,
            title=say(words.title),
            sentence=say(words.sentence, county=county, host=self._site.host, entry=entry),
            advice=[say(line, county=county, host=self._site.host) for line in words.advice],
            act=say(ACTS[shape.act_kind][0]) if shape.act_kind in ACTS else "",
            act_entry=act_entry(texts) if shape.act_kind else None,
            may_type=shape.reason is Reason.MALFORMED,
            is_wanted=shape.colour is Colour.RED and shape.reason not in (Reason.MALFORMED, Reason.RECALLED),
            is_copied=shape.reason is Reason.COPIED,
            package=package,
            run=run,
            rights=list(zip(kinds, rights, strict=True)),
            ladder=ladder_lines(shape, Known(package, run, county, texts), language),
            journey=journey(prepared.events, shape, texts, language),
        )
