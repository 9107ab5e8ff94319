"""Lost answers of SendGrid's API: each alert is accepted exactly once."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from chassis.runtime.ids import uuid7
from support.asgi import call
from support.mailboxes import SendGridBox
from support.notifier_world import RunningNotifier

if TYPE_CHECKING:
    from collections.abc import Iterator

LAG = 15_000


@pytest.fixture
def box() -> Iterator[SendGridBox]:
    box = SendGridBox()
    yield box
    box.close()


def sending(tmp_path, box: SendGridBox, **options: Any) -> RunningNotifier:
    """Return a notifier that sends through the provider, with one pending alert."""
    key = box.server.hook.signer.public_key
    mailer = box.mailer_with(timeout=0.5, **options)
    notifier = RunningNotifier(tmp_path / "notifier", mailer=mailer, hook_key=key, ms=int(time.time() * 1000)).knows()
    notifier.tell("budget.exceeded")
    return notifier


def later(notifier: RunningNotifier, milliseconds: int) -> None:
    notifier.ms += milliseconds
    notifier.sender.send_due()


def state(notifier: RunningNotifier) -> str:
    return str(notifier.alerts()[0]["deliveries"][0]["state"])


def tell(notifier: RunningNotifier, box: SendGridBox, *events: dict[str, Any]) -> int:
    """Post a batch as the provider would."""
    body = json.dumps(events).encode()
    headers = {"Content-Type": "application/json", **box.server.hook.signer.headers(body, str(notifier.ms // 1000))}
    return call(notifier.service.web, "POST", "/hooks/sendgrid", headers=headers, content=body).status_code


@pytest.mark.parametrize("fault", ["drop_after_accept", "slow", "down_502"])
def test_an_accepted_email_with_a_lost_answer_is_found_by_asking(tmp_path, box, fault) -> None:
    notifier = sending(tmp_path, box)
    box.fault(fault, seconds=1.5, times=1)
    notifier.sender.send_due()
    assert state(notifier) == "pending"
    for _quarter in range(8):
        later(notifier, LAG)
    assert (len(box.arrived()), state(notifier)) == (1, "sent")


@pytest.mark.parametrize("fault", ["drop_before", "down_500", "down_503", "refuse_429", "refuse_401"])
def test_an_email_that_was_not_accepted_is_sent_again(tmp_path, box, fault) -> None:
    notifier = sending(tmp_path, box)
    box.fault(fault, times=2, retry_after="20")
    notifier.sender.send_due()
    assert box.arrived() == []
    for _quarter in range(12):
        later(notifier, LAG)
    assert (len(box.arrived()), state(notifier)) == (1, "sent")


def test_without_the_activity_the_report_settles_it(tmp_path, box) -> None:
    box.server.options.activity = False
    notifier = sending(tmp_path, box)
    box.fault("drop_after_accept", times=1)
    notifier.sender.send_due()
    later(notifier, LAG)
    later(notifier, LAG)
    [mail] = box.server.ledger.all()
    event = {"event": "processed", "email": mail.to, "timestamp": notifier.ms // 1000, "sg_event_id": "a", **mail.arguments}
    assert (state(notifier), tell(notifier, box, event), state(notifier)) == ("pending", 204, "sent")
    later(notifier, 3_600_000)
    assert len(box.arrived()) == 1


def test_without_activity_and_reports_the_documented_duplicate_is_sent(tmp_path, box) -> None:
    box.server.options.activity = False
    notifier = sending(tmp_path, box, reports=False)
    box.fault("drop_after_accept", times=1)
    notifier.sender.send_due()
    for _quarter in range(8):
        later(notifier, LAG)
    assert (len(box.arrived()), state(notifier)) == (2, "sent")
    assert len({mail["Message-ID"] for mail in box.arrived()}) == 1


def test_every_email_is_sent_once_after_an_outage_of_hours(tmp_path, box) -> None:
    notifier = sending(tmp_path, box)
    for _more in range(4):
        notifier.tell("budget.exceeded", crossing_id=uuid7())
    box.fault("down_503")
    for _hour in range(10):
        later(notifier, 3_600_000)
    assert box.arrived() == []
    box.fault("none")
    for _hour in range(3):
        later(notifier, 3_600_000)
    assert len(box.arrived()) == 5
    assert {alert["deliveries"][0]["state"] for alert in notifier.alerts()} == {"sent"}
