"""Operations on sessions."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
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

    def get_current_session(self, request: Request) -> Response:
        """Return the session of this request."""
        return self.get_session(request, request.require_session().session_id)

    def sign_out(self, request: Request) -> Response:
        """Sign out; does nothing if the session has ended already."""
        caller = request.require_session()
        with suppress(SessionNotFoundError):
            self.sessions.end(self.sessions.users.require(caller.user_id), caller.session_id)
        return None, 204, self.cookie.emptied()

    def list_sessions(self, request: Request) -> Response:
        """List the caller's sessions."""
        caller = request.require_session()
        user = self.sessions.signed_in_user(caller)
        return {"items": [session_json(session, current_id=caller.session_id) for session in self.sessions.of(user)]}, 200, {}

    def get_session(self, request: Request, session_id: str) -> Response:
        """Return one session."""
        caller = request.require_session()
        session = self.sessions.get(self.sessions.users.require(caller.user_id), session_id)
        return session_json(session, current_id=caller.session_id), 200, {}

    def revoke_session(self, request: Request, session_id: str) -> Response:
        """End another session."""
        request.notes["ended_session_id"] = session_id
        self.sessions.end(self.sessions.signed_in_user(request.require_session()), session_id)
        return None, 204, {}


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
