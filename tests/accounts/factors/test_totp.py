"""Codes are those of RFC 6238, taken a step early or late, and never twice."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from gimark.accounts.factors.totp import STEP_S, address_of, new_secret, step_of

SECRET = b"12345678901234567890"
# RFC 6238, appendix B: the last six of the eight digits for SHA-1.
VECTORS = {
    59: "287082",
    1111111109: "081804",
    1111111111: "050471",
    1234567890: "005924",
    2000000000: "279037",
    20000000000: "353130",
}


def at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


@pytest.mark.parametrize(("seconds", "code"), VECTORS.items())
def test_the_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    assert step_of(SECRET, code, at(seconds), 0) == seconds // STEP_S
    assert step_of(SECRET, str((int(code) + 1) % 10**6).zfill(6), at(seconds), 0) is None


@pytest.mark.parametrize(("drift_s", "is_taken"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_a_clock_may_be_off_by_one_step(drift_s: int, is_taken: bool) -> None:
    now = at(1234567890)
    assert (step_of(SECRET, "005924", now + timedelta(seconds=drift_s), 0) is not None) is is_taken


def test_a_code_and_every_older_one_is_taken_once() -> None:
    now = at(1234567890)
    used = step_of(SECRET, "005924", now, 0)
    assert used is not None
    assert step_of(SECRET, "005924", now, used) is None
    assert step_of(SECRET, "005924", now, used + 1) is None
    assert step_of(SECRET, "005924", now, used - 1) == used


def test_an_application_reads_who_it_is_for_and_the_secret() -> None:
    secret = new_secret()
    address = urlsplit(address_of(secret, "松雾-01", "云溪: 查验"))
    asked = {name: values[0] for name, values in parse_qs(address.query).items()}
    assert (address.scheme, address.netloc) == ("otpauth", "totp")
    assert asked["issuer"] == "云溪  查验"
    assert (asked["digits"], asked["period"], asked["algorithm"]) == ("6", "30", "SHA1")
    assert len(secret) == 20
    assert new_secret() != secret
