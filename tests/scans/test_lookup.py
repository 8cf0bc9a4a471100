"""From a code to its verdict, over what was really done in a county."""

import logging
import threading
from datetime import date, timedelta

import pytest

from gimark.codes.cipher import SerialCipher
from gimark.codes.offline import VERIFIERS
from gimark.codes.token import write_token
from gimark.codes.uri import build_uri
from gimark.issuance.rules import RangeKind
from gimark.keys.keyset import KeyState
from gimark.keys.signer import Ed25519Signer
from gimark.production.actions import recall_batch
from gimark.registry.authorizations.rules import ChangeKind
from gimark.scans.lookup import CodeSecrets
from gimark.scans.rules import Colour, Reason, RungName, RungState
from tests.county import GTIN, HARVEST, OTHER_GTIN, PACKED_ON, County
from tests.scans.desk import OTHER_PHONE, Desk, keyset_of, uri_of


def signed_uri(county: County, gtin: str, lot: str, serial: str, kid: str = "0001", seed: bytes = b"\x01" * 32) -> str:
    """A URI that whoever holds the seed of a key can make."""
    host = county.keyring.host
    message = f"gi-code/v1\n{county.keyring.origin}\n{kid}\n/01/{gtin}/10/{lot}/21/{serial}\n".encode()
    return build_uri(host, gtin, lot, serial, write_token(kid, Ed25519Signer(kid, seed).sign(message)))


def serial_in(uri: str) -> str:
    return uri.partition("/21/")[2][:13]


def test_an_activated_code_is_green_and_tells_what_is_registered(county: County, desk: Desk) -> None:
    run = county.run(county.batch())
    index = county.change(run, RangeKind.ACTIVATE, (0, 499))
    answer = desk.scan(uri_of(county, run, 3))
    verdict = answer.verdict
    assert (verdict.colour, verdict.reason) == (Colour.GREEN, Reason.AUTHENTIC)
    assert {rung.state for rung in verdict.rungs} == {RungState.PASS}
    assert verdict.package is not None
    assert verdict.package.enterprise_zh == "云溪县示例菌业有限公司"
    assert (verdict.package.town_zh, verdict.package.packed_on) == ("松坞镇", PACKED_ON)
    assert (verdict.package.harvested_from, verdict.package.harvested_until) == HARVEST
    [right] = verdict.package.rights
    assert (right.standard, right.authorization_number) == ("GB/T 99952-2024", "示例-2026-0007")
    assert verdict.run is not None
    assert (verdict.run.count, verdict.run.ledger_index) == (1_000, run.ledger_index)
    assert verdict.activated_at == county.store.clock.now()
    assert verdict.checks is not None
    assert (verdict.checks.count, verdict.checks.first_at) == (0, None)
    assert index > run.ledger_index


def test_a_code_is_amber_until_it_is_activated(county: County, desk: Desk) -> None:
    run = county.run(county.batch(confirmed=False))
    verdict = desk.scan(uri_of(county, run)).verdict
    assert (verdict.colour, verdict.reason) == (Colour.AMBER, Reason.NOT_ACTIVATED)
    rungs = {rung.name: rung.state for rung in verdict.rungs}
    assert (rungs[RungName.ACTIVATED], rungs[RungName.AUTHORISED]) == (RungState.WARN, RungState.NOT_JUDGED)


@pytest.mark.parametrize(("kind", "reason"), [(RangeKind.VOID, Reason.VOIDED), (RangeKind.RETURN, Reason.RETURNED)])
def test_a_code_that_was_taken_back_is_red_with_its_act_and_its_neighbour_is_not(
    county: County, desk: Desk, kind: RangeKind, reason: Reason
) -> None:
    run = county.run(county.batch())
    county.change(run, RangeKind.ACTIVATE, (0, 999))
    assert desk.scan(uri_of(county, run, 5)).verdict.colour is Colour.GREEN
    index = county.change(run, kind, (5, 5), reason="标签破损")
    verdict = desk.scan(uri_of(county, run, 5)).verdict
    assert (verdict.colour, verdict.reason) == (Colour.RED, reason)
    assert verdict.act is not None
    assert (verdict.act.reason, verdict.act.ledger_index) == ("标签破损", index)
    assert desk.scan(uri_of(county, run, 6)).verdict.colour is Colour.GREEN
    assert desk.type(serial_in(uri_of(county, run, 5))).verdict.colour is Colour.RED


def test_a_recall_turns_every_code_of_the_batch_red(any_desk: Desk) -> None:
    desk, county = any_desk, any_desk.county
    ref = county.batch()
    run = county.run(ref)
    county.change(run, RangeKind.ACTIVATE, (0, 999))
    assert desk.scan(uri_of(county, run)).verdict.colour is Colour.GREEN
    with county.store.acting() as act:
        recall_batch(act, county.producer, ref, "二氧化硫超过限值")
        act.commit()
    for verdict in (desk.scan(uri_of(county, run)).verdict, desk.type(serial_in(uri_of(county, run, 9))).verdict):
        assert (verdict.colour, verdict.reason) == (Colour.RED, Reason.RECALLED)
        assert verdict.act is not None
        assert verdict.act.reason == "二氧化硫超过限值"


@pytest.mark.parametrize("kind", [ChangeKind.SUSPEND, ChangeKind.REVOKE])
def test_only_a_stop_before_the_packing_date_takes_the_authorization_away(
    county: County, desk: Desk, kind: ChangeKind
) -> None:
    run = county.run(county.batch())
    county.change(run, RangeKind.ACTIVATE, (0, 999))
    assert desk.scan(uri_of(county, run)).verdict.colour is Colour.GREEN
    county.stop(kind, PACKED_ON + timedelta(days=1))
    assert desk.scan(uri_of(county, run)).verdict.colour is Colour.GREEN


@pytest.mark.parametrize("kind", [ChangeKind.SUSPEND, ChangeKind.REVOKE])
def test_a_stop_that_reaches_back_to_the_packing_date_is_red(county: County, desk: Desk, kind: ChangeKind) -> None:
    run = county.run(county.batch())
    county.change(run, RangeKind.ACTIVATE, (0, 999))
    assert desk.scan(uri_of(county, run)).verdict.colour is Colour.GREEN
    county.stop(kind, PACKED_ON)
    verdict = desk.scan(uri_of(county, run)).verdict
    assert (verdict.colour, verdict.reason) == (Colour.RED, Reason.NOT_AUTHORISED)
    assert verdict.act is not None
    assert (verdict.act.kind, verdict.act.reason) == (kind.value, "示例理由")


def test_a_typed_code_is_registered_and_no_more(county: County, desk: Desk) -> None:
    run = county.run(county.batch())
    county.change(run, RangeKind.ACTIVATE, (0, 999))
    verdict = desk.type(serial_in(uri_of(county, run))).verdict
    assert (verdict.colour, verdict.reason) == (Colour.GREY, Reason.TYPED)
    assert verdict.package is not None
    assert desk.type("38GPERNQBQTSA").verdict.reason is Reason.NOT_ISSUED


def test_an_address_without_its_signature_is_grey(county: County, desk: Desk) -> None:
    run = county.run(county.batch())
    county.change(run, RangeKind.ACTIVATE, (0, 999))
    bare = uri_of(county, run).partition("?")[0]
    assert desk.scan(bare).verdict.reason is Reason.UNSIGNED
    assert desk.scan(bare.replace("YX26A0317", "YX26A0318")).verdict.reason is Reason.NOT_ISSUED


def test_swapped_gtin_lot_or_serial_is_red(county: County, desk: Desk) -> None:
    run = county.run(county.batch())
    county.change(run, RangeKind.ACTIVATE, (0, 999))
    uri, other = uri_of(county, run, 0), uri_of(county, run, 1)
    for forged in (
        uri.replace(GTIN, OTHER_GTIN),
        uri.replace("YX26A0317", "YX26A0318"),
        uri.replace(serial_in(uri), serial_in(other)),
        uri.partition("?")[0] + "?" + other.partition("?")[2],
    ):
        verdict = desk.scan(forged).verdict
        assert verdict.colour is Colour.RED
        assert verdict.reason in (Reason.BAD_SIGNATURE, Reason.NOT_ISSUED)
        assert verdict.package is None


def test_an_insider_s_valid_signature_over_what_no_run_names_is_not_issued(county: County, desk: Desk) -> None:
    run = county.run(county.batch())
    county.change(run, RangeKind.ACTIVATE, (0, 999))
    serial = serial_in(uri_of(county, run))
    past_the_end = county.keyring.ciphers[1].encode(run.number, 1_000, 1)[0].tobytes().decode()
    no_such_run = county.keyring.ciphers[1].encode(run.number + 1, 0, 1)[0].tobytes().decode()
    for gtin, lot, code in (
        (GTIN, "YX26A0999", serial),
        (OTHER_GTIN, run.lot, serial),
        (GTIN, run.lot, past_the_end),
        (GTIN, run.lot, no_such_run),
        (GTIN, run.lot, "38GPERNQBQTSA"),
    ):
        verdict = desk.scan(signed_uri(county, gtin, lot, code)).verdict
        assert (verdict.colour, verdict.reason) == (Colour.RED, Reason.NOT_ISSUED)


def test_a_signature_is_checked_for_every_code_that_could_be_ours_and_for_no_other(
    county: County, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[bytes] = []

    def verify(public: bytes, message: bytes, signature: bytes) -> bool:
        checked.append(message)
        return VERIFIERS["ed25519"](public, message, signature)

    monkeypatch.setattr("gimark.scans.lookup.VERIFIERS", {"ed25519": verify})
    run = county.run(county.batch())
    uri = uri_of(county, run)
    serial = serial_in(uri)
    for refused in (
        signed_uri(county, GTIN, run.lot, "38GPERNQBQTSA"),
        signed_uri(county, GTIN, "YX26A0999", serial),
        signed_uri(county, GTIN, run.lot, serial, kid="00ff"),
        uri[:-1],
        uri.replace(serial, serial[1:] + serial[0]),
    ):
        assert desk.scan(refused).verdict.colour is Colour.RED
    assert checked == []
    for times in (1, 2, 3):
        assert desk.scan(uri).verdict.reason is Reason.NOT_ACTIVATED
        assert len(checked) == times


def test_another_s_signature_is_bad_and_another_s_key_unknown(county: County, desk: Desk) -> None:
    run = county.run(county.batch())
    serial = serial_in(uri_of(county, run))
    assert (
        desk.scan(signed_uri(county, GTIN, run.lot, serial, seed=b"\x09" * 32)).verdict.reason is Reason.BAD_SIGNATURE
    )
    assert desk.scan(signed_uri(county, GTIN, run.lot, serial, kid="00ff")).verdict.reason is Reason.UNKNOWN_KEY


@pytest.mark.parametrize(("below", "reason"), [(0, Reason.KEY_REVOKED), (10_000, Reason.KEY_REVOKED_CONFIRMED)])
def test_a_withdrawn_key_s_codes_live_by_the_public_register(county: County, below: int, reason: Reason) -> None:
    run = county.run(county.batch())
    county.change(run, RangeKind.ACTIVATE, (0, 999))
    desk = Desk(county, keyset_of(county, state=KeyState.REVOKED, revoked_at=below))
    assert desk.scan(uri_of(county, run)).verdict.reason is reason
    desk.close()


def test_an_algorithm_we_lack_is_no_forgery(county: County) -> None:
    run = county.run(county.batch())
    county.change(run, RangeKind.ACTIVATE, (0, 999))
    desk = Desk(county, keyset_of(county, alg="p256", public=b"\x04" + bytes(64)))
    assert desk.scan(uri_of(county, run)).verdict.reason is Reason.UNSUPPORTED
    desk.close()


def test_each_device_and_hour_is_one_check_and_the_first_is_told(any_desk: Desk) -> None:
    desk, county = any_desk, any_desk.county
    run = county.run(county.batch())
    county.change(run, RangeKind.ACTIVATE, (0, 999))
    uri = uri_of(county, run)

    def counted(**visit: object) -> int:
        checks = desk.scan(uri, desk.visit(**visit)).verdict.checks  # type: ignore[arg-type]
        assert checks is not None
        return checks.count

    assert counted() == 0
    assert counted() == 0
    assert counted(device=OTHER_PHONE, province="31") == 1
    assert counted(hours=1) == 2
    assert counted(device=None) == 3
    checks = desk.scan(uri, desk.visit(device=None)).verdict.checks
    assert checks is not None
    assert (checks.count, checks.provinces) == (3, ("31",))
    assert checks.first_at == county.store.clock.now().replace(minute=0)


def test_checks_that_were_written_are_read_by_the_next_process(any_desk: Desk) -> None:
    desk, county = any_desk, any_desk.county
    run = county.run(county.batch())
    county.change(run, RangeKind.ACTIVATE, (0, 999))
    desk.recorder.start()
    for idx in (0, 0, 1):
        desk.scan(uri_of(county, run, idx))
    desk.scan(uri_of(county, run), desk.visit(device=OTHER_PHONE))
    assert desk.recorder.close() == 0
    other = Desk(county)
    checks = other.scan(uri_of(county, run), other.visit(device=None)).verdict.checks
    same_phone = other.scan(uri_of(county, run, 1)).verdict.checks
    other.close()
    assert checks is not None
    assert same_phone is not None
    assert (checks.count, same_phone.count) == (2, 0)


def test_forged_and_typed_looks_are_no_checks_of_the_code(county: County, desk: Desk) -> None:
    run = county.run(county.batch())
    county.change(run, RangeKind.ACTIVATE, (0, 999))
    uri = uri_of(county, run)
    desk.scan(uri.partition("?")[0])
    desk.scan(uri.replace("?s=AQAB", "?s=AQABA")[:-1])
    desk.type(serial_in(uri))
    checks = desk.scan(uri, desk.visit(device=OTHER_PHONE)).verdict.checks
    assert checks is not None
    assert checks.count == 0


def test_packed_before_the_authorization_began_is_not_authorised(county: County, desk: Desk) -> None:
    run = county.run(county.batch())
    county.change(run, RangeKind.ACTIVATE, (0, 999))
    county.stop(ChangeKind.SUSPEND, date(2026, 11, 1))
    county.stop(ChangeKind.RESTORE, date(2026, 11, 20))
    assert desk.scan(uri_of(county, run)).verdict.reason is Reason.NOT_AUTHORISED


@pytest.mark.long
def test_a_database_that_hangs_is_amber_and_not_waited_for(
    county: County, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gimark.scans.lookup.READ_TIMEOUT_S", 0.05)
    run = county.run(county.batch())
    released = threading.Event()
    monkeypatch.setattr(desk.snapshot, "find", lambda number: released.wait(1))
    logging.disable(logging.CRITICAL)
    try:
        verdict = desk.scan(uri_of(county, run)).verdict
        forged = desk.scan(signed_uri(county, GTIN, run.lot, serial_in(uri_of(county, run)), seed=b"\x09" * 32)).verdict
    finally:
        released.set()
        logging.disable(logging.NOTSET)
    assert (verdict.colour, verdict.reason) == (Colour.AMBER, Reason.UNAVAILABLE)
    assert (forged.colour, forged.reason) == (Colour.RED, Reason.BAD_SIGNATURE)


def test_a_code_of_a_lost_serial_master_is_not_called_a_forgery_and_a_forged_one_still_is(
    county: County, desk: Desk
) -> None:
    uri = uri_of(county, county.run(county.batch()))
    later = {2: SerialCipher(b"\x05" * 32, county.keyring.origin)}
    desk.lookups.use(CodeSecrets(keyset_of(county), later))
    assert desk.scan(uri).verdict.reason is Reason.UNAVAILABLE
    assert desk.scan(uri).verdict.colour is Colour.AMBER
    forged = signed_uri(county, GTIN, "YX26A0317", serial_in(uri), seed=b"\x09" * 32)
    assert desk.scan(forged).verdict.reason is Reason.BAD_SIGNATURE
