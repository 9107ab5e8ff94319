"""`python -m chassis.process.alive`: asks the process beside it whether it is alive; the health check of the images."""

from __future__ import annotations

import os
import sys
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException

_SECONDS = 2.0


def alive(port: int) -> bool:
    """Return whether GET /livez on this machine's `port` is answered with 200 in time."""
    connection = HTTPConnection("127.0.0.1", port, timeout=_SECONDS)
    try:
        connection.request("GET", "/livez")
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(0 if alive(int(os.environ.get("OUTLAY_PORT", "8000"))) else 1)
