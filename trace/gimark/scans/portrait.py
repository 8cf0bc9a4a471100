"""One code as an office looks at it: its life, its checks by day and province, and what scanning its label says."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gimark.accounts.rules import Actor, not_found
from gimark.clock import local_day
from gimark.issuance.keyring import Keyring
from gimark.issuance.keys.model import KeyAct, KeyActKind
from gimark.issuance.model import IssueRun
from gimark.scans.hours import instant_of
from gimark.scans.life import AskedCode, CodeLife, code_life
from gimark.scans.model import MarkKind, ScanCheck, ScanMonth
from gimark.scans.register import batch_of_run
from gimark.scans.rules import Checks, Reason, Verdict, judge


@dataclass(frozen=True, slots=True)
class CheckCounts:
    """A code's checks: by day (Asia/Shanghai) and by province (GB/T 2260, "" = unknown) while their rows are kept, and
    before that by month (year × 100 + month).
    """

    by_day: Mapping[date, int]
    by_province: Mapping[str, int]
    by_month: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class CodePortrait:
    """A code's life; its checks; and the verdict that a consumer who scans its own label is given now."""

    life: CodeLife
    checks: CheckCounts
    verdict: Verdict


def code_portrait(session: Session, actor: Actor, keyring: Keyring, asked: AskedCode, now: datetime) -> CodePortrait:
    """The portrait of the code. Needs READ. Raises NotFoundError as `code_life` does."""
    life = code_life(session, actor, keyring, asked)
    run_id = session.scalars(select(IssueRun.id).where(IssueRun.ref == life.run.facts.ref)).one()
    return CodePortrait(life, _checks(session, run_id, life.index), _verdict(session, life, now))


def _checks(session: Session, run_id: int, index: int) -> CheckCounts:
    of_code = ScanCheck.run_id == run_id, ScanCheck.idx == index
    counted = select(ScanCheck.hour, ScanCheck.province, func.count()).where(*of_code)
    by_day: Counter[date] = Counter()
    by_province: Counter[str] = Counter()
    for hour, province, count in session.execute(counted.group_by(ScanCheck.hour, ScanCheck.province)):
        by_day[local_day(instant_of(hour))] += count
        by_province[province or ""] += count
    months = select(ScanMonth.month, ScanMonth.checks).where(ScanMonth.run_id == run_id, ScanMonth.idx == index)
    by_month = dict(session.execute(months.order_by(ScanMonth.month)).all())
    return CheckCounts(dict(sorted(by_day.items())), dict(by_province.most_common()), by_month)


def _verdict(session: Session, life: CodeLife, now: datetime) -> Verdict:
    """What `LookUps` answers to the label's own code, judged by the rows as they are in this session."""
    facts = life.run.facts
    record = batch_of_run(session, facts.number, now)
    if record is None:
        raise not_found("code")
    checks = Checks(life.scans.checks, life.scans.first_at, life.scans.provinces)
    is_copied = bool(life.marks) and life.marks[-1].kind is MarkKind.COPIED
    standing = record.standing(record.runs[facts.number], life.index, checks, copied=is_copied)
    revoked = select(KeyAct.log_size).where(KeyAct.kid == facts.kid, KeyAct.kind == KeyActKind.REVOKE)
    revoked_at = session.scalar(revoked.order_by(KeyAct.log_size).limit(1))
    word = Reason.AUTHENTIC if revoked_at is None else Reason.KEY_REVOKED
    return judge(word, standing, life.serial, revoked_at)
