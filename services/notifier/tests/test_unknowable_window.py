"""The unknowable window with SendGrid's API at the other end: each alert is accepted exactly once."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from chassis.runtime.ids import uuid7
from support.asgi import call
from support.mailboxes import SendGridBox
from support.notifier_world import Built

if TYPE_CHECKING:
    from collections.abc import Iterator

LAG = 15_000


@pytest.fixture
def box() -> Iterator[SendGridBox]:
    box = SendGridBox()
    yield box
    box.close()


def sending(tmp_path, box: SendGridBox, **options: Any) -> Built:
    """Return a notifier that sends through the provider, with one alert to tell of."""
    key = box.server.hook.signer.public_key
    mailer = box.mailer_with(timeout=0.5, **options)
    built = Built(tmp_path / "notifier", mailer=mailer, hook_key=key, ms=int(time.time() * 1000)).knows()
    built.tell("budget.exceeded")
    return built


def later(built: Built, milliseconds: int) -> None:
    built.ms += milliseconds
    built.sender.send_due()


def state(built: Built) -> str:
    return str(built.alerts()[0]["deliveries"][0]["state"])


def tell(built: Built, box: SendGridBox, *events: dict[str, Any]) -> int:
    """Post a batch as the provider would."""
    body = json.dumps(events).encode()
    headers = {"Content-Type": "application/json", **box.server.hook.signer.headers(body, str(built.ms // 1000))}
    return call(built.service.web, "POST", "/hooks/sendgrid", headers=headers, content=body).status_code


@pytest.mark.parametrize("fault", ["drop_after_accept", "slow", "down_502"])
def test_an_accepted_mail_whose_answer_got_lost_is_found_by_asking(tmp_path, box, fault) -> None:
    built = sending(tmp_path, box)
    box.fault(fault, seconds=1.5, times=1)
    built.sender.send_due()
    assert state(built) == "pending"
    for _quarter in range(8):
        later(built, LAG)
    assert (len(box.arrived()), state(built)) == (1, "sent")


@pytest.mark.parametrize("fault", ["drop_before", "down_500", "down_503", "refuse_429", "refuse_401"])
def test_a_mail_that_was_not_taken_is_sent_again(tmp_path, box, fault) -> None:
    built = sending(tmp_path, box)
    box.fault(fault, times=2, retry_after="20")
    built.sender.send_due()
    assert box.arrived() == []
    for _quarter in range(12):
        later(built, LAG)
    assert (len(box.arrived()), state(built)) == (1, "sent")


def test_without_the_activity_the_report_settles_it(tmp_path, box) -> None:
    box.server.options.activity = False
    built = sending(tmp_path, box)
    box.fault("drop_after_accept", times=1)
    built.sender.send_due()
    later(built, LAG)
    later(built, LAG)
    [mail] = box.server.ledger.all()
    event = {"event": "processed", "email": mail.to, "timestamp": built.ms // 1000, "sg_event_id": "a", **mail.arguments}
    assert (state(built), tell(built, box, event), state(built)) == ("pending", 204, "sent")
    later(built, 3_600_000)
    assert len(box.arrived()) == 1


def test_without_activity_and_reports_it_is_sent_again_once_which_is_the_documented_double(tmp_path, box) -> None:
    box.server.options.activity = False
    built = sending(tmp_path, box, reports=False)
    box.fault("drop_after_accept", times=1)
    built.sender.send_due()
    for _quarter in range(8):
        later(built, LAG)
    assert (len(box.arrived()), state(built)) == (2, "sent")
    assert len({mail["Message-ID"] for mail in box.arrived()}) == 1


def test_a_provider_that_is_away_for_hours_gets_every_mail_once_when_it_is_back(tmp_path, box) -> None:
    built = sending(tmp_path, box)
    for _more in range(4):
        built.tell("budget.exceeded", crossing_id=uuid7())
    box.fault("down_503")
    for _hour in range(10):
        later(built, 3_600_000)
    assert box.arrived() == []
    box.fault("none")
    for _hour in range(3):
        later(built, 3_600_000)
    assert len(box.arrived()) == 5
    assert {alert["deliveries"][0]["state"] for alert in built.alerts()} == {"sent"}
