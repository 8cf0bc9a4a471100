"""QR symbols in bulk: thousands of matrices at once, bit for bit those of python-qrcode."""

from labels.qr.encoder import Encoder
from labels.qr.symbolmap import Level, version_for

__all__ = ["Encoder", "Level", "version_for"]
