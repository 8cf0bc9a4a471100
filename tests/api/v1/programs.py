"""A program that asks the API, with an access key of somebody's."""

from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any

import httpx2

from gimark.accounts.access.actions import AccessKeyForm, NewAccessKey, create_access_key
from gimark.accounts.rules import Actor, Permission
from gimark.clock import local_day
from gimark.store.unit_of_work import Store
from tests.api.site import Site

ATTEMPTS = count(1)


@dataclass
class Program:
    """Asks as `actor`. Every request that makes something is a new attempt unless `key` says otherwise."""

    site: Site
    actor: Actor
    key: NewAccessKey
    headers: dict[str, str] = field(default_factory=lambda: {"accept": "*/*", "accept-language": "en"})

    def ask(self, method: str, path: str, **options: Any) -> httpx2.Response:
        """Any request; `path` as under /v1."""
        headers = {**self.headers, "authorization": f"Bearer {self.key.token}", **options.pop("headers", {})}
        return self.site.client.request(method, f"/v1{path}", headers=headers, **options)

    def get(self, path: str, **headers: str) -> httpx2.Response:
        """Read."""
        return self.ask("GET", path, headers=headers)

    def make(self, path: str, body: Any = None, key: str | None = None, **headers: str) -> httpx2.Response:
        """Make something."""
        headers["idempotency-key"] = key or f"attempt-{next(ATTEMPTS)}"
        return self.ask("POST", path, json=body, headers=headers)

    def tag(self, path: str) -> str:
        """The version that a thing has now."""
        return str(self.get(path).headers["etag"])

    def change(self, method: str, path: str, body: Any, tag: str) -> httpx2.Response:
        """Change something, decided on the version `tag`."""
        return self.ask(method, path, json=body, headers={"if-match": tag})


def program(site: Site, actor: Actor, *scopes: Permission) -> Program:
    """A program with a key of the actor's for these scopes, or for all that the actor may do."""
    return Program(site, actor, new_key(site.county.store, actor, *scopes))


def new_key(store: Store, actor: Actor, *scopes: Permission) -> NewAccessKey:
    """A key of the actor's for 30 days."""
    with store.acting() as act:
        until = local_day(act.now) + timedelta(days=30)
        made = create_access_key(act, actor, AccessKeyForm("ERP", scopes or tuple(actor.permissions), until))
        act.commit()
    return made
