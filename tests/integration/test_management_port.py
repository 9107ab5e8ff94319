"""The public port reveals nothing about a process; operators use another port."""

from __future__ import annotations

import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import httpx
import pytest

from testing.servers.process import OutlayProcess

if TYPE_CHECKING:
    from collections.abc import Iterator

TOLD_TO_OPERATORS = (b"outlay_", b"process_", b"python_", b"checks", b"jwks", b'"kty"')
ASKED_BY_ATTACKERS = [
    "GET /metrics",
    "GET //metrics",
    "GET /./metrics",
    "GET /api/../metrics",
    "GET /%6detrics",
    "GET /metrics?x=1",
    "GET /metrics/",
    "GET /METRICS",
    "POST /metrics",
    "OPTIONS /metrics",
    "GET /readyz",
    "GET /readyz?verbose",
    "POST /readyz",
    "GET /openapi.json",
    "GET /internal/jwks",
    "GET /api/v1/internal/jwks",
    "GET /api/v1/%69nternal/jwks",
    "GET /api/v1/users/../internal/jwks",
]


@pytest.fixture(scope="module")
def outlay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OutlayProcess]:
    with OutlayProcess(tmp_path_factory.mktemp("management") / "data") as process:
        yield process


def said(outlay: OutlayProcess, request: str, host: str) -> bytes:
    """Send a raw request, as no client would; return the whole response."""
    address = httpx.URL(outlay.url)
    with socket.create_connection((address.host, address.port or 80), timeout=20) as way:
        way.sendall(f"{request} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        return b"".join(iter(lambda: way.recv(65536), b""))


@pytest.mark.parametrize("request_line", ASKED_BY_ATTACKERS)
def test_the_public_port_reveals_nothing_meant_for_operators(outlay: OutlayProcess, request_line: str) -> None:
    public, management = (httpx.URL(url).netloc.decode() for url in (outlay.url, outlay.management))
    for host in (public, management):  # the port of a request is that of its connection, not what it says
        answer = said(outlay, request_line, host)
        assert answer.startswith(b"HTTP/1.1 ")
        assert not [word for word in TOLD_TO_OPERATORS if word in answer], answer[:500]


def test_operator_paths_are_not_found_at_the_public_port(outlay: OutlayProcess) -> None:
    found = {
        path: httpx.get(f"{outlay.url}/{path}", timeout=60).status_code for path in ("metrics", "openapi.json", "internal/jwks")
    }
    assert set(found.values()) == {404}


def test_the_public_port_gives_load_balancers_only_the_status(outlay: OutlayProcess) -> None:
    assert [httpx.get(f"{outlay.url}/{path}", timeout=60).json() for path in ("livez", "readyz")] == [{"status": "ok"}] * 2


def test_the_management_port_has_metrics_and_checks_and_nothing_else(outlay: OutlayProcess) -> None:
    assert "outlay_requests_total" in httpx.get(f"{outlay.management}/metrics", timeout=60).text
    assert httpx.get(f"{outlay.management}/readyz", timeout=60).json()["checks"]["expenses"] == "ok"
    elsewhere = {
        path: httpx.get(f"{outlay.management}{path}", timeout=60).status_code for path in ("/", "/api/v1/users/me", "/docs")
    }
    assert set(elsewhere.values()) == {404}


def test_the_management_port_is_not_the_public_one(tmp_path_factory: pytest.TempPathFactory) -> None:
    told = {"OUTLAY_DATA": str(tmp_path_factory.mktemp("same")), "OUTLAY_PORT": "8123", "OUTLAY_MANAGEMENT_PORT": "8123"}
    ran = subprocess.run([sys.executable, "-m", "outlay", "run"], env=told, capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 2
    assert "OUTLAY_MANAGEMENT_PORT: is 8123, as is OUTLAY_PORT" in ran.stderr
