"""Asks the chosen assistant, and the built-in one if the chosen one does not answer within three seconds."""

from __future__ import annotations

import contextvars
import logging
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from assistant.conversation.breaker import Breaker
from assistant.conversation.model import Assistant, AssistantUnavailableError, Block, Message, Reply
from assistant.tools.model import ToolError
from assistant.tools.toolbox import Toolbox

log = logging.getLogger("outlay.assistant")

TIMEOUT_SECONDS = 3.0
_MOST_WAITING = 16
"""Messages that may wait for the chosen assistant in one process; the built-in one answers any more."""


@dataclass(frozen=True, slots=True)
class Fallback:
    """The chosen assistant does not answer this message; `reason` is a label for metrics."""

    reason: str


@dataclass(frozen=True, slots=True)
class Complete:
    """A complete reply, and the name of the assistant that gave it."""

    reply: Reply
    adapter: str


Memories = Mapping[str, Mapping[str, Any]]
"""What each assistant wanted back, by its name."""


class AssistantWithFallback:
    """The built-in assistant, optionally behind another one. Neither changes any data, so it is safe to ask both."""

    def __init__(
        self,
        builtin: Assistant,
        chosen: Assistant | None = None,
        *,
        breaker: Breaker | None = None,
        timeout: float = TIMEOUT_SECONDS,
    ) -> None:
        """Without `chosen`, the built-in assistant answers every message. `timeout` is in seconds."""
        self._builtin, self._chosen, self._timeout = builtin, chosen, timeout
        self.breaker = breaker or Breaker()
        self._threads = ThreadPoolExecutor(_MOST_WAITING, thread_name_prefix="chosen-assistant")
        self._free = threading.Semaphore(_MOST_WAITING)

    @property
    def name(self) -> str:
        return (self._chosen or self._builtin).name

    def reply(self, message: Message, memories: Memories, tools: Toolbox) -> Iterator[Block | Fallback | Complete]:
        """Yield blocks as soon as they are known, and finally the complete reply. Raises ToolError."""
        if self._chosen is not None:
            result = self._try(self._chosen, _for(self._chosen, message, memories), tools)
            if not isinstance(result, Fallback):
                yield Complete(result, self._chosen.name)
                return
            yield result
        yield from self._by_builtin(_for(self._builtin, message, memories), tools)

    def close(self) -> None:
        """Stop without waiting for pending replies."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _by_builtin(self, message: Message, tools: Toolbox) -> Iterator[Block | Complete]:
        for item in self._builtin.reply(message, tools):
            yield Complete(item, self._builtin.name) if isinstance(item, Reply) else item

    def _try(self, chosen: Assistant, message: Message, tools: Toolbox) -> Reply | Fallback:
        if not self.breaker.lets_through():
            return Fallback("away")
        if not self._free.acquire(blocking=False):
            return Fallback("busy")
        try:
            reply = self._with_timeout(chosen, message, tools)
        except ToolError:
            self.breaker.succeeded()  # the assistant works; it is Outlay's API that does not
            raise
        except Exception as error:  # a remote answer can cause any error, and the built-in assistant does not depend on it
            self.breaker.failed()
            reason = str(error) if isinstance(error, AssistantUnavailableError) else ""
            details = {"adapter": chosen.name, "kind": type(error).__name__, "reason": reason}
            log.warning("the built-in assistant steps in", extra=details)
            return Fallback(_reason(error))
        self.breaker.succeeded()
        return reply

    def _with_timeout(self, chosen: Assistant, message: Message, tools: Toolbox) -> Reply:
        """Return the reply; raises TimeoutError, and drops a reply that is late."""
        run = contextvars.copy_context().run
        future = self._threads.submit(run, _complete, chosen, message, tools)
        future.add_done_callback(lambda _future: self._free.release())
        return future.result(self._timeout)


def _for(assistant: Assistant, message: Message, memories: Memories) -> Message:
    return replace(message, memory=memories.get(assistant.name, {}))


def _complete(assistant: Assistant, message: Message, tools: Toolbox) -> Reply:
    *_blocks, last = [None, *assistant.reply(message, tools)]
    if not isinstance(last, Reply):
        problem = "its answer is incomplete"
        raise AssistantUnavailableError(problem)
    return last


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "timeout"
    return error.reason if isinstance(error, AssistantUnavailableError) else "error"
