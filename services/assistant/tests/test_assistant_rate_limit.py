"""The limit on messages."""

from __future__ import annotations

import time

import limits.storage.memory
import pytest

from assistant.conversation.rate_limit import RateLimit, TooManyMessagesError
from testing.slow_motion import call_together


def test_a_person_has_to_wait_after_the_last_message_of_a_minute() -> None:
    limit = RateLimit(2)
    limit.take("maria")
    limit.take("maria")
    with pytest.raises(TooManyMessagesError, match="Wait 60 seconds") as refused:
        limit.take("maria")
    assert refused.value.headers == {"Retry-After": "60"}
    limit.take("john")


def test_messages_at_the_same_moment_are_all_counted() -> None:
    limit = RateLimit(8)
    time.sleep(0.05)  # then the timer of the library's storage has ended, and the next message starts it again
    call_together(lambda: limit.take("maria"), threads=8, slow=limits.storage.memory)
    with pytest.raises(TooManyMessagesError):
        limit.take("maria")
