"""Writes certificates that are given as text to files, for libraries that need files."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import stat
import tempfile
from pathlib import Path

from chassis.platform.binding import BindingError

_BEGIN = "-----BEGIN CERTIFICATE-----"


def certificate_file(text: str, *, temporary: Path | None = None) -> str:
    """Return a file with a certificate that is given as PEM or base64-encoded PEM.

    The file is readable by this user alone and called after its content, so that another process finds it and none adds to it.

    Raises:
        BindingError: it is no certificate, or there is no place to write it to.
    """
    pem = _pem(text)
    try:
        folder = _own_folder(temporary or Path(tempfile.gettempdir()))
        path = folder / f"{hashlib.sha256(pem).hexdigest()[:32]}.pem"
        if not path.is_file() or path.read_bytes() != pem:
            handle, fresh = tempfile.mkstemp(dir=folder)  # mode 0600
            with open(handle, "wb") as file:
                file.write(pem)
            os.replace(fresh, path)
    except OSError as error:
        message = f"has a certificate that cannot be written to a temporary folder: {error.strerror}; set TMPDIR to one"
        raise BindingError(message) from None
    return str(path)


def _pem(text: str) -> bytes:
    if _BEGIN not in text:
        try:
            text = base64.b64decode(re.sub(r"\s", "", text), validate=True).decode("ascii")
        except ValueError:
            text = ""
    if _BEGIN not in text:
        raise BindingError("has a certificate that is neither PEM nor base64 of PEM")
    return text.strip().encode("ascii", "ignore") + b"\n"


def _own_folder(temporary: Path) -> Path:
    """Create the folder, or use it if it belongs to this user: in a shared folder another user could have made it."""
    folder = temporary / f"outlay-certificates-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077:
        return folder
    return Path(tempfile.mkdtemp(prefix="outlay-certificates-", dir=temporary))
