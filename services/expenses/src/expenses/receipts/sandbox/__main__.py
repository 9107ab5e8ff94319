"""Opens files that anybody may have made, in a process of its own. It says as JSON what it found.

... studio examine <media type> <uploaded> <kept> <small>    cleans an upload and makes a small picture of it
... studio render <media type> <file> <picture> <side>       makes a picture of a file that was kept
"""

from __future__ import annotations

import json
import os
import resource
import sys
from contextlib import suppress
from pathlib import Path

from expenses.receipts.sandbox import MEGABYTES, MOST_WRITTEN, heic, jpeg, pdf, png, webp
from expenses.receipts.sandbox.errors import RefusedError

_SECONDS = 10
_MOST_FILES = 64
_LIMITS = (
    (resource.RLIMIT_AS, int(os.environ.get(MEGABYTES, "1024")) << 20),
    (resource.RLIMIT_CPU, _SECONDS),
    (resource.RLIMIT_FSIZE, MOST_WRITTEN),
    (resource.RLIMIT_NOFILE, _MOST_FILES),
    (resource.RLIMIT_CORE, 0),
)
_CLEANERS = {
    "image/jpeg": jpeg.cleaned,
    "image/png": png.cleaned,
    "image/webp": webp.cleaned,
    "image/heic": heic.cleaned,
    "application/pdf": pdf.cleaned,
}
_PDF = "application/pdf"
# The large libraries are loaded where they are needed: most of the time of a small file is theirs.


def examine(media_type: str, uploaded: str, kept: str, small: str) -> dict[str, object]:
    """Look into an upload; return what was found. Of a PDF nothing is drawn here."""
    data = _CLEANERS[media_type](Path(uploaded).read_bytes())
    width = height = None
    if media_type != _PDF:
        from expenses.receipts.sandbox.picture import look_at

        width, height, picture = look_at(data, media_type)
        Path(small).write_bytes(picture)
    Path(kept).write_bytes(data)
    return {"width": width, "height": height}


def render(media_type: str, file: str, picture: str, side: str) -> dict[str, object]:
    """Make a picture of a file, or of the first page of it."""
    data = Path(file).read_bytes()
    if media_type == _PDF:
        from expenses.receipts.sandbox.page import picture_of
    else:
        from expenses.receipts.sandbox.picture import picture_of
    Path(picture).write_bytes(picture_of(data, media_type, int(side)))
    return {}


def main(task: str, *arguments: str) -> dict[str, object]:
    """Do one of the two; a file that cannot be kept or drawn is refused in words."""
    try:
        return {"examine": examine, "render": render}[task](*arguments)
    except RefusedError as error:
        return {"refused": str(error)}
    except MemoryError:
        return {"refused": "The file needs more memory to be opened than a receipt should."}


def _limit() -> None:
    for what, most in _LIMITS:
        with suppress(ValueError, OSError):  # a system that does not know this limit
            resource.setrlimit(what, (most, most))
    with suppress(OSError):  # where a container has less memory than that, it is not the service that ends
        Path("/proc/self/oom_score_adj").write_text("1000")


if __name__ == "__main__":
    _limit()
    try:
        sys.stdout.write(json.dumps(main(*sys.argv[1:])))
    except OSError:  # no room for what it writes, which is not the file's fault
        sys.exit(os.EX_TEMPFAIL)
