"""Opens a picture: removes its metadata, checks its size before any pixel is decoded, and draws it smaller."""

from __future__ import annotations

import io
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING

from PIL import Image, ImageOps
from PIL.ExifTags import IFD, Base

from expenses.receipts.sandbox import RefusedError, heic, jpeg, png, webp

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_PIXELS = 64_000_000
MOST_SIDE = 30_000
THUMBNAIL = 480
_FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "image/heic": "HEIF"}
_STRIP = {
    "image/jpeg": jpeg.strip_metadata,
    "image/png": png.strip_metadata,
    "image/webp": webp.strip_metadata,
    "image/heic": heic.strip_metadata,
}
_FIRST_SIDEWAYS = 5
"""The EXIF orientations from this one on swap width and height."""
_GRAYS_OF_16_BITS = 256


def strip_metadata(data: bytes, media_type: str) -> bytes:
    """Return the picture with the orientation and time of its metadata and nothing else of it.

    The compressed pixels stay as they are: encoding a JPEG, WebP or HEIC anew would change them, and a PNG would take too long.

    Raises:
        RefusedError: if the picture is damaged or truncated.
    """
    return _STRIP[media_type](data)


def inspect(data: bytes, media_type: str) -> tuple[int, int, bytes]:
    """Return width and height as people see them, and a thumbnail as WebP; raises RefusedError."""
    with _opened(data, media_type) as image:
        _refuse_location(image)
        size = image.size
        return *_upright(size, image), _drawn(image, THUMBNAIL)


def draw(data: bytes, media_type: str, side: int) -> bytes:
    """Return a WebP of at most `side` pixels; raises RefusedError."""
    with _opened(data, media_type) as image:
        return _drawn(image, side)


@contextmanager
def _opened(data: bytes, media_type: str) -> Iterator[Image.Image]:
    if media_type == "image/heic":
        import pi_heif

        pi_heif.register_heif_opener(thumbnails=False)
    Image.MAX_IMAGE_PIXELS = None  # _check_size has the limit, before any pixel is decoded
    warnings.simplefilter("ignore")
    try:
        with Image.open(io.BytesIO(data), formats=[_FORMATS[media_type]]) as image:
            _check_size(*image.size)
            yield image
    except (RefusedError, MemoryError):
        raise
    except Exception as error:  # decoders raise anything
        raise RefusedError("The picture is damaged or incomplete.") from error


def _check_size(width: int, height: int) -> None:
    if width * height > MOST_PIXELS or max(width, height) > MOST_SIDE:
        raise RefusedError(f"The picture has {width:,} x {height:,} pixels; a receipt has 64 million at most.")


def _refuse_location(image: Image.Image) -> None:
    if image.getexif().get_ifd(IFD.GPSInfo) or (image.info.get("xmp") or b"").strip():
        raise RefusedError("The place where the picture was taken cannot be removed. Save it as JPEG.")


def _upright(size: tuple[int, int], image: Image.Image) -> tuple[int, int]:
    """Return width and height as people see them; the HEIC decoder has already turned the picture."""
    sideways = image.format != "HEIF" and image.getexif().get(Base.Orientation, 1) >= _FIRST_SIDEWAYS
    return (size[1], size[0]) if sideways else size


def _drawn(image: Image.Image, side: int) -> bytes:
    image.draft("RGB", (2 * side, 2 * side))  # decodes only as many pixels of a JPEG as are needed
    image.load()
    profile = image.info.get("icc_profile")
    image = _with_plain_pixels(image)
    image.thumbnail((side, side))
    return as_webp(_on_white(_in_srgb(ImageOps.exif_transpose(image), profile)))


def _with_plain_pixels(image: Image.Image) -> Image.Image:
    """Return the picture in a mode that Pillow can scale."""
    if image.mode.startswith("I;16") or image.mode == "I":  # grays of scanners, which Pillow would turn white
        return image.convert("I").point(lambda value: value * (1 / _GRAYS_OF_16_BITS)).convert("L")
    if image.mode in ("RGB", "RGBA", "L", "CMYK"):
        return image
    return image.convert("RGBA" if "transparency" in image.info or image.mode in ("LA", "PA", "La") else "RGB")


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Convert colours to sRGB, which every screen understands; those of a phone's photo would look pale otherwise."""
    if not profile or image.mode not in ("RGB", "RGBA", "CMYK", "L"):
        return image
    from PIL import ImageCms

    try:
        given, srgb = ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB")
        mode = "RGBA" if image.mode == "RGBA" else "RGB"
        return ImageCms.profileToProfile(image, given, srgb, outputMode=mode) or image
    except (ImageCms.PyCMSError, OSError, ValueError):  # the profile makes no sense, or is for another mode
        return image


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image
    canvas = Image.new("RGB", image.size, "white")
    canvas.paste(image, mask=image.getchannel("A"))
    return canvas


def as_webp(image: Image.Image) -> bytes:
    """Return a picture as WebP without metadata."""
    written = io.BytesIO()
    image.convert("RGB").save(written, "WEBP", quality=80, method=4)
    return written.getvalue()
