"""The nonces of every run, sealed to the recovery key: one file a run, in a folder named by the key it is sealed to.

Making them again changes nothing, and a file is there whole or not at all, so a crash is mended by the next turn. They
are no secrets (the key is off line) and belong into every backup.
"""

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import func, select

from api.installation import Installation
from api.logs import log
from gimark.issuance.model import IssueRun
from gimark.issuance.nonce_export import ROW_SIZE, ExportedRun, ExportReader, export
from gimark.issuance.recovering import ReadExport, export_name
from gimark.issuance.signing import codes_of
from gimark.jobs.worker import JobHandle
from gimark.keys.age import Identity, Recipient, seal, unseal
from gimark.ledger.disk import alone, write_by

NONCES_FOLDER = "nonces"
SUFFIX = ".age"


def export_missing(here: Installation, handle: JobHandle | None = None) -> int:
    """Seal the nonces of each run that has no export yet; how many were made.

    Without a recovery key, and for runs whose serial master is not here, it is logged and left. Raises LedgerError
    when a run's codes do not lead to its root, StoreFailedError when the disk refuses.
    """
    recipient = here.recovery_key
    if recipient is None:
        log.warning("no recovery key: the nonces of issued runs are not exported; see gimark keys recovery new")
        return 0
    folder = exports_folder(here, recipient)
    folder.mkdir(parents=True, exist_ok=True)
    made = 0
    with alone(folder.parent / ".lock"):
        for number in _missing(here, folder):
            made += _export(here, recipient, folder, number, handle)
    return made


def exports_folder(here: Installation, recipient: Recipient) -> Path:
    """Where the exports that this key opens are."""
    return here.settings.data_dir / NONCES_FOLDER / str(recipient)


def reader(folder: Path, identity: Identity) -> ReadExport:
    """Opens the exports in `folder` by their runs' numbers."""

    def read(number: int, into: ExportReader) -> bool:
        path = folder / export_name(number)
        if not path.is_file():
            return False
        with path.open("rb") as file:
            unseal(file, identity, into, path.name)
        return True

    return read


def exported(folder: Path) -> list[int]:
    """The numbers of the runs that have an export there, ascending."""
    return sorted(int(path.stem) for path in folder.glob(f"[0-9]*{SUFFIX}"))


def _missing(here: Installation, folder: Path) -> list[int]:
    have = exported(folder)
    with here.store.reading() as session:
        if session.scalar(select(func.count()).select_from(IssueRun)) == len(have):
            return []
        return sorted(set(session.scalars(select(IssueRun.number))).difference(have))


def _export(here: Installation, recipient: Recipient, folder: Path, number: int, handle: JobHandle | None) -> bool:
    with here.store.reading() as session:
        run = session.scalars(select(IssueRun).where(IssueRun.number == number)).one()
        facts = ExportedRun(codes_of(here.keyring, run), run.epoch, run.codes_root, run.ledger_index)
    cipher = here.keyring.ciphers.get(facts.epoch)
    if cipher is None:
        log.warning("the serial master of a run is not here: its nonces are not exported", run=number)
        return False
    pieces = _reported(export(facts, cipher), facts.codes.count, handle)
    write_by(folder / export_name(number), lambda file: seal(pieces, recipient, file))
    log.info("the nonces of a run were exported", run=number, codes=facts.codes.count)
    return True


def _reported(pieces: Iterator[bytes], count: int, handle: JobHandle | None) -> Iterator[bytes]:
    """The same pieces; the job's holder says in between that it lives. Bytes stand for codes well enough."""
    done = 0
    for piece in pieces:
        yield piece
        done += len(piece) // ROW_SIZE
        if handle is not None:
            handle.progress(min(done, count), count)
