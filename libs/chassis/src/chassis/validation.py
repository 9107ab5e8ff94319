"""Checks of request bodies against the document, with a sentence for each thing that is wrong."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NoReturn

from connexion.datastructures import MediaTypeDict
from connexion.exceptions import UnsupportedMediaTypeProblem
from connexion.json_schema import Draft4RequestValidator
from connexion.validators import VALIDATOR_MAP, JSONRequestBodyValidator
from connexion.validators.abstract import AbstractRequestBodyValidator
from connexion.validators.parameter import ParameterValidator
from jsonschema import Draft4Validator

from chassis.problems import InvalidRequestError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator

    from jsonschema import ValidationError
    from starlette.types import Receive, Scope

# Tab and line ends are text; the other control characters and lone surrogates are not, and no store keeps them well.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_MOST_ERRORS = 20
_MOST_DIGITS = 100


class JsonBodyValidator(JSONRequestBodyValidator):  # type: ignore[misc]
    """Reads JSON strictly and reports all that does not fit, each with its place.

    A schema that says `x-raw` is of a body that its handler reads itself, such as one with a signature over its bytes.
    """

    async def wrap_receive(self, receive: Receive, *, scope: Scope) -> tuple[Receive, Scope]:
        """Return what was given if it is raw."""
        if self._schema.get("x-raw"):
            return receive, scope
        wrapped: tuple[Receive, Scope] = await super().wrap_receive(receive, scope=scope)
        return wrapped

    async def _parse(self, stream: AsyncGenerator[bytes, None], scope: Scope) -> Any:
        """Return the body; raises InvalidRequestError, or 415 for a body that nobody says to be JSON."""
        raw = b"".join([part async for part in stream])
        if raw and not any(name == b"content-type" and value for name, value in scope["headers"]):
            # connexion takes it for JSON, Flask then hands the bare bytes to the operation.
            raise UnsupportedMediaTypeProblem(detail="Say what the body is with Content-Type: application/json.")
        try:
            return json.loads(raw.decode("utf-8"), parse_constant=_reject, parse_int=_whole) if raw else None
        except UnicodeDecodeError as error:
            message = "The body is not UTF-8."
            raise InvalidRequestError(message) from error
        except RecursionError as error:
            message = "The body is nested too deeply."
            raise InvalidRequestError(message) from error
        except ValueError as error:
            message = f"The body is not JSON: {error}."
            raise InvalidRequestError(message) from error

    def _validate(self, body: Any) -> None:
        """Raise InvalidRequestError with every error."""
        validator = Draft4RequestValidator(self._schema, format_checker=Draft4Validator.FORMAT_CHECKER)
        errors = [_explain(error) for error in validator.iter_errors(body)][:_MOST_ERRORS]
        errors += [{"pointer": pointer, "message": "has a control character"} for pointer in _unprintable(body, "")]
        if errors:
            named = "; ".join(f"{error['pointer'] or 'the body'} {error['message']}" for error in errors[:3])
            raise InvalidRequestError(f"{named}.", errors=errors)


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
        validator = Draft4Validator(param["schema"], format_checker=Draft4Validator.FORMAT_CHECKER)
        error = next(iter(validator.iter_errors(value)), None)
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


def printable(text: str) -> bool:
    """Say whether a text is free of control characters."""
    return _UNPRINTABLE.search(text) is None


def _reject(name: str) -> NoReturn:
    message = f"{name} is not a number in JSON"
    raise ValueError(message)


def _whole(digits: str) -> int:
    if len(digits) > _MOST_DIGITS:
        message = f"a number has more than {_MOST_DIGITS} digits"
        raise ValueError(message)
    return int(digits)


def _unprintable(value: Any, pointer: str) -> Iterator[str]:
    if isinstance(value, str):
        if not printable(value):
            yield pointer
    elif isinstance(value, dict):
        for key, entry in value.items():
            yield from _unprintable(entry, f"{pointer}/{key}")
    elif isinstance(value, list):
        for index, entry in enumerate(value):
            yield from _unprintable(entry, f"{pointer}/{index}")


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
