"""`python -m testing.mailserver`: prints `ready on port N` and serves until it is told to stop."""

from __future__ import annotations

import argparse
import signal
import ssl
import sys
from pathlib import Path
from types import FrameType

from testing.mailserver.server import MailServer, Options
from testing.mailserver.signing import Signer


def options_from(arguments: list[str]) -> Options:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="mailserver", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--key", default="SG.test", help="the API key that is let in")
    parser.add_argument("--journal", type=Path, help="accepted mails, one JSON object a line, synced before the answer")
    parser.add_argument("--hook", default="", help="where events are posted to; none without")
    parser.add_argument("--hook-key", type=Path, help="PEM file of the key that signs events; made if it is not there")
    parser.add_argument("--silent", action="store_true", help="send events only when told to")
    parser.add_argument("--no-activity", action="store_true", help="an account without the Email Activity add-on")
    parser.add_argument("--activity-lag", type=float, default=0.0, help="seconds until an accepted mail is listed")
    parser.add_argument("--tls", type=Path, help="folder with server.pem and server.key; plain HTTP without")
    given = parser.parse_args(arguments)
    return Options(
        port=given.port,
        key=given.key,
        journal=given.journal,
        hook=given.hook,
        signer=Signer(given.hook_key),
        automatic=not given.silent,
        activity=not given.no_activity,
        activity_lag=given.activity_lag,
        tls=_tls(given.tls),
    )


def _tls(folder: Path | None) -> ssl.SSLContext | None:
    if folder is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem", folder / "server.key")
    return context


def main(arguments: list[str]) -> int:
    """Serve until SIGTERM or Ctrl-C."""

    def leave(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, leave)
    server = MailServer(options_from(arguments))
    sys.stdout.write(f"ready on port {server.port}\n")
    sys.stdout.flush()
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
