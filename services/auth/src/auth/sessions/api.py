"""Operations on sessions."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from auth.errors import SessionNotFoundError
from auth.sessions.cookie import SessionCookie
from auth.sessions.service import Sessions
from auth.users.session import Session
from chassis.runtime.clock import to_wire
from chassis.web.request import Request, Response


@dataclass(frozen=True, kw_only=True)
class SessionsApi:
    """One method for each operationId. All need a session: an access token may not."""

    sessions: Sessions
    cookie: SessionCookie

    def list_sessions(self, request: Request) -> Response:
        caller = request.require_session()
        items = [session_json(session, current_id=caller.session_id) for session in self.sessions.list_of(caller)]
        return {"items": items}, HTTPStatus.OK, {}

    def get_session(self, request: Request, session_id: str) -> Response:
        caller = request.require_session()
        return session_json(self.sessions.get(caller, session_id), current_id=caller.session_id), HTTPStatus.OK, {}

    def get_current_session(self, request: Request) -> Response:
        return self.get_session(request, request.require_session().session_id)

    def revoke_session(self, request: Request, session_id: str) -> Response:
        request.notes["ended_session_id"] = session_id
        self.sessions.revoke(request.require_session(), session_id)
        return None, HTTPStatus.NO_CONTENT, {}

    def sign_out(self, request: Request) -> Response:
        """Sign out; succeeds if the session has ended already."""
        caller = request.require_session()
        with suppress(SessionNotFoundError):
            self.sessions.sign_out(caller)
        return None, HTTPStatus.NO_CONTENT, self.cookie.cleared()


def session_json(session: Session, *, current_id: str) -> dict[str, Any]:
    """Return a Session as in openapi.yaml; `current` marks the session of the request."""
    return {
        "id": session.id,
        "created_at": to_wire(session.created_at),
        "last_seen_at": to_wire(session.last_seen_at),
        "expires_at": to_wire(datetime.fromtimestamp(session.expires_at, UTC)),
        "user_agent": session.user_agent,
        "current": session.id == current_id,
    }
