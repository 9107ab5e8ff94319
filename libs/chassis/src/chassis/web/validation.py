"""Checks of request bodies against the document, with a sentence for each thing that is wrong."""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING, Any

from connexion.datastructures import MediaTypeDict
from connexion.exceptions import BadRequestProblem, UnsupportedMediaTypeProblem
from connexion.json_schema import Draft4RequestValidator
from connexion.validators import VALIDATOR_MAP, JSONRequestBodyValidator
from connexion.validators.abstract import AbstractRequestBodyValidator
from connexion.validators.parameter import ParameterValidator
from jsonschema import Draft4Validator, ValidationError
from jsonschema.validators import extend
from starlette.datastructures import Headers

from chassis.runtime.problems import InvalidRequestError
from chassis.web.json_body import parse_json, too_deep, unprintable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.types import Receive, Scope

CHECK = "outlay.check_body"
"""The key in the scope of what is to be called with the body, in a thread, before the operation."""
_MOST_ERRORS = 20
_MOST_UNIQUE = 1_000
"""Entries that are compared with each other, if the document does not say how many there may be."""


class JsonBodyValidator(JSONRequestBodyValidator):  # type: ignore[misc]
    """Reads JSON strictly and reports what does not fit, each with its place.

    A schema that says `x-raw` is of a body that its handler reads itself, such as one with a signature over its bytes.
    """

    async def wrap_receive(self, receive: Receive, *, scope: Scope) -> tuple[Receive, Scope]:
        """Leave the body where it is: it is read after this, and checked off the event loop (`CHECK`, by `thread_bridge`)."""
        if self._schema.get("x-raw"):
            return receive, scope
        headers = Headers(scope=scope)
        empty = headers.get("content-length", "0") == "0" and "transfer-encoding" not in headers
        if empty and self._required:
            raise BadRequestProblem(detail="A body is required.")
        if not empty and not headers.get("content-type"):
            # connexion takes it for JSON, Flask then hands the bare bytes to the operation.
            raise UnsupportedMediaTypeProblem(detail="Say what the body is with Content-Type: application/json.")
        return receive, {**scope, CHECK: self.check}

    def check(self, raw: bytes) -> None:
        """Raise InvalidRequestError with the first errors of a body."""
        body = parse_json(raw) if raw else None
        if body is None and self._nullable:
            return
        try:
            errors = [_explain(error) for error in islice(validator_of(self._schema).iter_errors(body), _MOST_ERRORS)]
        except RecursionError as error:
            raise too_deep() from error
        found = ({"pointer": pointer[:200], "message": "has a control character"} for pointer in unprintable(body))
        errors += islice(found, _MOST_ERRORS - len(errors))
        if errors:
            named = "; ".join(f"{error['pointer'] or 'the body'} {error['message']}" for error in errors[:3])
            raise InvalidRequestError(f"{named}.", errors=errors)


def validator_of(schema: Any) -> Any:
    """Return a validator whose work grows with the size of what it is given, and no faster."""
    return _Bounded(schema, format_checker=Draft4Validator.FORMAT_CHECKER)


def _only_within(size: str, kind: str, keyword: str) -> Any:
    """Return the check of a keyword that is left out for what is too long by another keyword, which reports it."""
    check = Draft4RequestValidator.VALIDATORS[keyword]

    def bounded(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
        if not (validator.is_type(instance, kind) and size in schema and len(instance) > schema[size]):
            yield from check(validator, value, instance, schema) or ()

    return bounded


def _unique(validator: Any, wanted: bool, instance: Any, schema: Any) -> Iterator[ValidationError]:
    """Compare texts of the entries: the library compares each entry with each other one."""
    if wanted and validator.is_type(instance, "array") and len(instance) <= schema.get("maxItems", _MOST_UNIQUE):
        texts = {json.dumps(entry, sort_keys=True) for entry in instance}
        if len(texts) < len(instance):
            yield ValidationError("has an entry twice")


_Bounded: Any = extend(  # type: ignore[no-untyped-call]
    Draft4RequestValidator,
    {
        "uniqueItems": _unique,
        "items": _only_within("maxItems", "array", "items"),
        "pattern": _only_within("maxLength", "string", "pattern"),
        "format": _only_within("maxLength", "string", "format"),
        "enum": _only_within("maxLength", "string", "enum"),
    },
)


class StreamedFormValidator(AbstractRequestBodyValidator):  # type: ignore[misc]
    """Lets a form through unread, so that a large file is never in memory; the handler checks its parts."""

    async def wrap_receive(self, receive: Receive, *, scope: Scope) -> tuple[Receive, Scope]:
        """Return what was given."""
        return receive, scope


class NamedParameterValidator(ParameterValidator):  # type: ignore[misc]
    """Says which parameter it is that does not fit."""

    @staticmethod
    def validate_parameter(kind: str, value: Any, param: dict[str, Any], _name: str | None = None) -> str | None:
        """Return what is wrong with a parameter, or None."""
        name = param["name"]
        if value is None:
            return f"The {kind} parameter {name} is missing." if param.get("required") else None
        error = next(validator_of(param["schema"]).iter_errors(value), None)
        return f"{name} {_explain(error)['message']}." if error else None


VALIDATORS = {
    **VALIDATOR_MAP,
    "parameter": NamedParameterValidator,
    "body": MediaTypeDict(
        {
            "*/*json": JsonBodyValidator,
            "multipart/form-data": StreamedFormValidator,
            "application/x-www-form-urlencoded": StreamedFormValidator,
        }
    ),
}


def _explain(error: ValidationError) -> dict[str, str]:  # noqa: PLR0911, PLR0912  a table
    path = "".join(f"/{part}" for part in error.absolute_path)
    schema = error.schema if isinstance(error.schema, dict) else {}
    example = schema.get("example")
    such_as = f", such as {example}" if isinstance(example, str) else ""
    instance: Any = error.instance
    value: Any = error.validator_value
    match error.validator:
        case "required":
            missing = next(name for name in value if error.message.startswith(repr(name)))  # there is an error for each
            return {"pointer": f"{path}/{missing}", "message": "is missing"}
        case "additionalProperties":
            unknown = next(name for name in instance if name not in schema.get("properties", {}))
            return {"pointer": f"{path}/{unknown}"[:200], "message": "is not known here"}
        case "format":
            return {"pointer": path, "message": f"is not a valid {error.validator_value}{such_as}"}
        case "pattern":
            return {"pointer": path, "message": f"has the wrong form{such_as or f'; it must match {value}'}"}
        case "maxLength":
            return {"pointer": path, "message": f"is longer than {error.validator_value} characters"}
        case "minLength":
            return {"pointer": path, "message": f"needs at least {error.validator_value} characters"}
        case "enum":
            return {"pointer": path, "message": f"must be one of {', '.join(map(str, value))}"}
        case "minimum" | "maximum":
            return {"pointer": path, "message": f"must be {value} or {'more' if error.validator == 'minimum' else 'less'}"}
        case "maxItems":
            return {"pointer": path, "message": f"has more than {value} entries"}
        case "minItems":
            return {"pointer": path, "message": f"needs at least {value} entries"}
        case "minProperties":
            return {"pointer": path, "message": f"needs at least {value} of its fields"}
        case "uniqueItems":
            return {"pointer": path, "message": "has an entry twice"}
        case "type":
            return {"pointer": path, "message": f"must be of type {error.validator_value}"}
        case _:
            return {"pointer": path, "message": error.message[:200]}
