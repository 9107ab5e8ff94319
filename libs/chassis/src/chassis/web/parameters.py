"""Reads the query and the path of a request into an operation's arguments; checks them and the headers against the document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from connexion.decorators.parameter import pythonic
from connexion.exceptions import BadRequestProblem, ExtraParameterProblem

from chassis.runtime.problems import InvalidRequestError
from chassis.web.json_body import printable
from chassis.web.schemas import Schema

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connexion.operations import AbstractOperation
    from starlette.types import Scope


class Parameters:
    """The parameters of one operation; the validator of each is made once."""

    def __init__(self, operation: AbstractOperation) -> None:
        known = [_Parameter(entry) for entry in operation.parameters]
        self._query = {parameter.name: parameter for parameter in known if parameter.kind == "query"}
        self._path = [parameter for parameter in known if parameter.kind == "path"]
        self._headers = [parameter for parameter in known if parameter.kind == "header"]
        self._parser = operation.uri_parser_class(operation.parameters, operation.body_definition())

    def read(self, scope: Scope, headers: Mapping[bytes, bytes]) -> dict[str, Any]:
        """Return the arguments of the query and the path, by their names in Python.

        Raises:
            ExtraParameterProblem: if the query has a parameter that the document does not know.
            BadRequestProblem: if a parameter is missing or does not fit.
            InvalidRequestError: if a parameter has a control character.
        """
        query = self._read_query(scope["query_string"])
        if unknown := query.keys() - self._query.keys():
            raise ExtraParameterProblem(param_type="query", extra_params=unknown)
        arguments: dict[str, Any] = {}
        for name, parameter in self._query.items():
            parameter.read_into(arguments, query.get(name))
        for parameter in self._path:
            parameter.read_into(arguments, scope["path_params"].get(parameter.name))
        for parameter in self._headers:
            parameter.check(headers.get(parameter.header_name))
        return arguments

    def _read_query(self, query: bytes) -> dict[str, Any]:
        if not query:
            return {}
        given = parse_qs(query.decode("utf-8", "replace"), keep_blank_values=True)
        return dict(self._parser.resolve_query(given))


class _Parameter:
    """One parameter of a document."""

    def __init__(self, entry: Mapping[str, Any]) -> None:
        self.name, self.kind, schema = entry["name"], entry["in"], entry["schema"]
        self.header_name = self.name.lower().encode()
        self._argument, self._default = pythonic(self.name), schema.get("default")
        self._required, self._schema = bool(entry.get("required")), Schema(schema)

    def read_into(self, arguments: dict[str, Any], value: Any) -> None:
        self.check(value)
        if isinstance(value, str) and not printable(value):
            raise InvalidRequestError(f"{self.name} has a control character.")
        if value is None:
            value = self._default
        if value is not None:
            arguments[self._argument] = value

    def check(self, value: Any) -> None:
        if value is None:
            if self._required:
                raise BadRequestProblem(detail=f"The {self.kind} parameter {self.name} is missing.")
            return
        if isinstance(value, bytes):
            value = value.decode("latin-1")
        if errors := self._schema.errors(value):
            raise BadRequestProblem(detail=f"{self.name} {errors[0]['message']}.")
