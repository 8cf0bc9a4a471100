"""Bech32 (BIP 173) without its limit on length, as age writes its keys."""

CHARACTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
CHECK_LENGTH = 6
_GENERATORS = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


def encode(prefix: str, data: bytes) -> str:
    """`data` under `prefix`, in lower case."""
    digits = _regrouped(data, 8, 5)
    check = _polymod([*_expanded(prefix), *digits, *[0] * CHECK_LENGTH]) ^ 1
    digits += [check >> 5 * (CHECK_LENGTH - 1 - place) & 31 for place in range(CHECK_LENGTH)]
    return f"{prefix}1{''.join(CHARACTERS[digit] for digit in digits)}"


def decode(prefix: str, text: str) -> bytes:
    """The data of `text`, which is all of one case; raises ValueError unless it was written under `prefix`."""
    if text not in (text.lower(), text.upper()):
        raise ValueError("upper and lower case are mixed")
    found, _, written = text.lower().rpartition("1")
    digits = [CHARACTERS.find(character) for character in written]
    if found != prefix or len(digits) < CHECK_LENGTH or -1 in digits or _polymod([*_expanded(prefix), *digits]) != 1:
        raise ValueError(f"it is not Bech32 under {prefix}")
    data = bytes(_regrouped(digits[:-CHECK_LENGTH], 5, 8))
    if encode(prefix, data) != text.lower():
        raise ValueError("its last bits are not zero")
    return data


def _regrouped(values: bytes | list[int], bits: int, into: int) -> list[int]:
    """The same bits in groups of another size; what does not fill a group is padded with zeros, or dropped if short."""
    whole = "".join(f"{value:0{bits}b}" for value in values)
    if into < bits:
        whole += "0" * (-len(whole) % into)
    return [int(whole[at : at + into], 2) for at in range(0, len(whole) - into + 1, into)]


def _expanded(prefix: str) -> list[int]:
    return [*(ord(character) >> 5 for character in prefix), 0, *(ord(character) & 31 for character in prefix)]


def _polymod(values: list[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate(_GENERATORS):
            check ^= generator if top >> bit & 1 else 0
    return check
