"""Our URIs read by somebody else's GS1 parser: a GS1 Digital Link, whose extension parameter harms nothing."""

import json
from pathlib import Path

import pytest
from biip.gs1_digital_link_uris import GS1DigitalLinkURI

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "codes.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("code", GOLDEN["codes"], ids=lambda code: code["serial"])
def test_a_code_is_a_gs1_digital_link_of_gtin_lot_and_serial(code: dict[str, str]) -> None:
    parsed = GS1DigitalLinkURI.parse(code["uri"])
    found = {element.ai.ai: element.value for element in parsed.element_strings}
    assert found == {"01": GOLDEN["run"]["gtin"], "10": GOLDEN["run"]["lot"], "21": code["serial"]}
