"""Network errors in plain words."""

from __future__ import annotations

import re
import socket
import ssl
from errno import ECONNREFUSED, EHOSTUNREACH, ENETUNREACH


def unreached(error: object, where: str) -> str:
    """Return why `where` is unreachable; empty if the error has another cause."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the certificate of {where} is not trusted: {error.verify_message}; name its CA file with ?ca=<file>"
    if isinstance(error, ssl.SSLError):
        return f"{where} cannot agree on TLS: {error.reason}"
    if isinstance(error, socket.gaierror):
        return f"the host of {where} is unknown; check its name"
    if isinstance(error, TimeoutError):
        return f"{where} does not answer; check host, port and firewall"
    if isinstance(error, OSError):
        return by_number(error.errno or 0, where) or f"{where} cannot be reached: {error.strerror or type(error).__name__}"
    return ""


def by_number(number: int, where: str) -> str:
    """Return the meaning of an operating system's error number."""
    if number == ECONNREFUSED:
        return f"nothing answers at {where}; is it running, and is the port right?"
    if number in (EHOSTUNREACH, ENETUNREACH):
        return f"there is no route to {where}; check the network"
    return ""


def numbers_in(text: str) -> list[int]:
    """Return the error numbers in a driver's message."""
    return [int(found) for found in re.findall(r"\d+", text)]
