"""A sleeping worker thread stops at any moment when told to."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from chassis.messaging.relay import Relay
from chassis.runtime.metrics import Metrics
from notifier.delivery.worker import DeliveryWorker
from testing.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Callable


class BellOfAStop(threading.Event):
    """An event that stop() sets just before it is cleared for the first time: the worst moment."""

    def __init__(self) -> None:
        super().__init__()
        self.stop: Callable[[], None] = lambda: None
        self.stopper: threading.Thread | None = None

    def clear(self) -> None:
        if self.stopper is None:
            stopper = threading.Thread(target=self.stop, daemon=True)
            stopper.start()
            self.wait()
            self.stopper = stopper
        super().clear()


class Empty:
    """An outbox with nothing in it."""

    def claim(self, _limit: int) -> list:
        return []


def relay_with(wake_up: threading.Event) -> Relay:
    return Relay("some", Empty(), lambda _events: None, Metrics(), wake_up=wake_up)


def sender_with(wake_up: threading.Event) -> DeliveryWorker:
    return DeliveryWorker(deliver_next=lambda: False, seconds_until_due=lambda: None, wake_up=wake_up)


@pytest.mark.parametrize("make", [relay_with, sender_with])
def test_a_stop_just_before_the_wake_up_is_cleared_is_noticed(make) -> None:
    wake_up = BellOfAStop()
    worker = make(wake_up)
    wake_up.stop = worker.stop
    worker.start()
    eventually(lambda: wake_up.stopper is not None and not wake_up.stopper.is_alive())
