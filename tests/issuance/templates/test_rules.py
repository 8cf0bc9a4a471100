"""How versions are named, and whom a template serves."""

import pytest

from gimark.issuance.templates.rules import VersionName, read_version_name, serves


def test_a_version_s_name_reads_as_the_version_and_no_other_name_does() -> None:
    name = VersionName("0k3v9m2x7q8r4t6w", 12)
    assert read_version_name(str(name)) == name
    for other in ("roll-70x40", "0k3v9m2x7q8r4t6w", "0k3v9m2x7q8r4t6w.0", "0k3v9m2x7q8r4t6w.1000", f"{name}\n"):
        assert read_version_name(other) is None


@pytest.mark.parametrize(
    ("bound_to", "borne", "is_served"),
    [(None, {1}, True), (None, (), True), (1, {1}, True), (1, {1, 2}, True), (1, {2}, False), (1, (), False)],
)
def test_a_template_of_a_right_serves_labels_that_bear_it_alone(
    bound_to: int | None, borne: set[int], is_served: bool
) -> None:
    assert serves(bound_to, borne) is is_served
