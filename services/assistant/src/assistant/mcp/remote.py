"""Access to a remote Outlay with an access token."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from assistant.mcp.access import READ, WRITE, Access
from assistant.mcp.undo_tokens import UndoTokens
from assistant.person import Person
from assistant.tools.client import PublicApi, RefusedError
from assistant.tools.model import ToolError
from assistant.tools.toolbox import Toolbox
from chassis.runtime.ids import uuid7
from chassis.security.encryption import KEY_BYTES, Encryptor


@dataclass(frozen=True, slots=True)
class _Account:
    user: Mapping[str, Any]
    scopes: frozenset[str]


class Remote:
    """Opens the access of one token. Its user and scopes are fetched once, at the first successful call."""

    def __init__(self, client: httpx.Client, token: str, *, write: bool, now: Callable[[], datetime]) -> None:
        """Without `write`, the access is read-only. Nothing is connected yet."""
        self._api, self._write, self._now = PublicApi(client, token), write, now
        self._undo_tokens = UndoTokens(Encryptor(secrets.token_bytes(KEY_BYTES)))
        self._account: _Account | None = None

    def __call__(self) -> Access:
        """Return the access; raises ToolError."""
        if self._account is None:
            self._account = self._fetch_account()
        person = self._person(self._account)
        return Access(Toolbox(self._api, person), person, self._account.scopes, self._undo_tokens)

    def _person(self, account: _Account) -> Person:
        user = account.user
        return Person(
            user_id=user["id"],
            session_id="",
            locale=user["locale"],
            currency=user["home_currency"],
            time_zone=user["time_zone"],
            today=self._now().astimezone(ZoneInfo(user["time_zone"])).date(),
            may_write=WRITE in account.scopes,
        )

    def _fetch_account(self) -> _Account:
        try:
            user = self._api.read("/users/me")
        except RefusedError as error:
            raise _explained(error) from error
        return _Account(user, frozenset({READ, WRITE} if self._write and self._may_write() else {READ}))

    def _may_write(self) -> bool:
        """Try to create an invalid budget: a token without the scope write is refused before the budget is checked."""
        try:
            self._api.create("/budgets", {}, key=str(uuid7()))
        except RefusedError as error:
            if not error.lasting:
                raise
            return error.status != HTTPStatus.FORBIDDEN
        return True


def _explained(error: RefusedError) -> ToolError:
    messages = {
        HTTPStatus.UNAUTHORIZED: "The access token is unknown, expired or revoked. Create a new one in Outlay's settings.",
        HTTPStatus.FORBIDDEN: "This access token may not read. Create one with the scope read in Outlay's settings.",
        HTTPStatus.NOT_FOUND: "There is no Outlay at this address. Correct OUTLAY_URL.",
    }
    message = messages.get(HTTPStatus(error.status))
    return ToolError(message, code=error.code) if message else error
