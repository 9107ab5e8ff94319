"""Opens files that anybody may have made, in a process with limits. Writes what it found as JSON.

... sandbox examine <media type> <uploaded> <kept> <thumbnail>   removes metadata from an upload and draws its thumbnail
... sandbox render <media type> <file> <picture> <side>          draws a file that was kept
"""

from __future__ import annotations

import json
import os
import resource
import sys
from contextlib import suppress
from pathlib import Path

from expenses.receipts.sandbox import MEMORY_VARIABLE, MOST_WRITTEN, RefusedError

_SECONDS = 10
_MOST_FILES = 64
_LIMITS = (
    (resource.RLIMIT_AS, int(os.environ.get(MEMORY_VARIABLE, "1024")) << 20),
    (resource.RLIMIT_CPU, _SECONDS),
    (resource.RLIMIT_FSIZE, MOST_WRITTEN),
    (resource.RLIMIT_NOFILE, _MOST_FILES),
    (resource.RLIMIT_CORE, 0),
)
_PDF = "application/pdf"


def main(task: str, *arguments: str) -> dict[str, object]:
    """Carry out one of the two tasks; return the result, or why the file is refused."""
    try:
        return {"examine": examine, "render": render}[task](*arguments)
    except RefusedError as error:
        return {"refused": str(error)}
    except MemoryError:
        return {"refused": "Opening the file takes more memory than a receipt may use."}


# Libraries are imported by the task that needs them: importing is most of the time that a small file takes.


def examine(media_type: str, uploaded: str, kept: str, thumbnail: str) -> dict[str, object]:
    """Check an upload, write what is kept of it, and return its size in pixels. A PDF is not drawn here."""
    data = Path(uploaded).read_bytes()
    width = height = None
    if media_type == _PDF:
        from expenses.receipts.sandbox import pdf

        pdf.check(data)
    else:
        from expenses.receipts.sandbox import pictures

        data = pictures.strip_metadata(data, media_type)
        width, height, drawn = pictures.inspect(data, media_type)
        Path(thumbnail).write_bytes(drawn)
    Path(kept).write_bytes(data)
    return {"width": width, "height": height}


def render(media_type: str, file: str, picture: str, side: str) -> dict[str, object]:
    """Draw a picture, or the first page of a PDF, at most `side` pixels wide and high."""
    data = Path(file).read_bytes()
    if media_type == _PDF:
        from expenses.receipts.sandbox import pdf

        drawn = pdf.draw_first_page(data, int(side))
    else:
        from expenses.receipts.sandbox import pictures

        drawn = pictures.draw(data, media_type, int(side))
    Path(picture).write_bytes(drawn)
    return {}


def _limit() -> None:
    for what, most in _LIMITS:
        with suppress(ValueError, OSError):  # not every system knows every limit
            resource.setrlimit(what, (most, most))
    with suppress(OSError):  # if a container has less memory than that, this process ends and not the service
        Path("/proc/self/oom_score_adj").write_text("1000")


if __name__ == "__main__":
    _limit()
    try:
        sys.stdout.write(json.dumps(main(*sys.argv[1:])))
    except OSError:  # no room for what it writes, which is not the file's fault
        sys.exit(os.EX_TEMPFAIL)
