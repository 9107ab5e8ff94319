"""Lets the chosen assistant answer, and the built-in one where that one does not within three seconds."""

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

PATIENCE_SECONDS = 3.0
AT_A_TIME = 16
"""Messages that may wait for the chosen assistant in one process; who comes then is answered by the built-in one."""


@dataclass(frozen=True, slots=True)
class Fallback:
    """The chosen assistant does not answer this message; `reason` is a word for the meters."""

    reason: str


@dataclass(frozen=True, slots=True)
class Understood:
    """A whole reply, and whose it is."""

    reply: Reply
    adapter: str


Memories = Mapping[str, Mapping[str, Any]]
"""What each assistant wanted back, by its name."""


class Answering:
    """The built-in assistant, and perhaps another one in front of it. Neither changes anything, so asking both is harmless."""

    def __init__(
        self,
        builtin: Assistant,
        chosen: Assistant | None = None,
        *,
        breaker: Breaker | None = None,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        """Without `chosen` the built-in one answers everything."""
        self._builtin, self._chosen, self._patience = builtin, chosen, patience
        self.breaker = breaker or Breaker()
        self._threads = ThreadPoolExecutor(AT_A_TIME, thread_name_prefix="chosen-assistant")
        self._free = threading.Semaphore(AT_A_TIME)

    @property
    def name(self) -> str:
        """Of the assistant that answers if nothing is wrong."""
        return (self._chosen or self._builtin).name

    def reply(self, message: Message, memories: Memories, tools: Toolbox) -> Iterator[Block | Fallback | Understood]:
        """Yield blocks as they become known, and at the end the whole reply. Raises ToolError."""
        if self._chosen is not None:
            found = self._try(self._chosen, _for(self._chosen, message, memories), tools)
            if not isinstance(found, Fallback):
                yield Understood(found, self._chosen.name)
                return
            yield found
        yield from self._by_builtin(_for(self._builtin, message, memories), tools)

    def close(self) -> None:
        """Wait for nobody."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _by_builtin(self, message: Message, tools: Toolbox) -> Iterator[Block | Understood]:
        for item in self._builtin.reply(message, tools):
            yield Understood(item, self._builtin.name) if isinstance(item, Reply) else item

    def _try(self, chosen: Assistant, message: Message, tools: Toolbox) -> Reply | Fallback:
        if not self.breaker.lets_through():
            return Fallback("away")
        if not self._free.acquire(blocking=False):
            return Fallback("busy")
        try:
            reply = self._in_time(chosen, message, tools)
        except ToolError:
            self.breaker.succeeded()  # it answers; Outlay's own API does not
            raise
        except Exception as error:  # whatever a remote answer can bring about: the built-in assistant needs none of it
            self.breaker.failed()
            told = str(error) if isinstance(error, AssistantUnavailableError) else ""
            details = {"adapter": chosen.name, "kind": type(error).__name__, "reason": told}
            log.warning("the built-in assistant steps in", extra=details)
            return Fallback(_reason(error))
        self.breaker.succeeded()
        return reply

    def _in_time(self, chosen: Assistant, message: Message, tools: Toolbox) -> Reply:
        """Return the reply; one that comes too late is dropped."""
        run = contextvars.copy_context().run
        future = self._threads.submit(run, _whole, chosen, message, tools)
        future.add_done_callback(lambda _future: self._free.release())
        return future.result(self._patience)


def _for(assistant: Assistant, message: Message, memories: Memories) -> Message:
    return replace(message, memory=memories.get(assistant.name, {}))


def _whole(assistant: Assistant, message: Message, tools: Toolbox) -> Reply:
    last = None
    for last in assistant.reply(message, tools):  # noqa: B007  the last one is the whole
        pass
    if not isinstance(last, Reply):
        message_ = "its answer has no end"
        raise AssistantUnavailableError(message_)
    return last


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "timeout"
    return error.reason if isinstance(error, AssistantUnavailableError) else "error"
