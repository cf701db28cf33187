"""Undoing a content-encoding within bounds."""

import gzip
import random
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.runtime.http.inflate import BrokenEncodingError, EncodingRefusedError, inflater

PLENTY = 10**8


@given(body=st.binary(max_size=5000), cuts=st.lists(st.integers(0, 6000), max_size=6), repeat=st.integers(1, 800))
def test_any_body_comes_out_as_it_was_however_it_is_cut(body: bytes, cuts: list[int], repeat: int) -> None:
    meant = body * repeat
    raw = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    sent_as = {
        "": meant,
        "gzip": gzip.compress(meant),
        "deflate": zlib.compress(meant),
        "Deflate ": raw.compress(meant) + raw.flush(),
    }
    for encoding, sent in sent_as.items():
        undo = inflater(encoding)
        ends = sorted({*(cut for cut in cuts if cut < len(sent)), len(sent)})
        pieces = [sent[start:end] for start, end in zip([0, *ends], ends, strict=False)]
        assert b"".join(undo.feed(piece, PLENTY) for piece in pieces) == meant
        assert undo.complete()


def test_several_gzip_members_are_one_body() -> None:
    undo = inflater("gzip")
    sent = gzip.compress(b"one ") + gzip.compress(b"two") + bytes(8)
    assert undo.feed(sent, PLENTY) == b"one two"
    assert undo.complete()


def test_a_bomb_gives_no_more_than_it_may() -> None:
    sent = gzip.compress(bytes(50_000_000), 9)
    undo = inflater("gzip")
    assert len(sent) < 60_000
    assert len(undo.feed(sent, 1_000_001)) == 1_000_001


def test_a_stream_that_lacks_its_end_is_not_complete() -> None:
    meant = random.Random(3).randbytes(10_000)
    undo = inflater("gzip")
    assert meant.startswith(undo.feed(gzip.compress(meant)[:-200], PLENTY))
    assert not undo.complete()


def test_what_is_not_the_encoding_it_says_is_broken() -> None:
    for encoding in ("gzip", "deflate"):
        with pytest.raises(BrokenEncodingError):
            inflater(encoding).feed(b"\xff\xfe not compressed at all", PLENTY)


@pytest.mark.parametrize("encoding", ["gzip, gzip", "gzip,deflate", "br", "zstd", "compress"])
def test_nested_and_unasked_encodings_are_refused(encoding: str) -> None:
    with pytest.raises(EncodingRefusedError):
        inflater(encoding)
