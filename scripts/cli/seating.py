"""Sitting down at the desks of a demonstration, as people do: by one-time password, authenticator and all.

Only where a demonstration left its mark: passwords are reset and authenticators unpaired.
"""

import time
from base64 import b32decode
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from sqlalchemy import select

from api.installation import open_installation
from api.settings import Settings
from gimark.accounts.actions import reset_password
from gimark.accounts.factors.actions import drop_second_factor
from gimark.accounts.model import User
from gimark.accounts.queries import as_actor
from gimark.accounts.rules import Role
from scripts.demonstration.folder import MARKER

if TYPE_CHECKING:
    from playwright.sync_api import Page

# Who sits at each desk; the administrator last, who resets the others' passwords.
SEATED = (Role.REGULATOR_LEAD, Role.PRODUCER_MANAGER, Role.ADMINISTRATOR)
DIGITS, STEP_S = 6, 30


def new_passwords(folder: Path) -> dict[str, str]:
    """One-time passwords of one user for each desk, by name, in the demonstration's `folder`.

    Nobody where no demonstration left its mark, so that no real office loses a password to a picture.
    """
    if not (folder / MARKER).exists():
        return {}
    here = open_installation(Settings(data_dir=folder / "data", passphrase_file=folder / ".passphrase"))
    with here.store.acting() as act:
        users = {user.role: user for user in act.session.scalars(select(User).where(User.is_active).order_by(-User.id))}
        administrator = as_actor(users[Role.ADMINISTRATOR])
        told = {}
        for user in (users[role] for role in SEATED if role in users):
            drop_second_factor(act, administrator, user.ref, may_be_own=True)
            told[user.name] = reset_password(act, administrator, user.ref).one_time_password
        act.commit()
    here.store.engine.dispose()
    return told


def sign_in(page: "Page", server: str, name: str, password: str) -> str:
    """Go through every step of signing in with a one-time password; the path of the desk's first page."""
    page.goto(f"{server}/sign-in?lang=zh")
    page.fill("#name", name)
    page.fill("#password", password)
    _press(page)
    while (path := urlsplit(page.url).path).startswith("/sign-in"):
        if page.locator("#again").count():
            page.fill("#password", f"{password}-again")
            page.fill("#again", f"{password}-again")
        elif page.locator("#code").count():
            page.fill("#code", _code(page.locator("figure .mono").inner_text()))
        _press(page)
    page.close()
    return path


def _press(page: "Page") -> None:
    """Press the form's own button."""
    with page.expect_navigation():
        page.locator("main form button.btn").first.click()


def _code(secret: str) -> str:
    """What an authenticator application shows for a secret that was typed into it (RFC 6238)."""
    bare = "".join(secret.split())
    key = b32decode(bare + "=" * (-len(bare) % 8))
    # SHA-1 is what every application takes; within HMAC it is not broken.
    return TOTP(key, DIGITS, SHA1(), STEP_S).generate(int(time.time())).decode()  # noqa: S303
