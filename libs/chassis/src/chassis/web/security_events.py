"""Security events: which operations are recorded in the audit log, and how.

Operations that touch an account's security are marked in the OpenAPI documents (`x-security-event`), so none is forgotten in code.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chassis.security.audit_log import FAILURE, SUCCESS, record
from chassis.web.request import Request
from chassis.web.spec import Spec, operations


def security_events(spec: Spec) -> dict[str, str]:
    marked = ((operation["operationId"], operation.get("x-security-event")) for _path, _method, operation in operations(spec))
    return {operation_id: event for operation_id, event in marked if event}


def record_operation(event: str, request: Request, *, status: int, reason: str = "", answer: Any = None) -> None:
    """Record an operation that succeeded (`answer` is its body) or failed (`reason` is the kind of problem)."""
    caller = request.signed_in
    who: Mapping[str, Any] = answer if caller is None and isinstance(answer, dict) else {}
    record(
        event,
        FAILURE if reason else SUCCESS,
        reason=reason,
        status=status,
        user_id=caller.user_id if caller else who.get("id"),
        session_id=caller.session_id if caller else None,
        credential=caller.kind if caller else None,
        client=request.client_address,
        **request.notes,
    )
