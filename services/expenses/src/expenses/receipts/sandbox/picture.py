"""Opens a picture: its size before its pixels, all of its pixels once, and a small one of it."""

from __future__ import annotations

import io
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING

from PIL import Image, ImageOps

from expenses.receipts.sandbox.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_PIXELS = 64_000_000
MOST_SIDE = 30_000
SMALL = 480
_FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "image/heic": "HEIF"}
_GPS, _ORIENTATION, _ON_ITS_SIDE = 0x8825, 0x0112, 5
_GRAYS_OF_16_BITS = 256


def look_at(data: bytes, media_type: str) -> tuple[int, int, bytes]:
    """Return width, height (the right way up) and a small WebP; raises RefusedError."""
    with _opened(data, media_type) as image:
        _check_place(image)
        size = image.size
        return *_upright(size, image), _drawn(image, SMALL)


def picture_of(data: bytes, media_type: str, side: int) -> bytes:
    """Return a WebP of `side` pixels at most; raises RefusedError."""
    with _opened(data, media_type) as image:
        return _drawn(image, side)


@contextmanager
def _opened(data: bytes, media_type: str) -> Iterator[Image.Image]:
    if media_type == "image/heic":
        import pi_heif

        pi_heif.register_heif_opener(thumbnails=False)
    Image.MAX_IMAGE_PIXELS = None  # what is too much is said below, before pixels are read
    warnings.simplefilter("ignore")
    try:
        with Image.open(io.BytesIO(data), formats=[_FORMATS[media_type]]) as image:
            _check_size(*image.size)
            yield image
    except (RefusedError, MemoryError):
        raise
    except Exception as error:  # decoders raise whatever they like
        message = "The picture is damaged or was not uploaded as a whole."
        raise RefusedError(message) from error


def _check_size(width: int, height: int) -> None:
    if width * height > MOST_PIXELS or max(width, height) > MOST_SIDE:
        raise RefusedError(f"The picture has {width:,} x {height:,} pixels; a receipt has 64 million at most.")


def _check_place(image: Image.Image) -> None:
    if image.getexif().get_ifd(_GPS) or (image.info.get("xmp") or b"").strip():
        message = "The place where the picture was taken cannot be taken out of it; save it as JPEG."
        raise RefusedError(message)


def _upright(size: tuple[int, int], image: Image.Image) -> tuple[int, int]:
    """Return width and height as people see them; the decoder of HEIC has turned the picture already."""
    on_its_side = image.format != "HEIF" and image.getexif().get(_ORIENTATION, 1) >= _ON_ITS_SIDE
    return (size[1], size[0]) if on_its_side else size


def _drawn(image: Image.Image, side: int) -> bytes:
    image.draft("RGB", (2 * side, 2 * side))  # of a JPEG, as many pixels as are needed
    image.load()
    profile = image.info.get("icc_profile")
    image = _with_plain_pixels(image)
    image.thumbnail((side, side))
    return as_webp(_on_paper(_in_srgb(ImageOps.exif_transpose(image), profile)))


def _with_plain_pixels(image: Image.Image) -> Image.Image:
    """Return a picture of which a smaller one can be made."""
    if image.mode.startswith("I;16") or image.mode == "I":  # scanners' grays, of which Pillow would make white
        return image.convert("I").point(lambda value: value * (1 / _GRAYS_OF_16_BITS)).convert("L")
    if image.mode in ("RGB", "RGBA", "L", "CMYK"):
        return image
    return image.convert("RGBA" if "transparency" in image.info or image.mode in ("LA", "PA", "La") else "RGB")


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Return colours as every screen understands them: those of a phone's photo, taken for sRGB, are pale."""
    if not profile or image.mode not in ("RGB", "RGBA", "CMYK", "L"):
        return image
    from PIL import ImageCms

    try:
        given, srgb = ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB")
        mode = "RGBA" if image.mode == "RGBA" else "RGB"
        return ImageCms.profileToProfile(image, given, srgb, outputMode=mode) or image
    except (ImageCms.PyCMSError, OSError, ValueError):  # a profile that makes no sense, or is of another kind of pixels
        return image


def _on_paper(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image
    paper = Image.new("RGB", image.size, "white")
    paper.paste(image, mask=image.getchannel("A"))
    return paper


def as_webp(image: Image.Image) -> bytes:
    """Return a picture as WebP with no word about it."""
    written = io.BytesIO()
    image.convert("RGB").save(written, "WEBP", quality=80, method=4)
    return written.getvalue()
