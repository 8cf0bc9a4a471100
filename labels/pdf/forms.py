"""Drawings of others, written into our own file as form XObjects."""

import pydyf

from labels.artwork.model import Form, FormObject, Tree
from labels.pdf.units import number


class _Imported(pydyf.Object):  # type: ignore[misc] # pydyf has no types
    """An object of a form, which refers to its siblings by their place."""

    def __init__(self, wanted: FormObject, siblings: list["_Imported"]) -> None:
        super().__init__()
        self._wanted, self._siblings = wanted, siblings

    @property
    def data(self) -> bytes:
        value = joined(self._wanted.value, self._siblings)
        if self._wanted.stream is None:
            return value
        stream = self._wanted.stream
        head = value.removesuffix(b">>") + b"/Length %d>>" % len(stream)
        return b"%s\nstream\n%s\nendstream" % (head, stream)


def joined(tree: Tree, siblings: list[_Imported]) -> bytes:
    """A value with its references filled in."""
    return b"".join(part if isinstance(part, bytes) else siblings[part].reference for part in tree)


def add_form(document: pydyf.PDF, form: Form) -> pydyf.Stream:
    """Writes a form and all that it needs into `document`; drawn with `Do` it fills the unit square."""
    siblings: list[_Imported] = []
    siblings += [_Imported(wanted, siblings) for wanted in form.objects]
    for sibling in siblings:
        document.add_object(sibling)
    extra = {
        "Type": "/XObject",
        "Subtype": "/Form",
        "BBox": pydyf.Array([number(edge) for edge in form.box]),
        "Matrix": pydyf.Array([b"%.14f" % part for part in form.matrix]),
        "Resources": joined(form.resources, siblings),
    }
    stream = pydyf.Stream([form.operators], extra, compress=True)
    document.add_object(stream)
    return stream
