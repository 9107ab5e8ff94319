"""Receipts of every kind, as phones and scanners make them, and files that only say that they are some."""

from __future__ import annotations

import io
import struct
import zlib

import pillow_heif
from PIL import Image, ImageDraw

PLACE = b"48/1"
_GPS, _EXIF, _TAKEN, _ORIENTATION, _MAKE = 0x8825, 0x8769, 0x9003, 0x0112, 0x010F
TAKEN = "2026:11:22 12:30:00"
CAMERA = "Secretive Camera Co"


def drawn(width: int = 60, height: int = 80, mode: str = "RGB", seed: int = 0) -> Image.Image:
    """Return a picture that is no two times the same."""
    image = Image.new(mode, (width, height), "white")
    pencil = ImageDraw.Draw(image)
    for line in range(4, height, 9):
        pencil.line((4, line, 4 + (line * 7 + seed * 13) % (width - 8), line), fill="black", width=2)
    return image


def exif(orientation: int = 1) -> Image.Exif:
    """Return metadata that tell too much."""
    told = Image.Exif()
    told[_ORIENTATION] = orientation
    told[_MAKE] = CAMERA
    told.get_ifd(_EXIF)[_TAKEN] = TAKEN
    told.get_ifd(_GPS).update({1: "N", 2: (48.0, 8.0, 14.0), 3: "E", 4: (11.0, 34.0, 31.0)})
    return told


def a_jpeg(seed: int = 0, *, size: tuple[int, int] = (60, 80), orientation: int = 1, progressive: bool = False) -> bytes:
    """Return a photo with place, time and camera in its metadata, and XMP and a comment that name the place again."""
    file = io.BytesIO()
    drawn(*size, seed=seed).save(
        file, "JPEG", exif=exif(orientation), comment=b"Munich", progressive=progressive, xmp=b"<x>exif:GPSLatitude=48</x>"
    )
    return file.getvalue()


def a_png(seed: int = 0) -> bytes:
    """Return a PNG with metadata."""
    file = io.BytesIO()
    drawn(mode="RGBA", seed=seed).save(file, "PNG", exif=exif())
    return file.getvalue()


def a_webp(seed: int = 0) -> bytes:
    """Return a WebP with metadata."""
    file = io.BytesIO()
    drawn(seed=seed).save(file, "WEBP", exif=exif(), xmp=b"<x>exif:GPSLatitude=48</x>")
    return file.getvalue()


def a_heic(seed: int = 0, *, orientation: int = 1) -> bytes:
    """Return a HEIC with metadata."""
    file = io.BytesIO()
    told = pillow_heif.from_pillow(drawn(64, 96, seed=seed))
    told.save(file, quality=60, exif=exif(orientation).tobytes(), xmp=b"<x>exif:GPSLatitude=48</x>")
    return file.getvalue()


def a_pdf(content: bytes = b"BT (48.20 EUR) Tj ET") -> bytes:
    """Return a PDF of one page."""
    packed = zlib.compress(content)
    return (
        b"%%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R>>endobj\n"
        b"4 0 obj<</Filter/FlateDecode/Length %d>>stream\n%s\nendstream endobj\ntrailer<</Root 1 0 R>>\n%%%%EOF\n"
        % (len(packed), packed)
    )


def a_bomb(kind: bytes = b"") -> bytes:
    """Return a PDF of a few hundred kilobytes that unpacks to 320 MB."""
    packed = zlib.compress(bytes(40_000_000), 1)
    streams = b"".join(
        b"%d 0 obj<<%s/Filter/FlateDecode>>stream\r\n%s\nendstream endobj\n" % (n, kind, packed) for n in range(5, 13)
    )
    return a_pdf().replace(b"trailer", streams + b"trailer")


def a_png_of(width: int, height: int) -> bytes:
    """Return a small PNG that says that it has so many pixels, and has a few rows of them."""
    head = struct.pack(">LLBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(5_000_000), 1)
    chunks = ((b"IHDR", head), (b"IDAT", rows), (b"IEND", b""))
    body = (len(data).to_bytes(4) + name + data + zlib.crc32(name + data).to_bytes(4) for name, data in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(body)


def a_jpeg_of(width: int, height: int) -> bytes:
    """Return a small JPEG that says that it has so many pixels."""
    photo = a_jpeg()
    return photo.replace(struct.pack(">BHH", 8, 80, 60), struct.pack(">BHH", 8, height, width), 1)


def a_webp_of(width: int, height: int) -> bytes:
    """Return a small WebP that says that it has so many pixels."""
    photo = a_webp()
    place = photo.index(b"VP8X") + 12
    photo = photo[:place] + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little") + photo[place + 6 :]
    return photo.replace(b"\x9d\x01\x2a" + struct.pack("<HH", 60, 80), b"\x9d\x01\x2a" + struct.pack("<HH", width, height))


def a_heic_of(width: int, height: int) -> bytes:
    """Return a small HEIC that says that it has so many pixels."""
    return a_heic().replace(b"ispe" + struct.pack(">LLL", 0, 64, 96), b"ispe" + struct.pack(">LLL", 0, width, height))


def a_film() -> bytes:
    """Return a WebP of several pictures."""
    file = io.BytesIO()
    drawn().save(file, "WEBP", save_all=True, append_images=[drawn(seed=1), drawn(seed=2)])
    return file.getvalue()


def opened(data: bytes) -> Image.Image:
    """Return a picture with its pixels read."""
    pillow_heif.register_heif_opener()
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def told_by(image: Image.Image) -> dict[str, object]:
    """Return what its metadata say."""
    read = image.getexif()
    return {
        "place": dict(read.get_ifd(_GPS)),
        "taken": read.get_ifd(_EXIF).get(_TAKEN),
        "camera": read.get(_MAKE),
        "orientation": read.get(_ORIENTATION),
    }
