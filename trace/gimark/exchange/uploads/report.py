"""What became of an upload, as a table: the rows as they were sent, with their outcome and reasons beside them."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from gimark.errors import Fault, say
from gimark.exchange.batch_columns import HEADINGS_EN, HEADINGS_ZH, Column
from gimark.exchange.tables import Table, Value
from gimark.exchange.uploads.rules import Outcome, UploadedRow

OUTCOMES_ZH = {
    Outcome.REGISTERED: "已登记",
    Outcome.KNOWN: "此前已登记",
    Outcome.READY: "可以登记，尚未登记",
    Outcome.REFUSED: "未登记",
}
OUTCOMES_EN = {
    Outcome.REGISTERED: "registered",
    Outcome.KNOWN: "registered before",
    Outcome.READY: "good, not registered yet",
    Outcome.REFUSED: "refused",
}
# Fields of the domain that are no column of the sheet.
FIELDS_ZH = {"authorization": "用标授权", "batch": "批次"}


def report_table(rows: Iterable[UploadedRow], language: Literal["zh", "en"]) -> Table:
    """The upload's rows with the number that each had in the sheet, its outcome, and what is to be mended."""
    if language == "zh":
        return Table("上传结果", ["行号", *HEADINGS_ZH.values(), "结果", "原因和办法", "批次引用"], _lines(rows, "zh"))
    headings = ["row", *HEADINGS_EN.values(), "outcome", "reasons and remedies", "batch reference"]
    return Table("upload", headings, _lines(rows, "en"))


def outcome_words(outcome: Outcome, language: Literal["zh", "en"]) -> str:
    """An outcome as people call it."""
    return (OUTCOMES_ZH if language == "zh" else OUTCOMES_EN)[outcome]


def field_words(field: str, language: Literal["zh", "en"]) -> str:
    """A fault's field as the sheet heads it."""
    if field in set(Column):
        return (HEADINGS_ZH if language == "zh" else HEADINGS_EN)[Column(field)]
    return FIELDS_ZH.get(field, field) if language == "zh" else field


def fault_words(fault: Fault, language: Literal["zh", "en"]) -> str:
    """A fault as a sentence that begins with the column's heading."""
    return say(Fault(field_words(fault.field, language), *_said(fault)), language)


def _said(fault: Fault) -> tuple[str, str, str, str]:
    return fault.reason_zh, fault.reason_en, fault.remedy_zh, fault.remedy_en


def _lines(rows: Iterable[UploadedRow], language: Literal["zh", "en"]) -> Iterator[Sequence[Value]]:
    for row in rows:
        reasons = "\n".join(fault_words(fault, language) for fault in row.faults)
        yield [row.number, *row.cells, outcome_words(row.outcome, language), reasons, row.batch_ref]
