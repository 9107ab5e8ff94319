"""The test server for SendGrid's API accepts, refuses, fails and reports as told."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest
from sendgrid.helpers.eventwebhook import EventWebhook

from testing.mailserver.server import MailServer, Options
from testing.mailserver.signing import SIGNATURE, TIMESTAMP, Signer
from testing.servers.mailprocess import MailProcess
from testing.waiting import eventually

KEY = {"Authorization": "Bearer SG.test"}


def a_request(mail_id: str = "m-1", to: str = "maria@example.com", **more: Any) -> dict[str, Any]:
    arguments = {"mail_id": mail_id, "event_id": f"e-{mail_id}", "user_id": "u"}
    return {
        "personalizations": [{"to": [{"email": to}], "custom_args": arguments}],
        "from": {"email": "outlay@example.org"},
        "subject": "Groceries is over",
        "content": [{"type": "text/plain", "value": "Hello"}],
        **more,
    }


class Listener:
    """Somebody's event webhook: keeps what it is sent, and refuses as often as it is told to."""

    def __init__(self) -> None:
        self.batches: list[tuple[bytes, str, str]] = []
        self.refusals = 0
        listener = self

        class Visit(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = 200 if listener.refusals == 0 else 503
                listener.refusals = max(0, listener.refusals - 1)
                if status == 200:
                    listener.batches.append((body, self.headers.get(SIGNATURE, ""), self.headers.get(TIMESTAMP, "")))
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Visit)
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}/hook"
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def events(self) -> list[dict[str, Any]]:
        return [event for body, _signature, _timestamp in self.batches for event in json.loads(body)]

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join(60)


@pytest.fixture
def listener():
    one = Listener()
    yield one
    one.close()


@pytest.fixture
def server():
    one = MailServer(Options(signer=Signer())).start()
    yield one
    one.close()


def send(server: Any, request: Any = None, **options: Any) -> httpx.Response:
    return httpx.post(f"{server.url}/v3/mail/send", json=request or a_request(), **{"headers": KEY, "timeout": 60, **options})


def order(server: Any, name: str, **body: Any) -> dict[str, Any]:
    answer = httpx.post(f"{server.url}/control/{name}", json=body, timeout=15)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def accepted(server: Any) -> list[str]:
    answer = httpx.get(f"{server.url}/control/accepted", timeout=60).json()
    return [mail["mail_id"] for mail in answer["accepted"]]


def test_a_valid_mail_is_accepted_without_a_body(server) -> None:
    answer = send(server)
    assert (answer.status_code, answer.content) == (202, b"")
    assert answer.headers["X-Message-Id"]
    [mail] = httpx.get(f"{server.url}/control/accepted", timeout=60).json()["accepted"]
    assert (mail["mail_id"], mail["event_id"], mail["user_id"], mail["to"]) == ("m-1", "e-m-1", "u", "maria@example.com")


def test_a_bad_mail_is_refused_with_the_field(server) -> None:
    answer = send(server, {**a_request(), "subject": ""})
    assert answer.status_code == 400
    assert [set(error) for error in answer.json()["errors"]] == [{"message", "field", "help"}]
    assert answer.json()["errors"][0]["field"] == "subject"
    assert accepted(server) == []


def test_only_the_current_key_is_accepted(server) -> None:
    assert send(server, headers={}).status_code == 401
    order(server, "account", key="SG.new")
    assert send(server).status_code == 401
    assert send(server, headers={"Authorization": "Bearer SG.new"}).status_code == 202
    assert len(accepted(server)) == 1


def test_the_sandbox_checks_and_accepts_nothing(server) -> None:
    sandbox = {"mail_settings": {"sandbox_mode": {"enable": True}}}
    assert send(server, a_request(**sandbox)).status_code == 200
    assert send(server, {**a_request(**sandbox), "subject": ""}).status_code == 400
    assert accepted(server) == []


def test_an_invalid_mail_is_refused(server) -> None:
    assert send(server, content=b"{", headers={**KEY, "Content-Type": "application/json"}).status_code == 400
    assert (
        httpx.post(
            f"{server.url}/v3/mail/send", content=b"x", headers={**KEY, "Content-Type": "text/plain"}, timeout=60
        ).status_code
        == 415
    )
    assert httpx.get(f"{server.url}/v3/mail/send", headers=KEY, timeout=60).status_code == 405
    assert httpx.post(f"{server.url}/v3/nothing", json={}, headers=KEY, timeout=60).status_code == 404


def test_the_activity_feed_lags_and_needs_the_paid_feature(server) -> None:
    def ask(mail_id: str) -> httpx.Response:
        return httpx.get(
            f"{server.url}/v3/messages",
            params={"query": f"unique_args['mail_id']=\"{mail_id}\"", "limit": 1},
            headers=KEY,
            timeout=60,
        )

    send(server)
    assert [message["to_email"] for message in ask("m-1").json()["messages"]] == ["maria@example.com"]
    assert ask("m-2").json() == {"messages": []}
    order(server, "account", activity_lag=60)
    assert ask("m-1").json() == {"messages": []}
    order(server, "account", activity=False)
    assert ask("m-1").status_code == 403


@pytest.mark.parametrize(
    ("kind", "status"),
    [("refuse_429", 429), ("refuse_400", 400), ("refuse_401", 401), ("refuse_413", 413), ("down_500", 500), ("down_503", 503)],
)
def test_a_fault_lasts_for_the_given_number_of_requests(server, kind, status) -> None:
    order(server, "fault", kind=kind, times=2, retry_after="7")
    answers = [send(server) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [status, status, 202]
    assert answers[0].headers["Retry-After"] == "7"
    assert len(accepted(server)) == 1


def test_a_connection_is_dropped_before_or_after_it_was_accepted(server) -> None:
    for kind, count in (("drop_before", 0), ("drop_after_accept", 1)):
        order(server, "fault", kind=kind, times=1)
        with pytest.raises(httpx.RemoteProtocolError):
            send(server)
        assert len(accepted(server)) == count


def test_a_slow_server_accepts_a_mail_after_the_client_left(server) -> None:
    def ask_and_leave(kind: str) -> None:
        order(server, "fault", kind=kind, seconds=3, times=1)
        with pytest.raises(httpx.ReadTimeout):
            send(server, a_request(kind), timeout=0.1)

    ask_and_leave("slow")
    eventually(lambda: accepted(server) == ["slow"])
    ask_and_leave("slow_before")
    assert accepted(server) == ["slow"]
    eventually(lambda: accepted(server) == ["slow", "slow_before"])


def test_an_invalid_order_is_refused(server) -> None:
    assert httpx.post(f"{server.url}/control/fault", json={"kind": "tired"}, timeout=60).status_code == 400
    assert httpx.post(f"{server.url}/control/holiday", json={}, timeout=60).status_code == 400


def test_accepted_mails_are_reported_signed_until_acknowledged(server, listener) -> None:
    listener.refusals = 2
    order(server, "hook", url=listener.url)
    send(server, a_request("m-1", categories=["outlay"]))
    send(server, a_request("m-2", to="bounce+1@example.com"))
    eventually(lambda: len(listener.events()) == 4)
    verify = EventWebhook(server.hook.signer.public_key)
    assert all(verify.verify_signature(body.decode(), signature, stamp) for body, signature, stamp in listener.batches)
    told = {(event["mail_id"], event["event"]) for event in listener.events()}
    assert told == {("m-1", "processed"), ("m-1", "delivered"), ("m-2", "processed"), ("m-2", "bounce")}
    first = listener.events()[0]
    assert (first["email"], first["category"], first["event_id"]) == ("maria@example.com", ["outlay"], "e-m-1")
    assert len({event["sg_event_id"] for event in listener.events()}) == 4


def test_an_address_that_bounced_is_dropped_unless_the_mail_insists(server, listener) -> None:
    order(server, "hook", url=listener.url)
    send(server, a_request("m-1"))
    order(server, "events", events=[{"mail_id": "m-1", "event": "bounce"}])
    send(server, a_request("m-2"))
    send(server, a_request("m-3", mail_settings={"bypass_bounce_management": {"enable": True}}))
    eventually(lambda: [event["event"] for event in listener.events() if event["mail_id"] == "m-3"] == ["processed", "delivered"])
    assert [event["event"] for event in listener.events() if event["mail_id"] == "m-2"] == ["dropped"]


def test_events_can_be_sent_repeated_and_forged(server, listener) -> None:
    order(server, "hook", url=listener.url, automatic=False)
    send(server)
    event = {"mail_id": "m-1", "event": "bounce", "reason": "550 gone"}
    assert order(server, "events", events=[event], times=2) == {"statuses": [200, 200]}
    assert [told["reason"] for told in listener.events()] == ["550 gone", "550 gone"]
    assert len({told["sg_event_id"] for told in listener.events()}) == 1
    assert order(server, "replay", shuffle=True) == {"statuses": [200]}
    assert len(listener.events()) == 4
    order(server, "events", events=[event], signature="wrong")
    order(server, "events", events=[event], signature="none")
    verify = EventWebhook(server.hook.signer.public_key)
    (body, signature, stamp), unsigned = listener.batches[-2:]
    assert not verify.verify_signature(body.decode(), signature, stamp)
    assert unsigned[1:] == ("", "")


def test_a_killed_server_remembers_accepted_emails_and_reports_them(tmp_path, listener) -> None:
    process = MailProcess(tmp_path / "provider", "--hook", listener.url)
    with process:
        listener.refusals = 1_000
        send(process)
        key = process.look("hook")["public_key"]
        process.kill()
        with process.journal.open("ab") as journal:
            journal.write(b'{"mail_id": "torn')
        assert [mail["mail_id"] for mail in process.journalled()] == ["m-1"]
        listener.refusals = 0
        process.start()
        assert [mail["mail_id"] for mail in process.look("accepted")["accepted"]] == ["m-1"]
        assert process.look("hook")["public_key"] == key
        eventually(lambda: [event["event"] for event in listener.events()] == ["processed", "delivered"])
        process.stop()
        process.start()
        send(process, a_request("m-2"))
        eventually(lambda: [event["mail_id"] for event in listener.events()] == ["m-1", "m-1", "m-2", "m-2"])
        assert len(process.journalled()) == 2
