"""Many blocks at once give what the standard library gives for each."""

import base64

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from labels.pdf.ascii85 import encode, encoded_length


@given(st.integers(1, 60).flatmap(lambda length: arrays(np.uint8, (3, length), elements=st.sampled_from([0, 1, 255]))))
def test_the_standard_library_decodes_it(blocks: np.ndarray) -> None:
    encoded = encode(blocks)
    assert encoded.shape == (3, encoded_length(blocks.shape[1]))
    for block, text in zip(blocks, encoded, strict=True):
        assert base64.a85decode(text.tobytes(), ignorechars=b" ") == block.tobytes()


def test_a_group_of_zeros_is_its_letter_and_blanks() -> None:
    assert encode(np.zeros((1, 6), np.uint8))[0].tobytes() == b"z    !!!"


def test_more_rows_than_a_chunk() -> None:
    blocks = np.arange(300 * 5, dtype=np.uint8).reshape(300, 5)
    assert base64.a85decode(encode(blocks)[299].tobytes(), ignorechars=b" ") == blocks[299].tobytes()
