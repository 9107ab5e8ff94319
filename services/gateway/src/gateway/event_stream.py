"""Server-sent events: the open streams of each person's browsers."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

_MAX_STREAMS = 20
_MAX_WAITING = 500

_REFRESH = "event: refresh\ndata: {}\n\n"
_KEEP_ALIVE = ": still here\n\n"
"""A comment, at which the sender of a stream checks that its session is still valid."""

SHOWN = ("budget.", "alert.", "expense.", "import.", "notification.")
"""Prefixes of the event types that people may see; user.* events are between services."""


class TooManyStreamsError(Exception):
    """This user has too many open event streams."""


class EventStream:
    """The stream of one browser. Texts are put in by EventStreams and taken out by the connection."""

    def __init__(self, user_id: str, book_id: str) -> None:
        """Start empty. `user_id` is who listens, `book_id` whose data they see."""
        self.user_id, self.book_id = user_id, book_id
        self._texts: asyncio.Queue[str | None] = asyncio.Queue()

    def put(self, text: str) -> None:
        """Add a text; a stream that is too far behind gets a single instruction to read everything again instead."""
        if self._texts.qsize() >= _MAX_WAITING:
            while not self._texts.empty():
                self._texts.get_nowait()
            text = _REFRESH
        self._texts.put_nowait(text)

    def end(self) -> None:
        """Let the connection finish."""
        self._texts.put_nowait(None)

    async def take(self, seconds: float) -> str | None:
        """Return the next text, a comment if there is none for some seconds, None at the end."""
        try:
            return await asyncio.wait_for(self._texts.get(), seconds)
        except TimeoutError:
            return _KEEP_ALIVE


class EventStreams:
    """Sends each event to the streams of its book. Methods run on the event loop unless they say otherwise."""

    def __init__(self) -> None:
        self._streams: dict[str, set[EventStream]] = defaultdict(set)  # by book
        self._loop: asyncio.AbstractEventLoop | None = None
        self.closed = False

    def open(self, user_id: str, book_id: str) -> EventStream:
        """Return a new stream of a user on a book, which ends at once after `close`; raises TooManyStreamsError."""
        self._loop = asyncio.get_running_loop()
        if sum(stream.user_id == user_id for stream in self._streams[book_id]) >= _MAX_STREAMS:
            raise TooManyStreamsError(f"{_MAX_STREAMS} event streams are open already; close a tab.")
        stream = EventStream(user_id, book_id)
        self._streams[book_id].add(stream)
        if self.closed:
            stream.end()
        return stream

    def leave(self, stream: EventStream) -> None:
        self._streams[stream.book_id].discard(stream)
        if not self._streams[stream.book_id]:
            del self._streams[stream.book_id]

    def send(self, kind: str, data: Mapping[str, Any]) -> None:
        """Send an event to its book's streams; may be called from any thread."""
        book_id = data.get("book_id") or data.get("user_id")  # versions before books send their owner's id alone
        if self._loop is None or book_id not in self._streams or not kind.startswith(SHOWN):
            return
        text = f"event: {kind}\ndata: {json.dumps(_public_part(data), ensure_ascii=False)}\n\n"
        self._loop.call_soon_threadsafe(self._deliver, book_id, text)

    def check_sessions(self, owner_id: str) -> None:
        """Let each stream of a user, and of others on the user's book, check that it is still allowed.

        May be called from any thread.
        """
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake_up, owner_id)

    def refresh(self) -> None:
        """Let every page read everything again, since events may have been missed; may be called from any thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._refresh_all)

    def close(self) -> None:
        self.closed = True
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._end_all)

    def _deliver(self, book_id: str, text: str) -> None:
        for stream in self._streams.get(book_id, ()):
            stream.put(text)

    def _wake_up(self, owner_id: str) -> None:
        for streams in self._streams.values():
            for stream in streams:
                if owner_id in (stream.user_id, stream.book_id):
                    stream.put(_KEEP_ALIVE)

    def _refresh_all(self) -> None:
        for book_id in tuple(self._streams):
            self._deliver(book_id, _REFRESH)

    def _end_all(self) -> None:
        for streams in self._streams.values():
            for stream in streams:
                stream.end()


def _public_part(data: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out everything of a batch but its size: the page reads its list again."""
    shown = {"book_id": data["user_id"], **data}
    if "changes" in shown:
        shown["changes"] = len(shown["changes"])
    return shown
