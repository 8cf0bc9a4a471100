"""Why a file is not taken as the special mark."""

from labels.errors import Fault, TemplateError


def refused(reason_zh: str, reason_en: str, remedy_zh: str, remedy_en: str) -> TemplateError:
    """An error about the mark's file."""
    return TemplateError([Fault("mark", reason_zh, reason_en, remedy_zh, remedy_en)])


def forbidden(what_zh: str, what_en: str) -> TemplateError:
    """The file holds something that a mark has no use for."""
    return refused(
        f"专用标志文件含有{what_zh}",
        f"the mark's file holds {what_en}",
        "请上传国家知识产权局提供的原始矢量文件，或去掉该内容后另存",
        "Upload the original vector file of the CNIPA, or save it again without that",
    )


def too_much(what_zh: str, what_en: str) -> TemplateError:
    """The file is larger than any mark."""
    return refused(
        f"专用标志文件过大：{what_zh}",
        f"the mark's file is too large: {what_en}",
        "请只保留标志本身后另存",
        "Save it again with nothing but the mark",
    )
