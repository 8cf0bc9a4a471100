"""A browser at the sign-in: it keeps its cookie, and fills in the forms that it is shown."""

import html
import re
from dataclasses import dataclass, field

import httpx2

from tests.api.site import BASE, Site

FIELD = re.compile(r'<input[^>]*\bname="([^"]+)"[^>]*>')
VALUE = re.compile(r'\bvalue="([^"]*)"')
FORM = re.compile(r'<form method="post" action="([^"]+)">(.*?)</form>', re.DOTALL)


@dataclass
class Browser:
    """One browser; redirects are followed by hand."""

    site: Site
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, target: str, **headers: str) -> httpx2.Response:
        """A page."""
        return self._kept(self.site.client.get(target, headers=self._headers(headers), follow_redirects=False))

    def post(self, target: str, fields: dict[str, str], **headers: str) -> httpx2.Response:
        """A form with exactly these fields."""
        sent = self._headers({"origin": BASE, **headers})
        return self._kept(self.site.client.post(target, data=fields, headers=sent, follow_redirects=False))

    def fill(self, page: httpx2.Response, /, **typed: str) -> httpx2.Response:
        """The first form of `page`, sent with what it holds and what is typed into it."""
        action, inner = FORM.findall(page.text)[0]
        held = {}
        for found in FIELD.finditer(inner):
            value = VALUE.search(found[0])
            held[found[1]] = html.unescape(value[1]) if value else ""
        return self.post(html.unescape(action), {**held, **typed})

    def followed(self, answer: httpx2.Response) -> httpx2.Response:
        """The page that a 303 leads to."""
        assert answer.status_code == 303
        return self.get(answer.headers["location"])

    def _headers(self, headers: dict[str, str]) -> dict[str, str]:
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return {**({"cookie": cookie} if cookie else {}), **headers}

    def _kept(self, answer: httpx2.Response) -> httpx2.Response:
        for line in answer.headers.get_list("set-cookie"):
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value.strip('"')
        self.site.client.cookies.clear()
        return answer
