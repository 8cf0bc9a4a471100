"""Runs and acts on ranges as the ledger should hold them, and the volume they must have moved."""

from base64 import b64encode
from collections import Counter
from collections.abc import Iterator
from datetime import date

from sqlalchemy import except_, select
from sqlalchemy.orm import Session

from gimark.codes.commitment import BLOCK, HASH_SIZE, root
from gimark.issuance.figures import COUNTED
from gimark.issuance.keys.model import KeyAct, KeySetPublication, SigningKey
from gimark.issuance.model import IssueRun, RangeAct, RangeSpan, RunAuthorization, SeasonCodes
from gimark.issuance.queries import acts_on
from gimark.issuance.rules import CodeState, RangeKind, RunStates
from gimark.ledger.replay import ExpectedEntry
from gimark.production.model import Batch, EnterpriseEntry, EntryKind, MovementKind
from gimark.production.replay import differing_from_season
from gimark.production.seasons import season_at
from gimark.registry.authorizations.model import Authorization
from gimark.registry.items.model import TradeItem


def expected_entries(session: Session) -> Iterator[ExpectedEntry]:
    """One for every key, key set, run and act on ranges."""
    yield from _keys(session)
    yield from _runs(session)
    yield from _ranges(session)


def differing_commitments(session: Session) -> Iterator[tuple[int, str]]:
    """(ledger index, what differs) of runs whose stored level-8 hashes are not those that `codes_root` stands on."""
    rows = session.execute(select(IssueRun.ledger_index, IssueRun.count, IssueRun.codes_root, IssueRun.level8))
    for index, count, codes_root, blob in rows:
        if len(blob) != HASH_SIZE * -(-count // BLOCK) or root(blob) != codes_root:
            yield index, "level8: the stored hashes do not lead to codes_root"


def differing_lists(session: Session) -> Iterator[tuple[int, str]]:
    """(ledger index, what differs) of batches and runs that are on another enterprise's list than their maker's."""
    batches = select(TradeItem.enterprise_id, Batch.ledger_index).join(TradeItem, TradeItem.id == Batch.item_id)
    runs = (
        select(TradeItem.enterprise_id, IssueRun.ledger_index)
        .join(Batch, Batch.id == IssueRun.batch_id)
        .join(TradeItem, TradeItem.id == Batch.item_id)
    )
    for kind, made in ((EntryKind.BATCH, batches), (EntryKind.RUN, runs)):
        listed = select(EnterpriseEntry.enterprise_id, EnterpriseEntry.ledger_index).where(EnterpriseEntry.kind == kind)
        for enterprise_id, index in session.execute(except_(made, listed)):
            yield index, f"list of enterprise {enterprise_id}: the {kind} is not on it"
        for enterprise_id, index in session.execute(except_(listed, made)):
            yield index, f"list of enterprise {enterprise_id}: it has no such {kind}"


def expected_movements(session: Session) -> Iterator[tuple[int, tuple[int, str, int, int]]]:
    """By ledger index: (batch's ledger index, kind, issued_g, activated_g) that every issue and range act moved."""
    rows = session.execute(select(IssueRun, Batch.ledger_index).join(Batch, Batch.id == IssueRun.batch_id)).all()
    acts = acts_on(session, [run.id for run, _ in rows])
    for run, batch_index in rows:
        yield run.ledger_index, (batch_index, MovementKind.ISSUE.value, run.net_g * run.count, 0)
        states = RunStates.fresh(run.count)
        for act in acts[run.id]:
            parts = [part for span in act.spans for part in states.parts(span)]
            size = sum(part.size for part in parts)
            active = sum(part.size for part in parts if part.state is CodeState.ACTIVE)
            if act.kind is RangeKind.ACTIVATE:
                yield act.ledger_index, (batch_index, act.kind.value, 0, run.net_g * size)
            elif act.kind is not RangeKind.REPRINT:
                yield act.ledger_index, (batch_index, act.kind.value, -run.net_g * size, -run.net_g * active)
            states = states.after(act.kind, act.spans, act.ledger_index)


def differing_seasons(session: Session) -> Iterator[tuple[int, str]]:
    """(ledger index of the enterprise, what differs) where a season's codes are not those of its runs and acts."""
    made: Counter[tuple[date, int, str]] = Counter()
    whose = select(IssueRun.id, TradeItem.enterprise_id).join(Batch, Batch.id == IssueRun.batch_id)
    owners: dict[int, int] = dict(session.execute(whose.join(TradeItem, TradeItem.id == Batch.item_id)).all())
    for run_id, at, count in session.execute(select(IssueRun.id, IssueRun.issued_at, IssueRun.count)):
        made.update({(season_at(at), owners[run_id], "runs"): 1, (season_at(at), owners[run_id], "issued"): count})
    acts = select(RangeAct.run_id, RangeAct.kind, RangeAct.at, RangeSpan.last - RangeSpan.first + 1)
    acts = acts.join(RangeSpan, RangeSpan.act_id == RangeAct.id).where(RangeAct.kind.in_(COUNTED))
    for run_id, kind, at, count in session.execute(acts):
        if run_id in owners:
            made[season_at(at), owners[run_id], COUNTED[kind]] += count
    yield from differing_from_season(session, SeasonCodes, made)


def _keys(session: Session) -> Iterator[ExpectedEntry]:
    for key in session.scalars(select(SigningKey)):
        yield ExpectedEntry(
            key.ledger_index,
            "key.add",
            {
                "kid": key.kid,
                "alg": key.alg,
                "pub": b64encode(key.public).decode(),
                "from": key.valid_from.isoformat(),
                "until": key.valid_until.isoformat(),
            },
        )
    for act in session.scalars(select(KeyAct)):
        fields: dict[str, object] = {"kid": act.kid}
        if act.log_size is not None:
            fields["at"] = act.log_size
        yield ExpectedEntry(act.ledger_index, f"key.{act.kind}", fields, act.at)
    for published in session.scalars(select(KeySetPublication)):
        yield ExpectedEntry(
            published.ledger_index,
            "keyset.publish",
            {"seq": published.seq, "sha256": b64encode(published.sha256).decode()},
            published.at,
        )


def _runs(session: Session) -> Iterator[ExpectedEntry]:
    rows = session.execute(select(IssueRun, Batch.ledger_index).join(Batch, Batch.id == IssueRun.batch_id))
    for run, batch_index in rows:
        authorizations = session.scalars(
            select(Authorization.ledger_index)
            .join(RunAuthorization, RunAuthorization.authorization_id == Authorization.id)
            .where(RunAuthorization.run_id == run.id)
            .order_by(Authorization.ledger_index)
        )
        yield ExpectedEntry(
            run.ledger_index,
            "run.issue",
            {
                "batch": batch_index,
                "authorizations": list(authorizations),
                "run": run.number,
                "gtin": run.gtin,
                "lot": run.lot,
                "count": run.count,
                "net_g": run.net_g,
                "kid": run.kid,
                "epoch": run.epoch,
                "codes_root": b64encode(run.codes_root).decode(),
            },
            run.issued_at,
        )


def _ranges(session: Session) -> Iterator[ExpectedEntry]:
    rows = session.execute(select(RangeAct, IssueRun.ledger_index).join(IssueRun, IssueRun.id == RangeAct.run_id))
    for act, run_index in rows:
        spans = session.execute(
            select(RangeSpan.first, RangeSpan.last).where(RangeSpan.act_id == act.id).order_by(RangeSpan.first)
        )
        fields: dict[str, object] = {"run": run_index, "ranges": [list(span) for span in spans]}
        if act.reason is not None:
            fields["reason"] = act.reason
        yield ExpectedEntry(act.ledger_index, f"run.{act.kind}", fields, act.at)
