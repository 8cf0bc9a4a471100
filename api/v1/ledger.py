"""The public ledger: entries, proofs and the checkpoint. The same is public at /ledger, without a key."""

from base64 import b64encode
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field

from api.v1.answering import KnownTag, told
from api.v1.bodies import JsonRoute
from api.v1.description import needs
from api.v1.door import Caller, Here
from api.v1.models import MOST, Count, Instant, Shown, Text, examples
from api.v1.paging import Page, PageQuery, page
from gimark import explorer
from gimark.errors import Fault, NotFoundError
from gimark.explorer import LoggedEntry
from gimark.ledger import book, entries, proofs
from gimark.ledger.book import Published
from gimark.merkle import leaf_hash
from gimark.store.paging import Portion

router = APIRouter(prefix="/ledger", tags=["ledger"], route_class=JsonRoute)

HASH = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
NOTE = f"gi.yunxi.example/log\n42\n{HASH}\n\n— gi.yunxi.example/log …\n"
ENTRY = {
    "v": 1,
    "t": "2026-11-22T01:41:00Z",
    "type": "run.activate",
    "by": "producer",
    "run": 23,
    "ranges": [[0, 249]],
}


class EntryShown(Shown):
    """An entry. `leaf_hash` is the SHA-256 (base64) that the tree holds of it: of a zero byte and its exact bytes,
    which are at `/ledger/entries/{index}`, as they are signed."""

    model_config = examples({"index": 24, "leaf_hash": HASH, "entry": ENTRY})

    index: Count
    leaf_hash: str
    entry: dict[str, Any]

    @classmethod
    def of(cls, logged: LoggedEntry) -> "EntryShown":
        """What is shown of an entry."""
        return cls(
            index=logged.index,
            leaf_hash=b64encode(leaf_hash(logged.body)).decode(),
            entry=entries.decode(logged.body),
        )


class CheckpointShown(Shown):
    """The latest published checkpoint: `root` (base64) over the first `size` entries, and the signed note (C2SP)."""

    model_config = examples({"size": 42, "root": HASH, "note": NOTE, "published_at": "2026-11-22T01:42:00Z"})

    size: Count
    root: str
    note: str
    published_at: Instant

    @classmethod
    def of(cls, found: Published) -> "CheckpointShown":
        """What is shown of a checkpoint."""
        root = b64encode(found.root).decode()
        return cls(size=found.size, root=root, note=found.note.decode(), published_at=found.published_at)


class ProofShown(Shown):
    """That an entry is under a checkpoint: hashes (base64) from the leaf's sibling up (RFC 6962), and the note."""

    model_config = examples({"index": 24, "path": [HASH, HASH], "checkpoint": NOTE})

    index: Count
    path: list[str]
    checkpoint: str


class EntriesQuery(PageQuery):
    """Which entries are wanted; `about` is a USCC, a GTIN, a lot, or a GTIN and a lot with a blank between them."""

    after: Annotated[str | None, Field(pattern="^[0-9]{1,15}$", description="`next` of the page before")] = None
    type: Text | None = None
    about: Text = ""


Index = Annotated[int, Path(ge=0, le=MOST, examples=[24])]


@router.get("/entries", response_model=Page[EntryShown], summary="List entries", openapi_extra=needs(None))
def list_entries(request: Request, process: Here, _actor: Caller, query: Annotated[EntriesQuery, Query()]) -> Response:
    """The newest first, of one type and about one thing when these are given."""
    before = None if query.after is None else int(query.after)
    with process.here.store.reading() as session:
        found = explorer.newest(session, before=before, limit=query.limit, type_=query.type, about=query.about)
    following = None if found.before is None else str(found.before)
    return page(request, Portion(tuple(EntryShown.of(entry) for entry in found.entries), following))


@router.get("/entries/{index}", response_model=EntryShown, summary="Show an entry", openapi_extra=needs(None))
def show_entry(process: Here, _actor: Caller, index: Index, known: KnownTag = None) -> Response:
    """One entry; it never changes."""
    with process.here.store.reading() as session:
        return told(EntryShown.of(LoggedEntry(index, book.entry(session, index))), known)


@router.get("/entries/{index}/proof", response_model=ProofShown, summary="Prove an entry", openapi_extra=needs(None))
def show_proof(process: Here, _actor: Caller, index: Index, known: KnownTag = None) -> Response:
    """The proof under the latest checkpoint; 404 while none stands over the entry, which takes at most a minute."""
    with process.here.store.reading() as session:
        found = proofs.prove(session, index)
    path = [b64encode(step).decode() for step in found.path]
    return told(ProofShown(index=index, path=path, checkpoint=found.note.decode()), known)


@router.get(
    "/checkpoint",
    response_model=CheckpointShown,
    responses={404: {}},
    summary="Show the checkpoint",
    openapi_extra=needs(None),
)
def show_checkpoint(process: Here, _actor: Caller, known: KnownTag = None) -> Response:
    """The latest published checkpoint, signed by the log's key and its witnesses."""
    with process.here.store.reading() as session:
        found = book.published(session)
    if found is None:
        raise NotFoundError((_NONE_YET,))
    return told(CheckpointShown.of(found), known)


_NONE_YET = Fault(
    "",
    "还没有公布过存证快照",
    "no checkpoint was published yet",
    "请一分钟后再试",
    "Try again in a minute",
)
