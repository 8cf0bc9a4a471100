"""Which language a page speaks. No cookie: the address says it, or the browser does."""

from functools import lru_cache
from typing import Literal, get_args

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

PARAMETER = "lang="
# Longer than any browser sends; what follows cannot change which of two languages is liked best.
MAX_HEADER = 200
# A longer query is no code of ours, so the other language need not carry it along.
MAX_QUERY = 2048


def asked_language(query: str, accept_language: str, available: tuple[Language, ...] = LANGUAGES) -> Language:
    """The language for a request: `lang=` in the raw `query`, else the raw `accept_language` header, else the first.

    A reader whose browser names languages and none of `available` is shown English when there is one.
    """
    if PARAMETER in query:
        for parameter in query.split("&"):
            for language in available:
                if parameter == PARAMETER + language:
                    return language
    return _liked_best(accept_language[:MAX_HEADER], available)


def in_language(query: str, language: Language) -> str:
    """A relative reference to the same page in `language`; every other parameter of the raw `query` stays as it is."""
    if len(query) > MAX_QUERY:
        return f"?{PARAMETER}{language}"
    kept = [parameter for parameter in query.split("&") if parameter and not parameter.startswith(PARAMETER)]
    return "?" + "&".join([*kept, PARAMETER + language])


@lru_cache(maxsize=512)
def _liked_best(header: str, available: tuple[Language, ...]) -> Language:
    """RFC 9110, 12.5.4: the available language with the highest weight, the first named among equals."""
    best, best_weight = available[0], 0.0
    names_a_language = False
    for item in header.split(","):
        tag, _, weight_text = item.partition(";")
        primary = tag.strip().lower().partition("-")[0]
        if not primary:
            continue
        names_a_language = True
        weight = _weight(weight_text)
        if primary == "*":
            primary = available[0]
        for language in available:
            if primary == language and weight > best_weight:
                best, best_weight = language, weight
    if names_a_language and best_weight == 0.0 and "en" in available:
        return "en"
    return best


def _weight(text: str) -> float:
    """The value of `q=`; 1 when there is none, 0 when it is no number (so a broken item is not preferred)."""
    name, _, value = text.strip().partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        weight = float(value)
    except ValueError:
        return 0.0
    return weight if 0.0 <= weight <= 1.0 else 0.0
