"""Photographs of labels: what their codes say is read however they were taken; nothing else is taken for a picture."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from labels.errors import PhotographError
from labels.photograph import LONGEST_SIDE, MOST_BYTES, MOST_PIXELS, texts_in
from labels.symbol import symbol_modules

URI = "https://gi.yunxi.example/01/09521123000261/10/YX26A0317/21/38GPERNQBQTSA?s=" + "A" * 90


def symbol(text: str, scale: int = 6) -> Image.Image:
    modules = np.pad(symbol_modules(text.encode()), 4)
    dark = np.kron(modules, np.ones((scale, scale), np.uint8))
    return Image.fromarray(((1 - dark) * 255).astype(np.uint8), "L")


def sent(picture: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def refusal(picture: bytes) -> str:
    with pytest.raises(PhotographError) as caught:
        texts_in(picture)
    [fault] = caught.value.faults
    assert fault.field == "photo"
    return fault.reason_zh


def png_that_claims(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(bytes(1_000_000), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_code_is_read_in_every_format_that_cameras_send(kind: str) -> None:
    assert texts_in(sent(symbol(URI).convert("RGB"), kind)) == (URI,)


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_a_code_is_read_whichever_way_the_telephone_was_held(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    assert texts_in(sent(symbol(URI).rotate(12, expand=True, fillcolor=255), exif=exif)) == (URI,)


def test_a_code_is_read_in_a_photograph_larger_than_what_is_looked_at() -> None:
    whole = Image.new("L", (6_000, 4_000), 200)
    whole.paste(symbol(URI, 24), (1_500, 500))
    assert max(whole.size) > LONGEST_SIDE
    assert texts_in(sent(whole)) == (URI,)


def test_transparent_paper_is_white() -> None:
    grey = symbol(URI)
    clear = Image.merge("LA", (Image.new("L", grey.size, 0), grey.point(lambda level: 255 - level)))
    assert texts_in(sent(clear, "PNG")) == (URI,)


def test_several_codes_are_all_told_and_the_same_one_once() -> None:
    one, two = symbol(URI, 4), symbol(URI.replace("38GP", "38GQ"), 4)
    whole = Image.new("L", (3 * one.width + 80, one.height + 40), 255)
    for place, picture in enumerate((one, two, one)):
        whole.paste(picture, (20 + place * (one.width + 20), 20))
    assert sorted(texts_in(sent(whole, "PNG"))) == [URI, URI.replace("38GP", "38GQ")]


def test_a_picture_without_a_code_says_nothing() -> None:
    assert texts_in(sent(Image.new("RGB", (800, 600), "green"))) == ()


@pytest.mark.parametrize(
    "junk", [b"", b"GIF89a", b"%PDF-1.4", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"\xff\xd8\xff", bytes(1_000)]
)
def test_what_is_no_picture_is_refused(junk: bytes) -> None:
    assert "不是可读的照片" in refusal(junk)


def test_a_format_that_no_camera_sends_is_not_opened() -> None:
    assert "不是可读的照片" in refusal(sent(symbol(URI), "GIF"))
    assert "不是可读的照片" in refusal(sent(symbol(URI), "TIFF"))


def test_a_picture_that_is_cut_off_is_refused() -> None:
    whole = sent(symbol(URI), "PNG")
    assert "不是可读的照片" in refusal(whole[: len(whole) // 2])


def test_a_bomb_is_refused_by_what_its_head_says_before_it_is_unpacked() -> None:
    side = int(MOST_PIXELS**0.5) + 1
    assert f"{side} × {side} 像素" in refusal(png_that_claims(side, side))
    for side in (10_000, 60_000):
        assert refusal(png_that_claims(side, side))


def test_a_file_that_is_too_long_is_not_even_opened() -> None:
    assert "超过 20 MB" in refusal(bytes(MOST_BYTES + 1))
