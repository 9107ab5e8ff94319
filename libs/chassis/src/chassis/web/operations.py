"""Calls a service's operations: a checked request becomes arguments, what is returned becomes a response."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from inspect import Parameter, signature
from typing import Any, cast

import flask
import orjson
from starlette.exceptions import HTTPException

from chassis.runtime.problems import InvalidRequestError, Statuses, body_of
from chassis.security.tokens import Caller
from chassis.web.request import Request, Response
from chassis.web.scopes import without_reading
from chassis.web.security_events import record_operation
from chassis.web.validation import CALL, Call

_JSON = "application/json"


class Operations(flask.Flask):
    """A Flask application that is told by Connexion which operation a request is of, and looks up no path by itself."""

    def __init__(self, name: str, endpoints: Mapping[str, Endpoint]) -> None:
        """`endpoints` are found by the operationId."""
        super().__init__(name)
        # Errors come out of here as they are; Connexion turns them into problems.
        self.config.update(PROPAGATE_EXCEPTIONS=True, TRAP_HTTP_EXCEPTIONS=True)
        self._endpoints = endpoints

    def create_url_adapter(self, request: flask.Request | None) -> None:
        """Return none, so that Flask does not route."""

    def dispatch_request(self) -> flask.Response:
        request = flask.request
        call = request.environ["asgi.scope"].get(CALL)
        if call is None:
            raise HTTPException(404)
        return self._endpoints[call.operation_id](request, call)


class Endpoint:
    """One operation: a function that takes a Request and the parameters by name."""

    def __init__(
        self,
        operation: Callable[..., Response],
        *,
        statuses: Statuses,
        sent_by_gateway: Callable[[Mapping[str, str]], bool],
        event: str = "",
    ) -> None:
        """`event` is the security event that each call is recorded as, if any."""
        self._operation, self._statuses, self._event = operation, statuses, event
        self._sent_by_gateway = sent_by_gateway
        wanted = list(signature(operation).parameters.values())[1:]
        self._takes_anything = any(parameter.kind is Parameter.VAR_KEYWORD for parameter in wanted)
        self._names = {parameter.name for parameter in wanted}
        self._needed = [parameter.name for parameter in wanted if parameter.default is parameter.empty]

    def __call__(self, request: flask.Request, call: Call) -> flask.Response:
        """Read the body, call the operation, and compose its answer."""
        arguments = call.arguments
        if call.body is not None:
            arguments["body"] = call.body.read(request.get_data(cache=False))
        elif "raw" in self._names:
            arguments["raw"] = request.get_data(cache=False)
        elif request.mimetype in ("multipart/form-data", "application/x-www-form-urlencoded"):
            self._read_form(request, arguments)
        self._check_names(arguments)
        answer = self._call(self._described(request, call.caller), arguments)
        return _response(*without_reading(call.caller, answer))

    def _read_form(self, request: flask.Request, arguments: dict[str, Any]) -> None:
        if "form" in self._names:
            arguments["form"] = request.form.to_dict()
            return
        arguments.update(request.files.to_dict())
        if "body" in self._names:
            arguments["body"] = {name: ",".join(values) for name, values in request.form.lists()}

    def _check_names(self, arguments: Mapping[str, Any]) -> None:
        """Check the parts of a form, which has not been read before."""
        if self._takes_anything:
            return
        for name in arguments:
            if name not in self._names:
                raise InvalidRequestError(f"{name!r} is not a known field.")
        for name in self._needed:
            if name not in arguments:
                raise InvalidRequestError(f"{name} is missing.")

    def _described(self, request: flask.Request, caller: Caller | None) -> Request:
        headers = cast("Mapping[str, str]", request.headers)  # finds a name in any case
        by_gateway = self._sent_by_gateway(headers)
        forwarded = headers.get("X-Forwarded-For", "") if by_gateway else ""
        return Request(caller, headers, forwarded.split(",")[-1].strip() or request.remote_addr or "", by_gateway)

    def _call(self, request: Request, arguments: dict[str, Any]) -> Response:
        if not self._event:
            return self._operation(request, **arguments)
        try:
            body, status, headers = self._operation(request, **arguments)
        except Exception as error:
            status = body_of(error, self._statuses, "")[0]
            record_operation(self._event, request, status=status, reason=type(error).__name__)
            raise
        record_operation(self._event, request, status=status, answer=body)
        return body, status, headers


def _response(body: Any, status: int, headers: Mapping[str, str]) -> flask.Response:
    given = dict(headers)
    media_type = given.pop("Content-Type", _JSON)
    if body is None:
        answer = flask.Response(status=status, headers=given)
        del answer.headers["Content-Type"]
        return answer
    if not isinstance(body, Iterator | bytes):
        body = orjson.dumps(body)
    return flask.Response(body, status, given, content_type=media_type)
