"""Turns a kind of mail off for whoever holds the link that came with it, signed in or not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from notifier.domain.errors import StaleVersionError, UnknownLinkError
from notifier.domain.places import UNSUBSCRIBING
from notifier.domain.ports import Seal, Store
from notifier.domain.preferences import AlertKind, Preferences

_PURPOSE = "unsubscribe"
"""Tells these tokens from everything else that was sealed before values were bound to places."""
_TRIES = 5


def stop_token_of(user_id: str, kind: AlertKind, seal: Seal) -> str:
    """Return what a mail's link carries: sealed, so that nobody can make one for somebody else; it never expires."""
    return seal(f"{_PURPOSE} {user_id} {kind}", UNSUBSCRIBING)


class Unsubscribing:
    """The use case of the link in a mail."""

    def __init__(self, *, store: Store, open_token: Callable[[str, str], str | None]) -> None:
        """`open_token` returns what is in a sealed value, None if it is none of ours."""
        self._store, self._open = store, open_token

    def kind_of(self, token: str) -> AlertKind | None:
        """Return which mails a link is about, None if it is none of ours."""
        known = self._read(token)
        return known[1] if known else None

    def turn_off(self, token: str) -> AlertKind:
        """Turn mails of the link's kind off; doing it twice does no harm. Raises UnknownLinkError."""
        known = self._read(token)
        if known is None:
            raise UnknownLinkError
        user_id, kind = known
        for _attempt in range(_TRIES - 1):
            try:
                self._without_mail(user_id, kind)
            except StaleVersionError:  # the owner changed their preferences at this very moment
                continue
            return kind
        self._without_mail(user_id, kind)
        return kind

    def _without_mail(self, user_id: str, kind: AlertKind) -> None:
        with self._store.begin() as work:
            preferences = work.preferences.of(user_id)
            wanted = preferences.of(kind)
            # An account that is gone must not come back as a row of preferences.
            if wanted.mail and work.recipients.find(user_id) is not None:
                channels = {**{each: preferences.of(each) for each in AlertKind}, kind: replace(wanted, mail=False)}
                work.preferences.replace(user_id, Preferences(channels, preferences.version))

    def _read(self, token: str) -> tuple[str, AlertKind] | None:
        match (self._open(token, UNSUBSCRIBING) or "").split(" "):
            case [purpose, user_id, kind] if purpose == _PURPOSE and kind in list(AlertKind):
                return user_id, AlertKind(kind)
        return None
