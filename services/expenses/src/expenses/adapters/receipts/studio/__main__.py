"""`... studio <media type> <uploaded> <kept> <small>`: cleans one file, makes a small picture, says as JSON what it found."""

from __future__ import annotations

import json
import resource
import sys
from contextlib import suppress
from pathlib import Path

from expenses.adapters.receipts.studio import heic, jpeg, pdf, png, webp
from expenses.adapters.receipts.studio.errors import RefusedError

_MEMORY = 1 << 30
_SECONDS = 10
_CLEANERS = {
    "image/jpeg": jpeg.cleaned,
    "image/png": png.cleaned,
    "image/webp": webp.cleaned,
    "image/heic": heic.cleaned,
    "application/pdf": pdf.cleaned,
}


def main(media_type: str, uploaded: Path, kept: Path, small: Path) -> dict[str, object]:
    """Look into a file; return what was found."""
    try:
        data = _CLEANERS[media_type](uploaded.read_bytes())
        width = height = None
        if media_type != "application/pdf":
            from expenses.adapters.receipts.studio.picture import look_at  # noqa: PLC0415  a PDF needs no decoder

            width, height, picture = look_at(data, media_type)
            small.write_bytes(picture)
    except RefusedError as error:
        return {"refused": str(error)}
    except MemoryError:
        return {"refused": "The file needs more memory to be opened than a receipt should."}
    kept.write_bytes(data)
    return {"width": width, "height": height}


def _limit() -> None:
    for what, most in ((resource.RLIMIT_AS, _MEMORY), (resource.RLIMIT_CPU, _SECONDS), (resource.RLIMIT_CORE, 0)):
        with suppress(ValueError, OSError):  # a system that does not know this limit
            resource.setrlimit(what, (most, most))


if __name__ == "__main__":
    _limit()
    sys.stdout.write(json.dumps(main(sys.argv[1], *map(Path, sys.argv[2:]))))
