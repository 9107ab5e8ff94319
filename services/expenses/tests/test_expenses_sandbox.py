"""Cleaning pictures: whatever is in a file, it is cleaned or refused."""

from __future__ import annotations

import io
import struct
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from expenses.receipts.sandbox import RefusedError, heic, jpeg, pdf, png, webp
from expenses.receipts.sandbox import pictures as sandbox_pictures
from expenses.receipts.sandbox.metadata import kept_exif
from testing.fakes import pictures


def checked_pdf(data: bytes) -> bytes:
    pdf.check(data)
    return data


CLEANERS = {
    "jpeg": (jpeg.strip_metadata, pictures.a_jpeg(orientation=8)),
    "progressive": (jpeg.strip_metadata, pictures.a_jpeg(progressive=True)),
    "png": (png.strip_metadata, pictures.a_png()),
    "webp": (webp.strip_metadata, pictures.a_webp()),
    "heic": (heic.strip_metadata, pictures.a_heic()),
    "pdf": (checked_pdf, pictures.a_pdf()),
}


@pytest.mark.parametrize("kind", CLEANERS)
def test_a_clean_file_stays_unchanged(kind: str) -> None:
    clean, given_file = CLEANERS[kind]
    once = clean(given_file)
    assert clean(once) == once


@pytest.mark.parametrize("kind", CLEANERS)
@settings(max_examples=60)
@given(data=st.data())
def test_a_damaged_file_is_cleaned_or_refused(kind: str, data: st.DataObject) -> None:
    clean, given_file = CLEANERS[kind]
    start = data.draw(st.integers(0, len(given_file) - 1))
    bad = data.draw(st.binary(min_size=1, max_size=12))
    cut = data.draw(st.integers(0, len(given_file)))
    changed = given_file[:start] + bad + given_file[start + len(bad) :]
    for file in (changed, changed[:cut], given_file[:start] + given_file[start + len(bad) :]):
        with suppress(RefusedError):
            clean(file)


@pytest.mark.parametrize("kind", ["jpeg", "progressive", "png", "webp"])
def test_trailing_data_is_cut_off(kind: str) -> None:
    clean, given_file = CLEANERS[kind]
    assert clean(given_file + b"PK\x03\x04 a whole archive") == clean(given_file)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("orientation", [0, 3, 6])
def test_orientation_and_time_are_kept_in_either_byte_order(order: str, orientation: int) -> None:
    entries = [struct.pack(f"{order}HHLHH", 0x0112, 3, 1, orientation, 0), struct.pack(f"{order}HHLL", 0x8769, 4, 1, 50)]
    entries.append(struct.pack(f"{order}HHLL", 0x8825, 4, 1, 0))
    tiff = {"<": b"II", ">": b"MM"}[order] + struct.pack(f"{order}HL", 42, 8) + struct.pack(f"{order}H", 3) + b"".join(entries)
    tiff = (tiff + bytes(4)).ljust(50, b"\0")
    tiff += struct.pack(f"{order}H", 1) + struct.pack(f"{order}HHLL", 0x9003, 2, 20, 80) + bytes(4)
    tiff = tiff.ljust(80, b"\0") + pictures.TAKEN.encode() + b"\0"
    kept = kept_exif(tiff)
    assert pictures.TAKEN.encode() in kept
    assert (struct.pack(">HHLH", 0x0112, 3, 1, orientation) in kept) is bool(orientation)
    assert b"\x88\x25" not in kept
    assert kept_exif(kept) == kept


@given(st.binary(max_size=200))
def test_invalid_metadata_is_dropped(tiff: bytes) -> None:
    for start in (b"II*\0", b"MM\0*", b""):
        kept_exif(start + tiff)


def box(kind: bytes, content: bytes) -> bytes:
    return (len(content) + 8).to_bytes(4) + kind + content


def test_the_film_and_trailer_of_a_phone_photo_are_overwritten() -> None:
    told = b"+48.1374+011.5755/"
    photo = pictures.a_heic()
    for more in (box(b"mpvd", box(b"ftyp", b"isom") + told), box(b"sefd", told), box(b"uuid", told), box(b"mdat", told)):
        kept = heic.strip_metadata(photo + more)
        assert told not in kept
        assert len(kept) == len(photo + more)
        assert pictures.opened(kept).tobytes() == pictures.opened(photo).tobytes()


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_a_phone_photo_is_drawn_upright_in_every_orientation(orientation: int) -> None:
    turned = orientation in (6, 8)
    for media_type, photo in (
        ("image/jpeg", pictures.a_jpeg(size=(64, 96), orientation=orientation)),
        ("image/heic", pictures.a_heic(orientation=orientation)),
    ):
        width, height, small = sandbox_pictures.inspect(CLEANERS[media_type.removeprefix("image/")][0](photo), media_type)
        assert (width, height) == pictures.opened(small).size == ((96, 64) if turned else (64, 96))


def test_colours_of_another_profile_are_converted() -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = srgb.replace(b"rXYZ", b"tXYZ").replace(b"gXYZ", b"rXYZ").replace(b"tXYZ", b"gXYZ")
    for name in ("JPEG", "PNG", "WEBP"):
        file = io.BytesIO()
        Image.new("RGB", (40, 40), "red").save(file, name, icc_profile=swapped)
        cleaned = CLEANERS[name.lower()][0](file.getvalue())
        assert pictures.opened(cleaned).info["icc_profile"] == swapped, "the file keeps its profile"
        red, green, blue = pictures.opened(sandbox_pictures.draw(cleaned, f"image/{name.lower()}", 480)).getpixel((20, 20))
        assert green > 200
        assert max(red, blue) < 60


def test_a_scan_in_16_bits_of_gray_is_not_drawn_white() -> None:
    file = io.BytesIO()
    Image.new("I;16", (40, 40), 0x4000).save(file, "PNG")
    assert 55 < pictures.opened(sandbox_pictures.draw(file.getvalue(), "image/png", 480)).convert("L").getpixel((20, 20)) < 75


def test_the_first_picture_of_an_animated_png_is_kept() -> None:
    file = io.BytesIO()
    pictures.drawn().save(file, "PNG", save_all=True, append_images=[pictures.drawn(seed=1)])
    assert b"fdAT" in file.getvalue()
    kept = png.strip_metadata(file.getvalue())
    assert b"fdAT" not in kept
    assert pictures.opened(kept).tobytes() == pictures.drawn().tobytes()
