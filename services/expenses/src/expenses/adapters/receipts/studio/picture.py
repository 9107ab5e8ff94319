"""Opens a picture: its size before its pixels, all of its pixels once, and a small one of it."""

from __future__ import annotations

import io
import warnings

from PIL import Image, ImageOps

from expenses.adapters.receipts.studio.errors import RefusedError

MOST_PIXELS = 64_000_000
MOST_SIDE = 30_000
_SMALL = 480
_FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "image/heic": "HEIF"}
_GPS, _ORIENTATION, _ON_ITS_SIDE = 0x8825, 0x0112, 5


def look_at(data: bytes, media_type: str) -> tuple[int, int, bytes]:
    """Return width, height (the right way up) and a small WebP; raises RefusedError."""
    if media_type == "image/heic":
        import pillow_heif  # noqa: PLC0415  a large library for one kind of file

        pillow_heif.register_heif_opener(thumbnails=False)
    Image.MAX_IMAGE_PIXELS = None  # what is too much is said below, before pixels are read
    warnings.simplefilter("ignore")
    try:
        with Image.open(io.BytesIO(data), formats=[_FORMATS[media_type]]) as image:
            _check_size(*image.size)
            _check_place(image)
            size = image.size
            image.draft("RGB", (2 * _SMALL, 2 * _SMALL))  # of a JPEG, as many pixels as are needed
            image.load()
            return *_upright(size, image), _small(image)
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


def _small(image: Image.Image) -> bytes:
    if image.mode not in ("RGB", "RGBA", "L"):
        image = image.convert("RGBA" if "transparency" in image.info or image.mode in ("LA", "PA", "La") else "RGB")
    image.thumbnail((_SMALL, _SMALL))
    small = ImageOps.exif_transpose(image)
    if small.mode == "RGBA":
        paper = Image.new("RGB", small.size, "white")
        paper.paste(small, mask=small.getchannel("A"))
        small = paper
    written = io.BytesIO()
    small.convert("RGB").save(written, "WEBP", quality=80, method=4)
    return written.getvalue()
