"""Answers GET /api/v1/events: the stream of what changes in a person's data."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator

from starlette.datastructures import Headers
from starlette.responses import Response, StreamingResponse

from chassis.runtime.problems import ForbiddenError
from gateway.caller_tokens import CallerTokens
from gateway.credentials import Credential
from gateway.event_stream import EventStream, EventStreams

_MEDIA_TYPE = "text/event-stream"
_HEARTBEAT_SECONDS = 15.0
_RECONNECT_MS = (50, 500)


class LiveEvents:
    """Opens event streams for people who are signed in."""

    def __init__(self, streams: EventStreams, caller_tokens: CallerTokens) -> None:
        """`streams` are fed by an EventHandler."""
        self._streams, self._caller_tokens = streams, caller_tokens

    async def respond(self, method: str, headers: Headers) -> Response:
        """Return an endless response.

        Raises:
            UnauthorizedError: if nobody is signed in.
            ForbiddenError: if the access token may not read.
            WrongUseError: if the credential is of the assistant.
            TooManyStreamsError: if the user has too many streams open.
        """
        credential = self._caller_tokens.credential(headers)
        if credential is not None:
            credential.check_use("gateway", method, "/api/v1/events")
        credential, tokens = await self._caller_tokens.signed_in(credential)
        if not tokens.may_read:
            raise ForbiddenError("This needs an access token with the scope read.")
        if method == "HEAD":  # its body would never end and is never sent
            return Response(media_type=_MEDIA_TYPE)
        stream = self._streams.open(tokens.user_id, tokens.book_id)
        texts = self._listen(stream, credential)
        return StreamingResponse(texts, media_type=_MEDIA_TYPE, headers={"X-Accel-Buffering": "no"})

    async def _listen(self, stream: EventStream, credential: Credential) -> AsyncIterator[str]:
        try:
            yield "retry: 1000\n\n"
            while (text := await stream.take(_HEARTBEAT_SECONDS)) is not None:
                if text.startswith(":") and not await self._caller_tokens.is_valid(credential):
                    return  # signed out or revoked meanwhile
                yield text
            yield _reconnect_soon()
        finally:
            self._streams.leave(stream)


def _reconnect_soon() -> str:
    """Let a browser whose stream ends with this process reconnect soon, but not all browsers at the same moment."""
    return f"retry: {random.randint(*_RECONNECT_MS)}\n\n"  # noqa: S311  no secret
