"""The desks' templates. Who may see what, and how a page leaves, is `api.web.desk.pages`'s to say."""

from api.web.assets import DESK_STYLE
from api.web.language import LANGUAGES, Language, in_language
from api.web.site import SiteFacts
from api.web.templates import environment


class DeskPages:
    """The desks' templates of one site, in every language."""

    def __init__(self, site: SiteFacts) -> None:
        self._environments = {known: environment(known, site) for known in LANGUAGES}

    def render(self, template: str, language: Language, query: str, **values: object) -> bytes:
        """The page; `query` is the request's raw query, which the other language's link keeps."""
        other = LANGUAGES[1] if language == LANGUAGES[0] else LANGUAGES[0]
        page = self._environments[language].get_template(template)
        return page.render(desk_style=DESK_STYLE.path, other_language=in_language(query, other), **values).encode()
