"""What is kept for a time is taken away when the time is over. Doing any part again changes nothing.

Each part is a periodic job of its own, so that one that fails holds up no other: the pages promise two of them.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta

from api.installation import Installation
from api.jobs.destroying import destroy_ended_keys
from gimark.accounts.answers.actions import forget_answers
from gimark.accounts.links.actions import forget_links
from gimark.accounts.lockout.actions import forget_tries
from gimark.accounts.sessions.actions import forget_sessions
from gimark.exchange.exports.actions import forget_exports, outdated_exports
from gimark.exchange.uploads.actions import forget_uploads
from gimark.files.folder import LocalFiles
from gimark.issuance.lapsing import remove_lapsed
from gimark.issuance.print_retention import note_files_removed, outdated_prints
from gimark.jobs.actions import forget_ended
from gimark.scans import retention

PRINTS_KEPT = timedelta(days=90)
# As long as print files are asked for; a job's key is free again afterwards.
JOBS_KEPT = PRINTS_KEPT
# The report of an upload is looked at for days; its batches stay.
UPLOADS_KEPT = PRINTS_KEPT
# A list is of the day on which it was asked for; who needs it later asks anew.
EXPORTS_KEPT = timedelta(days=7)
# As long as the API promises that a repeated request is answered as it was.
ANSWERS_KEPT = timedelta(days=7)
# Longer than any session can last (settings.session_hours).
SESSIONS_KEPT = timedelta(days=8)
# Far longer than any file takes to be written.
UNFINISHED_KEPT = timedelta(days=1)


def sweep(here: Installation) -> dict[str, int]:
    """Do every part; how many things each took away."""
    return {name: part(here) for name, part in PARTS.items()}


def sweep_part(here: Installation, name: str) -> None:
    """Do one of PARTS."""
    PARTS[name](here)


def _checks(here: Installation) -> int:
    """Keys of device tags 14 days after their week, rows of checks after 90 days, months a year after shelf life."""
    swept = retention.sweep(here.store)
    return swept.keys_destroyed + swept.rows_folded + swept.verdicts_folded + swept.runs_totalled


def _reservations(here: Installation) -> int:
    with here.store.acting() as act:
        removed = remove_lapsed(act)
        act.commit()
    return removed


def _jobs(here: Installation) -> int:
    with here.store.acting() as act:
        forgotten = forget_ended(act, act.now - JOBS_KEPT)
        act.commit()
    return forgotten


def _prints(here: Installation) -> int:
    """Files of print orders; their hashes stay. Killed between the two steps, the next sweep does both again."""
    now, removed = here.store.clock.now(), 0
    while True:
        with here.store.reading() as session:
            outdated = outdated_prints(session, now - PRINTS_KEPT)
        for order in outdated:
            for digest in order.digests:
                # Of a file that was just put, the order it is for may not be noted yet.
                here.files.delete(digest, put_before=now - UNFINISHED_KEPT)
            with here.store.acting() as act:
                note_files_removed(act, order.ref)
                act.commit()
        removed += len(outdated)
        if not outdated:
            return removed


def _files(here: Installation) -> int:
    if not isinstance(here.files, LocalFiles):
        return 0
    return here.files.remove_unfinished(here.store.clock.now() - UNFINISHED_KEPT)


def _answers(here: Installation) -> int:
    with here.store.acting() as act:
        forgotten = forget_answers(act, act.now - ANSWERS_KEPT)
        act.commit()
    return forgotten


def _uploads(here: Installation) -> int:
    with here.store.acting() as act:
        forgotten = forget_uploads(act, act.now - UPLOADS_KEPT)
        act.commit()
    return forgotten


def _exports(here: Installation) -> int:
    """Lists that were asked for, with their files. Killed between the two steps, the next sweep does both again."""
    now = here.store.clock.now()
    with here.store.reading() as session:
        digests = outdated_exports(session, now - EXPORTS_KEPT)
    for digest in digests:
        here.files.delete(digest, put_before=now - UNFINISHED_KEPT)
    with here.store.acting() as act:
        forgotten = forget_exports(act, now - EXPORTS_KEPT)
        act.commit()
    return forgotten


def _sign_ins(here: Installation) -> int:
    """Sessions that ended or ran out, tries that count no longer, links that do not work any more."""
    with here.store.acting() as act:
        forgotten = forget_sessions(act, act.now - SESSIONS_KEPT)
        forgotten += forget_tries(act, act.now) + forget_links(act, act.now)
        act.commit()
    return forgotten


PARTS: Mapping[str, Callable[[Installation], int]] = {
    "checks": _checks,
    "reservations": _reservations,
    "jobs": _jobs,
    "prints": _prints,
    "files": _files,
    "keys": destroy_ended_keys,
    "answers": _answers,
    "sign-ins": _sign_ins,
    "uploads": _uploads,
    "exports": _exports,
}
