"""The operations on preferences."""

from __future__ import annotations

from dataclasses import asdict
from http import HTTPStatus
from typing import Any

from chassis.runtime.clock import to_wire
from chassis.web.request import Request, Response, etag
from notifier.preferences.model import AlertKind, Channels
from notifier.preferences.service import AddressStatus, PreferenceService, PreferencesView


class PreferencesApi:
    """Operations on preferences."""

    def __init__(self, *, preferences: PreferenceService) -> None:
        self._preferences = preferences

    def get_preferences(self, request: Request) -> Response:
        return _response(self._preferences.get(request.caller.user_id))

    def set_preferences(self, request: Request, *, body: dict[str, Any]) -> Response:
        channels = {AlertKind(kind): Channels(**entry) for kind, entry in body["kinds"].items()}
        return _response(self._preferences.replace(request.caller.user_id, channels, expected=request.expected_version))

    def lift_mail_stop(self, request: Request) -> Response:
        self._preferences.lift_mail_stop(request.caller.user_id)
        return None, HTTPStatus.NO_CONTENT, {}


def _response(view: PreferencesView) -> Response:
    version = view.preferences.version
    kinds = {str(kind): asdict(view.preferences.of(kind)) for kind in AlertKind}
    return {"kinds": kinds, "version": version, "mail": _mail_body(view.address)}, HTTPStatus.OK, etag(version)


def _mail_body(address: AddressStatus) -> dict[str, str | None]:
    stop = address.stop
    return {
        "state": "stopped" if stop else "ok" if address.verified else "unverified",
        "reason": stop.reason if stop else "",
        "since": to_wire(stop.since) if stop else None,
    }
