"""`outlay mcp`: lets an assistant on this machine use an Outlay, here or elsewhere, with an access token."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from chassis.runtime.logs import configure_logs

_TOKEN = "outlay_pat_"  # noqa: S105  what each begins with
_LEVELS = ("debug", "info", "warning", "error")
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
log = logging.getLogger("outlay.mcp")


class ConnectionSettingsError(Exception):
    """The address or the token is invalid. The message says what to set."""


def add_mcp_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser("mcp", help="let an assistant use Outlay over stdio, with OUTLAY_URL and OUTLAY_TOKEN")
    parser.add_argument("--write", action="store_true", help="let it make changes too, if the token has the scope write")
    parser.add_argument("--token-file", type=Path, metavar="FILE", help="a file that holds the access token (OUTLAY_TOKEN_FILE)")


def serve_assistant(options: argparse.Namespace, environ: Mapping[str, str]) -> None:
    """Serve on standard input and output until the input ends.

    Raises:
        ConnectionSettingsError: if the address or the token is invalid.
    """
    url, token = _url(environ), _token(options, environ)
    level = environ.get("OUTLAY_LOG_LEVEL", "")
    configure_logs(level if level in _LEVELS else "warning")  # to standard error; standard output is the connection's
    if url.startswith("http://") and urlsplit(url).hostname not in _LOOPBACK:
        log.warning("the access token goes over the network unencrypted; use an https:// address in OUTLAY_URL")
    # Imported here: other commands need none of it, and it takes a second.
    from assistant.mcp.remote import Remote
    from assistant.mcp.stdio import serve
    from assistant.tools.client import new_client

    with new_client(url) as client:
        serve(Remote(client, token, write=options.write, now=lambda: datetime.now(UTC)), write=options.write)


def _url(environ: Mapping[str, str]) -> str:
    url = (environ.get("OUTLAY_URL") or "http://127.0.0.1:8000").rstrip("/")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment or parts.username:
        raise ConnectionSettingsError(f"OUTLAY_URL: is {url!r}, must be the address of an Outlay such as https://outlay.example")
    return url


def _token(options: argparse.Namespace, environ: Mapping[str, str]) -> str:
    given = options.token_file or environ.get("OUTLAY_TOKEN_FILE")
    try:
        token = Path(given).read_text("utf-8").strip() if given else environ.get("OUTLAY_TOKEN", "").strip()
    except (OSError, UnicodeDecodeError) as error:
        message = f"OUTLAY_TOKEN_FILE: {given} cannot be read: {getattr(error, 'strerror', None) or 'not text'}"
        raise ConnectionSettingsError(message) from error
    if not token.startswith(_TOKEN) or not token.isascii() or any(letter.isspace() for letter in token):
        message = f"OUTLAY_TOKEN: must be an access token, which begins with {_TOKEN}; make one in Outlay's settings"
        raise ConnectionSettingsError(message)
    return token
