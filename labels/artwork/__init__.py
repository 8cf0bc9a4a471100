"""The licensed special mark as its owner uploads it: read strictly, kept as it is, never drawn by this program.

What cannot be taken over unchanged is refused with the reason. A vector file stays one in PDF output.
"""

from labels.artwork.model import Artwork

__all__ = ["Artwork"]
