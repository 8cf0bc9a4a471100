"""Which symbols are read: QR codes alone, since a label's small print can look like another barcode to the reader."""

from typing import Final

import zxingcpp

QR_CODES: Final = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
