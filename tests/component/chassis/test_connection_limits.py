"""What a connection may send and how slowly, with real sockets on a real server."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

_PROGRAM = """
import json, sys
from chassis.web.connection import ConnectionLimits
from chassis.web.server import serve

async def app(scope, receive, send):
    body, more = b"", True
    while more and scope["path"] != "/big":
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        body, more = body + message.get("body", b""), message.get("more_body", False)
    told = {"headers": sorted(name.decode() for name, _ in scope["headers"]), "body": body.decode()}
    parts = [b"x" * 100_000] * 500 if scope["path"] == "/big" else [json.dumps(told).encode()]
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % sum(map(len, parts)))]})
    for number, part in enumerate(parts, 1):
        await send({"type": "http.response.body", "body": part, "more_body": number < len(parts)})
    print("over", flush=True)

limits = ConnectionLimits(**json.loads(sys.argv[1]))
serve(app, host="127.0.0.1", port=0, on_ready=lambda port: print(port, flush=True), limits=limits)
"""
_ROOMY = {"head_seconds": 30, "body_seconds": 30, "stalled_seconds": 30}
_STRICT = {"head_seconds": 1, "body_seconds": 1, "body_rate": 100_000, "stalled_seconds": 1}


class Speaker:
    """A server, and a socket to say anything to it."""

    def __init__(self, limits: dict[str, Any]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, json.dumps(limits)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline())
        self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=60)

    def say(self, text: str) -> None:
        self.socket.sendall(text.encode("latin-1"))

    def heard(self) -> str:
        """Return all that comes until the server closes."""
        said = b""
        try:
            while part := self.socket.recv(65536):
                said += part
        except ConnectionResetError:
            pass
        return said.decode("latin-1")

    def end(self) -> None:
        self.socket.close()
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(60)
        assert self.process.stdout is not None
        self.process.stdout.close()


@pytest.fixture
def roomy() -> Iterator[Speaker]:
    speaker = Speaker(_ROOMY)
    yield speaker
    speaker.end()


@pytest.fixture
def strict() -> Iterator[Speaker]:
    speaker = Speaker(_STRICT)
    yield speaker
    speaker.end()


def request(*lines: str, method: str = "GET", path: str = "/", host: str = "Host: outlay.test", body: str = "") -> str:
    return "\r\n".join([f"{method} {path} HTTP/1.1", *([host] if host else []), *lines, "", body])


def refusal(answer: str) -> tuple[int, str]:
    """Return status and detail of an answer that is a problem with every header that answers have."""
    head, _blank, body = answer.partition("\r\n\r\n")
    told = json.loads(body)
    for line in (
        "content-type: application/problem+json",
        "x-content-type-options: nosniff",
        "cache-control: no-store",
        "content-security-policy: default-src 'none'; frame-ancestors 'none'",
        "connection: close",
    ):
        assert line in head.lower(), head
    assert head.startswith(f"HTTP/1.1 {told['status']} ")
    return told["status"], told["detail"]


def last(answer: str) -> dict[str, Any]:
    return dict(json.loads(answer.rpartition("\r\n\r\n")[2]))


CLOSE = "Connection: close"
CHUNKED = "Transfer-Encoding: chunked"


def test_a_trailer_is_never_a_header(roomy: Speaker) -> None:
    roomy.say(request(CHUNKED, CLOSE, method="POST", body="2\r\nhi\r\n"))
    roomy.say("0\r\nAuthorization: Bearer stolen\r\nX-Forwarded-For: 6.6.6.6\r\n\r\n")
    assert last(roomy.heard()) == {"headers": ["connection", "host", "transfer-encoding"], "body": "hi"}


def test_a_trailer_in_the_same_packet_is_no_header_either(roomy: Speaker) -> None:
    roomy.say(request(CHUNKED, CLOSE, method="POST", body="2\r\nhi\r\n0\r\nCookie: session=stolen\r\n\r\n"))
    assert last(roomy.heard())["headers"] == ["connection", "host", "transfer-encoding"]


@pytest.mark.parametrize("lines", [["Host: evil.test"], ["Host: outlay.test"]], ids=["another", "the same again"])
def test_two_hosts_are_one_too_many(roomy: Speaker, lines: list[str]) -> None:
    roomy.say(request(*lines))
    assert refusal(roomy.heard()) == (400, "A request needs exactly one Host header.")


def test_a_request_without_a_host_is_refused(roomy: Speaker) -> None:
    roomy.say(request(host=""))
    assert refusal(roomy.heard()) == (400, "A request needs exactly one Host header.")


@pytest.mark.parametrize("name", ["Content-Type", "Authorization", "Origin", "Sec-Fetch-Site", "Idempotency-Key"])
def test_a_header_that_counts_once_is_sent_once(roomy: Speaker, name: str) -> None:
    roomy.say(request(f"{name}: a", f"{name}: b"))
    assert refusal(roomy.heard()) == (400, f"The header {name.lower()} was sent twice.")


def test_invalid_http_is_answered_with_a_problem(roomy: Speaker) -> None:
    roomy.say("HELLO\r\n\r\n")
    assert refusal(roomy.heard()) == (400, "This is not a valid HTTP request.")


def test_headers_are_counted(roomy: Speaker) -> None:
    roomy.say(request(*(f"X-{number}: 1" for number in range(120))))
    assert refusal(roomy.heard()) == (431, "A request may have 100 headers at most.")


def test_the_headers_together_have_a_limit(roomy: Speaker) -> None:
    roomy.say(request(*(f"X-{number}: {'y' * 600}" for number in range(90))))
    assert refusal(roomy.heard()) == (431, "The headers may have 32,768 bytes at most.")


def test_one_endless_header_is_refused(roomy: Speaker) -> None:
    roomy.say("GET / HTTP/1.1\r\nHost: outlay.test\r\nX-Long: ")
    try:
        for _ in range(200):
            roomy.say("y" * 10_000)
    except (ConnectionResetError, BrokenPipeError):
        return  # it was closed while this was still being sent
    assert refusal(roomy.heard())[0] == 431


def test_a_path_has_a_limit(roomy: Speaker) -> None:
    roomy.say(request(path="/" + "a" * 9000))
    assert refusal(roomy.heard()) == (414, "The path and the query may have 8,192 bytes at most.")


def test_tiny_chunks_and_their_extensions_have_a_limit(roomy: Speaker) -> None:
    roomy.say(request(CHUNKED, method="POST"))
    try:
        for _ in range(100):
            roomy.say(f"1;{'e' * 4000}\r\nx\r\n")
    except (ConnectionResetError, BrokenPipeError):
        return
    assert refusal(roomy.heard()) == (400, "The chunks of the body are too small; send larger ones.")


def test_headers_that_never_end_time_out(strict: Speaker) -> None:
    strict.say("GET / HTTP/1.1\r\nHost: outlay.test\r\nX-Slow: ")
    assert refusal(strict.heard()) == (408, "The headers did not arrive within 1 seconds.")


def test_the_second_request_of_a_connection_has_no_more_time(strict: Speaker) -> None:
    strict.say(request() + "GET / HTTP/1.1\r\nHo")
    said = strict.heard()
    assert said.startswith("HTTP/1.1 200 ")
    assert refusal(said[said.index("HTTP/1.1 408") :])[0] == 408


def test_a_silent_connection_is_closed(strict: Speaker) -> None:
    assert strict.heard() == ""


def test_a_body_that_never_arrives_times_out(strict: Speaker) -> None:
    strict.say(request("Content-Length: 10", method="POST", body="half"))
    assert refusal(strict.heard()) == (408, "The body arrived too slowly.")


def test_a_trickling_body_is_too_slow(strict: Speaker) -> None:
    strict.socket.settimeout(0.05)
    strict.say(request("Content-Length: 1000000", method="POST"))
    said = b""
    while not said:
        strict.say("x")
        try:
            said = strict.socket.recv(65536)
        except TimeoutError:
            continue
    strict.socket.settimeout(60)
    assert refusal(said.decode() + strict.heard())[0] == 408


def test_a_large_body_has_more_time(strict: Speaker) -> None:
    strict.say(request("Content-Length: 400000", CLOSE, method="POST", body="x" * 390_000))
    with pytest.raises(TimeoutError):
        strict.socket.settimeout(1.5)
        strict.socket.recv(1)
    strict.socket.settimeout(60)
    strict.say("x" * 10_000)
    assert len(last(strict.heard())["body"]) == 400_000


def test_a_response_that_is_not_read_is_given_up(strict: Speaker) -> None:
    strict.say(request(path="/big"))
    assert strict.process.stdout is not None
    assert strict.process.stdout.readline() == "over\n", "though nobody reads"
    assert 0 < len(strict.heard()) < 50_000_000


def test_empty_lines_keep_no_connection_open(strict: Speaker) -> None:
    strict.say(request())
    assert strict.socket.recv(65536).startswith(b"HTTP/1.1 200")
    strict.socket.settimeout(0.1)
    for _ in range(100):
        try:
            strict.say("\r\n")
            if strict.socket.recv(1) == b"":
                return
        except TimeoutError:
            continue
        except ConnectionError:
            return
    pytest.fail("it is still open")


def test_an_answer_may_take_long_after_an_empty_line(strict: Speaker) -> None:
    strict.say(request() + "\r\n")
    assert strict.socket.recv(65536).startswith(b"HTTP/1.1 200")
    time.sleep(1.5)
    strict.say(request(CLOSE))
    assert "connection: close" in strict.heard()
