"""Cleaning pictures: whatever is in a file, it is cleaned or refused."""

from __future__ import annotations

import struct
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expenses.adapters.receipts.studio import heic, jpeg, pdf, png, webp
from expenses.adapters.receipts.studio.errors import RefusedError
from expenses.adapters.receipts.studio.exif import kept_of
from support import pictures

CLEANERS = {
    "jpeg": (jpeg.cleaned, pictures.a_jpeg(orientation=8)),
    "progressive": (jpeg.cleaned, pictures.a_jpeg(progressive=True)),
    "png": (png.cleaned, pictures.a_png()),
    "webp": (webp.cleaned, pictures.a_webp()),
    "heic": (heic.cleaned, pictures.a_heic()),
    "pdf": (pdf.cleaned, pictures.a_pdf()),
}


@pytest.mark.parametrize("kind", CLEANERS)
def test_what_is_clean_stays_as_it_is(kind: str) -> None:
    clean, given_file = CLEANERS[kind]
    once = clean(given_file)
    assert clean(once) == once


@pytest.mark.parametrize("kind", CLEANERS)
@settings(max_examples=60)
@given(data=st.data())
def test_a_damaged_file_is_cleaned_or_refused_and_nothing_else(kind: str, data: st.DataObject) -> None:
    clean, given_file = CLEANERS[kind]
    start = data.draw(st.integers(0, len(given_file) - 1))
    bad = data.draw(st.binary(min_size=1, max_size=12))
    cut = data.draw(st.integers(0, len(given_file)))
    changed = given_file[:start] + bad + given_file[start + len(bad) :]
    for file in (changed, changed[:cut], given_file[:start] + given_file[start + len(bad) :]):
        with suppress(RefusedError):
            clean(file)


@pytest.mark.parametrize("kind", ["jpeg", "progressive", "png", "webp"])
def test_what_stands_behind_the_picture_is_cut_off(kind: str) -> None:
    clean, given_file = CLEANERS[kind]
    assert clean(given_file + b"PK\x03\x04 a whole archive") == clean(given_file)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("orientation", [0, 3, 6])
def test_of_metadata_orientation_and_time_are_kept_in_either_byte_order(order: str, orientation: int) -> None:
    entries = [struct.pack(f"{order}HHLHH", 0x0112, 3, 1, orientation, 0), struct.pack(f"{order}HHLL", 0x8769, 4, 1, 50)]
    entries.append(struct.pack(f"{order}HHLL", 0x8825, 4, 1, 0))
    tiff = {"<": b"II", ">": b"MM"}[order] + struct.pack(f"{order}HL", 42, 8) + struct.pack(f"{order}H", 3) + b"".join(entries)
    tiff = (tiff + bytes(4)).ljust(50, b"\0")
    tiff += struct.pack(f"{order}H", 1) + struct.pack(f"{order}HHLL", 0x9003, 2, 20, 80) + bytes(4)
    tiff = tiff.ljust(80, b"\0") + pictures.TAKEN.encode() + b"\0"
    kept = kept_of(tiff)
    assert pictures.TAKEN.encode() in kept
    assert (struct.pack(">HHLH", 0x0112, 3, 1, orientation) in kept) is bool(orientation)
    assert b"\x88\x25" not in kept
    assert kept_of(kept) == kept


@given(st.binary(max_size=200))
def test_metadata_that_make_no_sense_are_dropped(tiff: bytes) -> None:
    for start in (b"II*\0", b"MM\0*", b""):
        kept_of(start + tiff)
