"""The form of names and passwords, and who belongs to an enterprise."""

import pytest

from gimark.accounts.forms import checked_membership, checked_name, checked_password
from gimark.accounts.rules import PRODUCERS, Role
from gimark.errors import InvalidInputError


@pytest.mark.parametrize("name", ["li", "songwu-01", "王建国", "a.b_c", "松雾01"])
def test_names_that_are_taken(name: str) -> None:
    assert checked_name(name) == name


@pytest.mark.parametrize(
    "name", ["", "x", "Wang", "ｗａｎｇ", "li wei", "a" * 33, "a/b", "li\n", "ⅷ级", "a\u200bb", "ß1", "ı1", "аdmin"]
)
def test_a_name_that_looks_like_another_or_has_an_odd_character_is_refused(name: str) -> None:
    with pytest.raises(InvalidInputError, match="登录名"):
        checked_name(name)


@pytest.mark.parametrize("password", ["correct horse", "云溪 香菇 二十四节气 好雨", "x" * 127 + "y"])
def test_long_passwords_of_any_characters_are_taken(password: str) -> None:
    assert checked_password(password, "songwu") == password


@pytest.mark.parametrize(
    ("password", "why"),
    [("short-one-1", "12"), ("x" * 129, "128"), ("a" * 12, "重复"), ("my-SongWu-2026", "登录名")],
)
def test_weak_passwords_are_refused_with_the_reason(password: str, why: str) -> None:
    with pytest.raises(InvalidInputError, match=why):
        checked_password(password, "songwu")


@pytest.mark.parametrize("role", sorted(Role))
def test_people_of_an_enterprise_belong_to_one_and_nobody_else_does(role: Role) -> None:
    right, wrong, why = (7, None, "必须属于一家企业") if role in PRODUCERS else (None, 7, "不能属于企业")
    checked_membership(role, right)
    with pytest.raises(InvalidInputError, match=why):
        checked_membership(role, wrong)
