"""What is kept of a picture's EXIF data: its orientation and when it was taken, but not where or with which camera."""

from __future__ import annotations

import re
import struct
import warnings

from PIL import Image
from PIL.ExifTags import IFD, Base

_ORIENTATIONS = range(1, 9)
_DAY_AND_TIME = re.compile(r"\d{4}:\d{2}:\d{2} \d{2}:\d{2}:\d{2}", re.ASCII)
_PREFIX = b"Exif\0\0"
_UNREADABLE = (struct.error, LookupError, ValueError, TypeError, ArithmeticError, SyntaxError, OSError)
"""What Pillow raises for EXIF data that makes no sense."""


def kept_exif(tiff: bytes) -> bytes:
    """Return new EXIF data with the orientation and time of the given data; empty if it has neither or cannot be read."""
    given, kept = Image.Exif(), Image.Exif()
    try:
        with warnings.catch_warnings(action="ignore"):
            given.load(tiff)
            orientation = given.get(Base.Orientation)
            taken = given.get_ifd(IFD.Exif).get(Base.DateTimeOriginal)
    except _UNREADABLE:
        return b""
    has_orientation = isinstance(orientation, int) and orientation in _ORIENTATIONS
    has_time = isinstance(taken, str) and _DAY_AND_TIME.fullmatch(taken) is not None
    if has_orientation:
        kept[Base.Orientation] = orientation
    if has_time:
        kept.get_ifd(IFD.Exif)[Base.DateTimeOriginal] = taken
    return kept.tobytes().removeprefix(_PREFIX) if has_orientation or has_time else b""
