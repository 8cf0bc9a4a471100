"""Label templates, and the sheet that tells how far a printer is off."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from api.jobs.labelling import calibration
from api.v1.answering import HEADERS, KnownTag, told
from api.v1.bodies import JsonRoute
from api.v1.description import needs
from api.v1.door import Caller, Here
from api.v1.models import Count, Shown, examples
from api.v1.prints import LONGEST_TEMPLATE, MOST_OFFSET_MM
from gimark.issuance.rules import PrintFormat
from labels.carrier import PRINTER_DPI
from labels.library import shipped_templates
from labels.template import Template

router = APIRouter(prefix="/label-templates", tags=["labels"], route_class=JsonRoute)

EXAMPLE = {
    "template": "roll-70x40",
    "name_zh": "卷装标签 70×40 mm",
    "name_en": "Roll, 70 × 40 mm",
    "carrier": "roll",
    "width_mm": 70.0,
    "height_mm": 40.0,
    "per_page": 1,
    "formats": ["pdf", "zpl", "tspl", "svg", "png"],
    "dpi": [203, 300, 600],
}


TemplateInPath = Annotated[str, Path(max_length=LONGEST_TEMPLATE, pattern="^[a-z0-9-]+$", examples=["roll-70x40"])]


class TemplateShown(Shown):
    """A template: the label's size in millimetres, and what its files can be."""

    model_config = examples(EXAMPLE)

    template: str
    name_zh: str
    name_en: str
    carrier: Literal["roll", "sheet"]
    width_mm: float
    height_mm: float
    per_page: Count
    formats: list[PrintFormat]
    dpi: list[int]

    @classmethod
    def of(cls, template: Template) -> "TemplateShown":
        """What is shown of a template."""
        is_roll = template.sheet is None
        return cls(
            template=template.id,
            name_zh=template.name_zh,
            name_en=template.name_en,
            carrier="roll" if is_roll else "sheet",
            width_mm=template.label.width_mm,
            height_mm=template.label.height_mm,
            per_page=template.per_page,
            formats=list(PrintFormat) if is_roll else [PrintFormat.PDF, PrintFormat.SVG, PrintFormat.PNG],
            dpi=list(PRINTER_DPI),
        )


class TemplatesShown(Shown):
    """All templates, by name."""

    model_config = examples({"items": [EXAMPLE]})

    items: list[TemplateShown]


class CalibrationQuery(BaseModel):
    """How far the sheet is moved, in millimetres, to see whether an offset is right."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    right: Annotated[float, Field(ge=-MOST_OFFSET_MM, le=MOST_OFFSET_MM, allow_inf_nan=False)] = 0.0
    down: Annotated[float, Field(ge=-MOST_OFFSET_MM, le=MOST_OFFSET_MM, allow_inf_nan=False)] = 0.0


@router.get("", response_model=TemplatesShown, summary="List label templates", openapi_extra=needs(None))
def list_templates(_actor: Caller, known: KnownTag = None) -> Response:
    """Those that come with the program."""
    return told(TemplatesShown(items=[TemplateShown.of(template) for template in shipped_templates().values()]), known)


@router.get(
    "/{template}/calibration",
    response_class=Response,
    responses={
        200: {
            "description": "PDF in the template's size",
            "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
    summary="Print the calibration sheet",
    openapi_extra=needs(None),
)
def show_calibration(
    process: Here, _actor: Caller, template: TemplateInPath, query: Annotated[CalibrationQuery, Query()]
) -> Response:
    """Rulers to the paper's edge: a mark that stands at 51 mm instead of 50 means an offset of one millimetre."""
    moved = round(query.right * 1_000), round(query.down * 1_000)
    name = f'inline; filename="calibration-{template}.pdf"'
    pdf = calibration(process.here, template, moved)
    return Response(pdf, 200, {**HEADERS, "Content-Disposition": name}, "application/pdf")
