"""What an enterprise's labels are made with: the template, its fonts, and the special mark they bear."""

from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from threading import Lock

from sqlalchemy.orm import Session

from api.installation import Installation
from gimark.errors import invalid
from gimark.files.content import Files
from gimark.issuance.marks.queries import picture_of_mark
from gimark.issuance.templates.queries import version_text
from gimark.issuance.templates.rules import read_version_name
from labels.artwork import Artwork
from labels.artwork.raster import read_raster
from labels.artwork.reading import read_artwork
from labels.fonts import Faces, find_faces, with_fonts
from labels.library import read_template, shipped_templates
from labels.template import Template

# Whoever asks while another reads the fonts waits for them, and does not read them too.
_FINDING = Lock()


@dataclass(frozen=True, slots=True)
class Fittings:
    """A template with the faces of its styles and the mark; without one, labels bear a placeholder that says so."""

    template: Template
    faces: Faces
    artwork: Artwork | None


def fittings(
    here: Installation, session: Session, enterprise_id: int, template: str, mark_sha256: str | None
) -> Fittings:
    """What labels of this enterprise are made with, by the template's name and the mark's hash.

    Raises InvalidInputError for an unknown template, NotFoundError for a version that is not this enterprise's,
    LabelError for a font that is gone.
    """
    chosen = template_of(session, enterprise_id, template)
    return Fittings(
        chosen, with_fonts(faces_of(here), chosen.fonts), artwork_of(here, session, enterprise_id, mark_sha256)
    )


def template_of(session: Session, enterprise_id: int, name: str) -> Template:
    """The template `name`: one of the program, or a version of a stored one that this enterprise may use."""
    version = read_version_name(name)
    if version is None:
        return template_named(name)
    return _stored(version_text(session, enterprise_id, version), name)


def template_named(name: str) -> Template:
    """The program's template `name`; InvalidInputError lists those there are."""
    known = shipped_templates()
    if name not in known:
        raise invalid(
            "template",
            f"没有“{name[:40]}”这个版式",
            f"there is no template “{name[:40]}”",
            f"可选：{'、'.join(known)}",
            f"Choose from {', '.join(known)}",
        )
    return known[name]


def faces_of(here: Installation) -> Faces:
    """The fonts of this installation."""
    chosen = here.settings.font_file
    with _FINDING:
        return _found_faces(str(chosen) if chosen else None)


@lru_cache(maxsize=64)
def _stored(content: str, name: str) -> Template:
    return read_template(content).model_copy(update={"id": name})


def artwork_of(here: Installation, session: Session, enterprise_id: int, sha256: str | None) -> Artwork | None:
    """The mark of that hash; without one the installation's, None when there is none."""
    if sha256 is None:
        return _of_the_installation(here)
    return _uploaded(here.files, sha256, picture_of_mark(session, enterprise_id, sha256))


def _uploaded(files: Files, sha256: str, picture_sha256: str) -> Artwork:
    """The mark as it was read before; its picture was made then, so PDFium, which knows no threads, is not asked."""
    with files.open(sha256) as file, files.open(picture_sha256) as picture:
        return _read_again(file.read(), picture.read())


@lru_cache(maxsize=16)
def _read_again(content: bytes, picture: bytes) -> Artwork:
    return read_artwork(content, picture)


def _of_the_installation(here: Installation) -> Artwork | None:
    """The operator's licensed mark, if there is one."""
    file = here.settings.mark_file
    if file is None:
        return None
    try:
        return read_raster(file.read_bytes())
    except OSError as error:
        raise invalid(
            "mark_file",
            "专用标志文件读不到",
            "the file of the special mark cannot be read",
            "请核对 GIMARK_MARK_FILE",
            "Check GIMARK_MARK_FILE",
        ) from error


@cache
def _found_faces(font_file: str | None) -> Faces:
    return find_faces(Path(font_file) if font_file else None)
