"""HTTP sessions for Watson, with a total timeout, a size limit, and no cookies or redirects."""

from __future__ import annotations

import io
import time
from contextvars import ContextVar
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter

MOST_BYTES = 1_000_000
_CHUNK = 16_384
CONNECT_SECONDS = 1.0
_LEAST = 0.05

_DEADLINE: ContextVar[float | None] = ContextVar("watson_deadline", default=None)


class Deadline:
    """`with Deadline(2.5): ...`: all requests inside share these seconds."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def __enter__(self) -> Deadline:
        self._before = _DEADLINE.set(self._end)
        return self

    def __exit__(self, *_error: object) -> None:
        _DEADLINE.reset(self._before)


def seconds_left() -> float:
    """Return how long a request may still take; ten seconds outside a deadline."""
    end = _DEADLINE.get()
    return 10.0 if end is None else max(0.0, end - time.monotonic())


def timeouts() -> tuple[float, float]:
    """Return the connect and read timeouts; raises requests' Timeout if no time is left."""
    left = seconds_left()
    if left < _LEAST:
        raise requests.exceptions.ConnectTimeout("no time is left")
    return min(CONNECT_SECONDS, left), left


class BoundedAdapter(HTTPAdapter):
    """Reads complete responses, since neither the SDK nor requests limits their total time and size."""

    def send(self, request: requests.PreparedRequest, *_: Any, **options: Any) -> requests.Response:
        """Send a request and read the response; raises requests' exceptions."""
        response = super().send(request, **{**options, "stream": True, "timeout": timeouts()})
        try:
            body = self._body(response)
        except urllib3.exceptions.ReadTimeoutError as error:
            raise requests.exceptions.ReadTimeout(str(error)) from error
        except urllib3.exceptions.DecodeError as error:
            raise requests.exceptions.JSONDecodeError(str(error), "", 0) from error
        except urllib3.exceptions.HTTPError as error:
            raise requests.exceptions.ConnectionError(str(error)) from error
        finally:
            response.raw.release_conn()
        headers = {name: value for name, value in response.headers.items() if name.lower() != "content-encoding"}
        response.raw = urllib3.HTTPResponse(io.BytesIO(body), headers=headers, status=response.status_code, preload_content=False)
        response.headers.pop("Content-Encoding", None)
        return response

    def _body(self, response: requests.Response) -> bytes:
        parts, size = [], 0
        while part := response.raw.read1(_CHUNK, decode_content=True):  # returns what has arrived, without waiting for a full chunk
            parts.append(part)
            size += len(part)
            if size > MOST_BYTES:
                response.raw.close()
                raise requests.exceptions.JSONDecodeError("the answer is too large", "", 0)
            if seconds_left() <= 0:
                response.raw.close()
                raise requests.exceptions.ReadTimeout("the answer does not end")
        return b"".join(parts)


def session_of(ca: str) -> requests.Session:
    """Return a thread-safe session: without cookies, it has no state."""
    session = requests.Session()
    adapter = BoundedAdapter(pool_maxsize=32)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    session.cookies.set_policy(no_cookies())
    session.trust_env = True
    if ca:
        session.verify = ca
    return session


def no_cookies() -> DefaultCookiePolicy:
    """Return a policy that accepts and sends no cookies."""
    return DefaultCookiePolicy(allowed_domains=[])
