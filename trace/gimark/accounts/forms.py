"""What a user must be: the form of a name and of a password, and who belongs to an enterprise."""

import re

from gimark.accounts.rules import PRODUCERS, ROLE_NAMES_ZH, Role
from gimark.errors import invalid

LONGEST_NAME = 32
NAME = re.compile(r"[a-z0-9._\-\u4e00-\u9fff]{2,32}")
SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 128


def checked_name(name: str) -> str:
    """`name` itself when it can be a login name: 2–32 Chinese characters, letters a–z, digits, or . _ -

    Raises InvalidInputError. Capitals, full-width forms and other alphabets are refused, never folded: no two names
    look alike.
    """
    if NAME.fullmatch(name):
        return name
    raise invalid(
        "name",
        "登录名只能用汉字、小写字母、数字和 . _ -，2 至 32 个字符",
        "a login name has 2 to 32 Chinese characters, lower-case letters, digits, or . _ -",
        "请换一个登录名，例如 songwu-01",
        "Choose another, such as songwu-01",
    )


def checked_password(password: str, name: str) -> str:
    """`password` itself when it is 12–128 characters and neither holds `name` nor is one character repeated."""
    reason: tuple[str, str] | None = None
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        reason = ("密码应有 12 至 128 个字符", "a password has 12 to 128 characters")
    elif len(set(password)) == 1:
        reason = ("密码只是一个字符的重复", "the password is one character repeated")
    elif name in password.casefold():
        reason = ("密码里含有登录名", "the password holds the login name")
    if reason is None:
        return password
    raise invalid(
        "password",
        *reason,
        "请用三四个互不相干的词连成一句，不必有特殊符号",
        "Put three or four unrelated words together; special characters are not needed",
    )


def checked_membership(role: Role, enterprise_id: int | None) -> None:
    """People of an enterprise belong to one, and nobody else does. Raises InvalidInputError."""
    if (role in PRODUCERS) == (enterprise_id is not None):
        return
    if role in PRODUCERS:
        raise invalid(
            "enterprise",
            f"{ROLE_NAMES_ZH[role]}必须属于一家企业",
            f"a user with the role {role.value} belongs to an enterprise",
            "请先登记企业，再为它建用户",
            "Register the enterprise first, then make its user",
        )
    raise invalid(
        "enterprise",
        f"{ROLE_NAMES_ZH[role]}不能属于企业",
        f"a user with the role {role.value} cannot belong to an enterprise",
        "请去掉企业，或改选企业的角色",
        "Leave the enterprise out, or choose a role of an enterprise",
    )
