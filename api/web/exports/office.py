"""Lists of the office: users, access keys, jobs, and what look-ups came to."""

from sqlalchemy.orm import Session

from api.web.desk.navigation import ROLES
from api.web.exports.asked import Asked, KeptList, Read, offices, readers
from api.web.provinces import PROVINCES
from api.web.public.words import WORDS
from api.web.translation import N_
from gimark.accounts.access.queries import AccessKeyFacts, access_keys
from gimark.accounts.queries import UserFacts, UserFilter, users
from gimark.accounts.rules import Actor, Permission, Role
from gimark.issuance.work import visible_work
from gimark.jobs.kinds import (
    COUNT_CHECKS,
    EXPORT_LIST,
    EXPORT_NONCES,
    ISSUE_CODES,
    ORDER_LABELS,
    PRINT_LABELS,
    PUBLISH_CHECKPOINT,
    PUBLISH_STATUS,
    SWEEP,
)
from gimark.jobs.queries import JobFacts
from gimark.jobs.rules import JobState
from gimark.scans.rules import Reason
from gimark.scans.statistics.queries import Grouping, ScanLine, VerdictLine, scan_lines, verdict_lines
from gimark.scans.statistics.scope import Scope
from gimark.store.paging import Portion, Wanted

ACTIVITY = {"on": True, "off": False}
JOB_KINDS = {
    COUNT_CHECKS: N_("统计查验"),
    EXPORT_LIST: N_("导出名单"),
    EXPORT_NONCES: N_("导出随机数"),
    ISSUE_CODES: N_("赋码"),
    ORDER_LABELS: N_("安排制作标签"),
    PRINT_LABELS: N_("制作标签"),
    PUBLISH_CHECKPOINT: N_("公布存证"),
    PUBLISH_STATUS: N_("公布状态列表"),
    SWEEP: N_("清理到期内容"),
}
JOB_STATES = {
    JobState.QUEUED: N_("排队中"),
    JobState.RUNNING: N_("进行中"),
    JobState.DONE: N_("已完成"),
    JobState.FAILED: N_("失败"),
    JobState.CANCELLED: N_("已取消"),
}


def _users(asked: Asked) -> Read[UserFacts]:
    chosen = UserFilter(asked.text("q") or "", asked.one_of("role", Role), ACTIVITY.get(asked.text("state") or ""))
    return lambda session, wanted: users(session, asked.actor, wanted, chosen)


def _keys(asked: Asked) -> Read[AccessKeyFacts]:
    return lambda session, wanted: access_keys(session, asked.actor, wanted)


def _jobs(asked: Asked) -> Read[JobFacts]:
    state = asked.one_of("state", JobState)
    return lambda session, wanted: visible_work(session, asked.actor, wanted, state)


def _checks(asked: Asked) -> Read[ScanLine]:
    by = asked.one_of("by", Grouping) or Grouping.BATCH
    return lambda session, wanted: scan_lines(session, asked.actor, Scope(), by, wanted)


def _verdicts(asked: Asked) -> Read[VerdictLine]:
    def read(session: Session, _wanted: Wanted) -> Portion[VerdictLine]:
        # A month has a line for each reason and province: some hundreds at most.
        return Portion(tuple(verdict_lines(session, asked.actor, asked.text("month"))), None)

    return read


def _group(asked: Asked, line: ScanLine) -> str:
    is_province = asked.one_of("by", Grouping) is Grouping.PROVINCE
    return _province(asked, line.key) if is_province else line.name


def _province(asked: Asked, code: str) -> str:
    names = PROVINCES.get(code)
    return asked.say(N_("省份不明")) if names is None else names[asked.language == "en"]


def _managers(actor: Actor) -> bool:
    return bool({Permission.MANAGE_USERS, Permission.MANAGE_STAFF} & actor.permissions)


def _key_holders(actor: Actor) -> bool:
    return Permission.MANAGE_ACCESS in actor.permissions


USERS: KeptList[UserFacts] = KeptList(
    N_("用户"),
    (
        (N_("登录名"), lambda a, r: r.name),
        (N_("角色"), lambda a, r: a.say(ROLES[r.role])),
        (N_("企业"), lambda a, r: a.name(r.enterprise_zh, r.enterprise_en)),
        (N_("验证器"), lambda a, r: a.say(N_("已设置")) if r.has_second_factor else None),
        (N_("状态"), lambda a, r: a.say(N_("在用") if r.is_active else N_("已停用"))),
        (N_("新建于"), lambda a, r: r.created_at),
    ),
    _users,
    ("q", "role", "state"),
    (),
    _managers,
)
KEYS: KeptList[AccessKeyFacts] = KeptList(
    N_("访问密钥"),
    (
        (N_("用途"), lambda a, r: r.name),
        (N_("密钥开头"), lambda a, r: r.prefix),
        (N_("登录名"), lambda a, r: r.owner),
        (N_("权限"), lambda a, r: " ".join(r.scopes)),
        (N_("新建于"), lambda a, r: r.created_at),
        (N_("有效至"), lambda a, r: r.expires_on),
        (N_("最近使用"), lambda a, r: r.last_used_on),
        (N_("吊销时间"), lambda a, r: r.revoked_at),
    ),
    _keys,
    (),
    ("made",),
    _key_holders,
)
JOBS: KeptList[JobFacts] = KeptList(
    N_("后台作业"),
    (
        (N_("作业"), lambda a, r: a.say(JOB_KINDS[r.kind]) if r.kind in JOB_KINDS else r.kind),
        (N_("状态"), lambda a, r: a.say(JOB_STATES[r.state])),
        (N_("完成份数"), lambda a, r: r.progress_done),
        (N_("总份数"), lambda a, r: r.progress_total),
        (N_("失败次数"), lambda a, r: r.failures),
        (N_("原因"), lambda a, r: r.error),
        (N_("申请时间"), lambda a, r: r.created_at),
        (N_("结束时间"), lambda a, r: r.finished_at),
    ),
    _jobs,
    ("state",),
    ("asked",),
)
CHECKS: KeptList[ScanLine] = KeptList(
    N_("查验次数"),
    (
        (N_("名称"), _group),
        (N_("已赋码（枚）"), lambda a, r: r.codes_issued),
        (N_("查验过（枚）"), lambda a, r: r.codes_checked),
        (N_("查验次数"), lambda a, r: r.checks),
    ),
    _checks,
    ("by",),
    (),
    readers,
)
VERDICTS: KeptList[VerdictLine] = KeptList(
    N_("查验统计"),
    (
        (N_("月份"), lambda a, r: r.month),
        (N_("结论"), lambda a, r: a.say(WORDS[Reason(r.reason)].title).replace("|", "")),
        (N_("原因代码"), lambda a, r: r.reason),
        (N_("省份"), lambda a, r: _province(a, r.province)),
        (N_("次数"), lambda a, r: r.looks),
    ),
    _verdicts,
    ("month",),
    (),
    offices,
)
