"""Calls something in several threads at the same moment, so slowly that what can go wrong between two lines does."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from types import FrameType, ModuleType
from typing import Any

_SECONDS = 0.001


def call_together(function: Callable[[], object], *, threads: int, slow: ModuleType) -> None:
    """Call it once in each thread; each waits a millisecond before each line of the module `slow`. Raises what one of them raised."""
    start = Barrier(threads)

    def trace(frame: FrameType, _event: str, _argument: Any) -> Any:
        return _wait if frame.f_code.co_filename == slow.__file__ else None

    def call(_number: int) -> None:
        before = sys.gettrace()
        start.wait()
        sys.settrace(trace)
        try:
            function()
        finally:
            sys.settrace(before)

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(call, range(threads)))


def _wait(_frame: FrameType, event: str, _argument: Any) -> Any:
    if event == "line":
        time.sleep(_SECONDS)
    return _wait
