"""The retry policy: what is tried again within one call, and after which pauses."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from tenacity import (
    Retrying,
    retry_if_exception_type,
    retry_if_result,
    stop_after_attempt,
    wait_chain,
    wait_fixed,
    wait_none,
    wait_random,
)
from tenacity.wait import wait_base

T = TypeVar("T")


def retry_on(
    *errors: type[Exception], pauses: Sequence[float], jitter: bool = False, sleep: Callable[[float], None] = time.sleep
) -> Retrying:
    """Return a policy that tries again after each of `pauses` (seconds) on these errors, then raises the last one.

    With `jitter` each pause is a random part of the one given. The policy is called with the function and its arguments.
    """
    return Retrying(
        stop=stop_after_attempt(len(pauses) + 1),
        wait=_waits(pauses, jitter=jitter),
        retry=retry_if_exception_type(errors),
        sleep=sleep,
        reraise=True,
    )


def retry_while(unwanted: Callable[[T], bool], *, pauses: Sequence[float], sleep: Callable[[float], None] = time.sleep) -> Retrying:
    """Return a policy that tries again after each of `pauses` (seconds) on unwanted results, then returns the last one."""
    return Retrying(
        stop=stop_after_attempt(len(pauses) + 1),
        wait=_waits(pauses),
        retry=retry_if_result(unwanted),
        sleep=sleep,
        retry_error_callback=lambda state: state.outcome.result() if state.outcome else None,
    )


def _waits(pauses: Sequence[float], *, jitter: bool = False) -> wait_base:
    if not pauses:
        return wait_none()
    return wait_chain(*[wait_random(0, pause) if jitter else wait_fixed(pause) for pause in pauses])
