"""Drawing what labels here say before anybody waits for it.

To read a Chinese font costs some tenths of a second of CPU, and a label has up to four. What has been read stays for
the life of the process: how wide characters are, and the outlines of those that were drawn. So what the labels here
say is drawn once, as soon as somebody sits down where labels are shown; characters that are new by then cost what they
always did.
"""

import string
from collections.abc import Callable, Iterator

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import InstrumentedAttribute, Session

from api.installation import Installation
from api.jobs.fittings import faces_of
from api.logs import log
from gimark.errors import GimarkError
from gimark.issuance.templates.model import LabelTemplateVersion
from gimark.registry.enterprises.model import Enterprise
from gimark.registry.items.model import TradeItem
from gimark.registry.rights.model import GiProduct, ProductClass, Right
from labels.errors import LabelError
from labels.face import FontFace
from labels.installed import installed_fonts
from labels.library import shipped_templates, write_template
from labels.mandatory import ITEMS

# The days, the joints and the stand-in for a mark (labels/values.py, labels/mark.py).
FIXED = "年月日·专用标志示例"
# Whatever of these is Chinese or not stands on labels as it is.
PRINTED: tuple[InstrumentedAttribute[str] | InstrumentedAttribute[str | None], ...] = (
    *(TradeItem.name_zh, TradeItem.grade, TradeItem.storage, TradeItem.shelf_life, TradeItem.ingredients),
    *(Enterprise.name_zh, Enterprise.address, Enterprise.contact),
    *(GiProduct.name_zh, ProductClass.name_zh),
    *(Right.standard, Right.announcement, Right.trademark),
    LabelTemplateVersion.content,
)
# A county's labels have some hundreds of characters; one with thousands of enterprises is not read for ever.
MOST_ROWS = 500


def draw_ahead(here: Installation, is_ending: Callable[[], bool]) -> None:
    """Read the fonts and draw what labels here say, until `is_ending`.

    Whoever needs a font that could not be read is told then, as if nobody had tried before.
    """
    try:
        with here.store.reading() as session:
            wanted = characters_of(session)
        installed_fonts()
        faces = {id(face): face for face in faces_of(here).values() if isinstance(face, FontFace)}
        for face in faces.values():
            if is_ending():
                return
            face.draw("".join(sorted(wanted - set(face.missing("".join(wanted))))))
    except (GimarkError, LabelError, SQLAlchemyError, OSError):
        log.exception("fonts could not be made ready")


def characters_of(session: Session) -> frozenset[str]:
    """What labels here are written with: ASCII, the names of label items, and what registers and templates say."""
    found = set(string.ascii_letters + string.digits + string.punctuation + " ")
    for text in _texts(session):
        found.update(text)
    return frozenset(character for character in found if character.isprintable())


def _texts(session: Session) -> Iterator[str]:
    yield FIXED
    for names in ITEMS.values():
        yield from names
    for template in shipped_templates().values():
        yield write_template(template)
    for column in PRINTED:
        yield from (text for text in session.scalars(select(column).distinct().limit(MOST_ROWS)) if text)
