"""How the `sendgrid` package reaches the network: without following redirects, and with an end to connecting."""

from __future__ import annotations

import http.client
import logging
import ssl
import time
import urllib.request
from typing import Any

import sendgrid  # type: ignore[import-untyped]
from python_http_client import Client  # type: ignore[import-untyped]


def client_of(key: str, *, host: str, timeout: float) -> sendgrid.SendGridAPIClient:
    """Make a client; nothing is connected before its first request."""
    # It would write whole requests, with the key and the mail, into the log at the level debug.
    logging.getLogger("python_http_client").setLevel(logging.WARNING)
    api = sendgrid.SendGridAPIClient(key, host=host)
    opener = urllib.request.build_opener(_Http, _Https(context=ssl.create_default_context()), _Stay)
    headers = {"Authorization": api.auth, "User-Agent": api.useragent, "Accept": "application/json"}
    api.client = _Client(opener, host=host, request_headers=headers, version=3, timeout=timeout)
    return api


class _Client(Client):  # type: ignore[misc]
    """The package's client. Its requests go through an opener of ours instead of Python's default one."""

    def __init__(self, opener: urllib.request.OpenerDirector, **options: Any) -> None:
        super().__init__(**options)
        self.opener = opener

    def _build_client(self, name: str | None = None) -> _Client:
        path = [*self._url_path, name] if name else self._url_path
        known = {"host": self.host, "version": self._version, "request_headers": self.request_headers, "timeout": self.timeout}
        return _Client(self.opener, url_path=path, **known)

    def _make_request(self, opener: Any, request: urllib.request.Request, timeout: float | None = None) -> Any:  # noqa: ARG002
        return super()._make_request(self.opener, request, timeout=timeout)


class _Stay(urllib.request.HTTPRedirectHandler):
    """Lets a redirect be the answer: following it would repeat the key to whoever is named there."""

    def redirect_request(self, *_args: Any, **_options: Any) -> None:
        return None


class _Connection(http.client.HTTPConnection):
    """Begins no request when connecting took longer than the timeout, which Python counts for each address anew.

    A process that still connects when its claim on a mail has ended must not send it any more.
    """

    def connect(self) -> None:
        begun = time.monotonic()
        super().connect()
        if self.timeout is not None and time.monotonic() - begun > self.timeout:
            self.close()
            message = "connecting took too long"
            raise TimeoutError(message)


class _SecureConnection(_Connection, http.client.HTTPSConnection):
    """The same with TLS."""


class _Http(urllib.request.HTTPHandler):
    def http_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_Connection, request)


class _Https(urllib.request.HTTPSHandler):
    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(context=context)
        self._trust = context

    def https_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_SecureConnection, request, context=self._trust)
