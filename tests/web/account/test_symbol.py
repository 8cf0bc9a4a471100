"""The symbol on the page reads as what it was made of."""

import re

import numpy as np
import zxingcpp

from api.web.account.symbol import QUIET, symbol_of
from gimark.accounts.factors.totp import address_of

SCALE = 4


def test_an_application_reads_the_address_from_the_path_that_the_page_draws() -> None:
    address = address_of(b"12345678901234567890", "松雾-01", "云溪县地理标志查验")
    symbol = symbol_of(address)
    drawn = np.full((symbol.size, symbol.size), 255, np.uint8)
    for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\3z", symbol.path):
        drawn[int(y), int(x) : int(x) + int(length)] = 0
    quiet = drawn[:QUIET], drawn[-QUIET:], drawn[:, :QUIET], drawn[:, -QUIET:]
    assert all((side == 255).all() for side in quiet)
    read = zxingcpp.read_barcodes(drawn.repeat(SCALE, 0).repeat(SCALE, 1))
    assert [found.text for found in read] == [address]
