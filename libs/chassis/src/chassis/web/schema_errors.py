"""Says in a sentence what is wrong with a value that does not fit its schema."""

from __future__ import annotations

from typing import Any

from jsonschema import ValidationError


def explain(error: ValidationError) -> dict[str, str]:  # noqa: PLR0911, PLR0912  a table
    """Return the JSON pointer of what is wrong, and the sentence."""
    path = "".join(f"/{part}" for part in error.absolute_path)
    schema = error.schema if isinstance(error.schema, dict) else {}
    example = schema.get("example")
    such_as = f"; write it like {example}" if isinstance(example, str) else ""
    instance: Any = error.instance
    value: Any = error.validator_value
    match error.validator:
        case "required":
            missing = next(name for name in value if error.message.startswith(repr(name)))  # there is one error per field
            return {"pointer": f"{path}/{missing}", "message": "is missing"}
        case "additionalProperties":
            unknown = next(name for name in instance if name not in schema.get("properties", {}))
            return {"pointer": f"{path}/{unknown}"[:200], "message": "is not a known field"}
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
            return {"pointer": path, "message": "has a duplicate entry"}
        case "type":
            return {"pointer": path, "message": f"must be of type {error.validator_value}"}
        case _:
            return {"pointer": path, "message": error.message[:200]}
