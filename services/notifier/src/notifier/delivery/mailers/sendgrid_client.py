"""The transport of the `sendgrid` package: follows no redirects, and limits the time to connect."""

from __future__ import annotations

import http.client
import json
import ssl
import time
import urllib.request
from collections.abc import Mapping
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode

import sendgrid
from python_http_client.client import Response
from python_http_client.exceptions import handle_error


def sendgrid_client(key: str, *, url: str, timeout: float) -> sendgrid.SendGridAPIClient:
    """Return a client of SendGrid's API; nothing is connected before its first request."""
    api = sendgrid.SendGridAPIClient(key, host=url)
    opener = urllib.request.build_opener(_HttpHandler, _HttpsHandler(ssl.create_default_context()), _NoRedirects)
    api.client = _RestClient(opener, f"{url}/v3", headers=api.client.request_headers, timeout=timeout)
    return api


class _RestClient:
    """What the package uses of its own client: attributes append to the path, `get` and `post` make the request."""

    def __init__(self, opener: urllib.request.OpenerDirector, url: str, *, headers: Mapping[str, str], timeout: float) -> None:
        self._opener, self._url, self._headers, self._timeout = opener, url, headers, timeout

    def __getattr__(self, segment: str) -> _RestClient:
        if segment.startswith("_"):
            raise AttributeError(segment)
        return _RestClient(self._opener, f"{self._url}/{segment}", headers=self._headers, timeout=self._timeout)

    def get(self, query_params: Mapping[str, Any] | None = None) -> Response:
        """Send a GET request; raises the package's HTTPError."""
        query = f"?{urlencode(query_params)}" if query_params else ""
        return self._open("GET", self._url + query)

    def post(self, request_body: Any) -> Response:
        """Send a POST request; raises the package's HTTPError."""
        return self._open("POST", self._url, json.dumps(request_body).encode(), {"Content-Type": "application/json"})

    def _open(self, method: str, url: str, body: bytes | None = None, more: Mapping[str, str] | None = None) -> Response:
        headers = {**self._headers, **(more or {})}
        request = urllib.request.Request(url, body, headers, method=method)  # noqa: S310  NOTIFIER_MAIL allows http and https only
        try:
            with self._opener.open(request, timeout=self._timeout) as response:
                return Response(response)
        except HTTPError as error:
            raise handle_error(error) from None


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Treats a redirect as the response: following it would give the key to another server."""

    def redirect_request(self, *_args: Any, **_options: Any) -> None:
        return None


class _Connection(http.client.HTTPConnection):
    """Sends nothing if connecting took longer than the timeout, which Python applies to each address separately.

    A process whose claim on an email ran out while connecting must not send it.
    """

    def connect(self) -> None:
        begun = time.monotonic()
        super().connect()
        if self.timeout is not None and time.monotonic() - begun > self.timeout:
            self.close()
            raise TimeoutError("connecting took too long")


class _TlsConnection(_Connection, http.client.HTTPSConnection):
    """The same with TLS."""


class _HttpHandler(urllib.request.HTTPHandler):
    def http_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_Connection, request)


class _HttpsHandler(urllib.request.HTTPSHandler):
    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(context=context)
        self._tls = context

    def https_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_TlsConnection, request, context=self._tls)
