"""Nobody who signs in is led anywhere but to our own pages."""

import pytest

from api.web.desk.places import own_place


@pytest.mark.parametrize("place", ["/producer", "/producer/batches?state=open&after=0k3v9m2x7q8r4t6w", "/%E5%B1%B1"])
def test_a_path_of_ours_is_kept(place: str) -> None:
    assert own_place(place) == place


@pytest.mark.parametrize(
    "place",
    [
        "",
        "producer",
        "https://elsewhere.example/",
        "javascript:alert(1)",
        "//elsewhere.example",
        "///elsewhere.example",
        "/\\elsewhere.example",
        "/\t/elsewhere.example",
        "/\n//elsewhere.example",
        "\t//elsewhere.example",
        "/producer#x",
        "//[",
        "/sign-in",
        "/sign-in?next=/sign-in",
        "/sign-out",
        "/" + "x" * 3000,
    ],
)
def test_anything_else_is_not(place: str) -> None:
    assert own_place(place) == ""
