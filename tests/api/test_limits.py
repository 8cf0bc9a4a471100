"""Bad signatures are limited by network and minute."""

from api.limits import MOST_NETWORKS, SignatureLimit


def test_a_network_over_its_minute_waits_and_others_do_not() -> None:
    now = [0.0]
    limit = SignatureLimit(3, lambda: now[0])
    for _ in range(3):
        assert not limit.is_over(b"one")
        limit.count(b"one")
    assert limit.is_over(b"one")
    assert not limit.is_over(b"other")
    now[0] = 60
    assert not limit.is_over(b"one")
    assert not limit.is_watching


def test_nothing_is_watched_until_something_is_bad() -> None:
    assert not SignatureLimit(1).is_watching


def test_very_many_networks_take_no_more_memory_and_refuse_nobody_new() -> None:
    limit = SignatureLimit(2, lambda: 0.0)
    for number in range(MOST_NETWORKS + 10):
        limit.count(number.to_bytes(3, "big"))
    assert len(limit._counts) <= MOST_NETWORKS
    assert not limit.is_over(b"new")
