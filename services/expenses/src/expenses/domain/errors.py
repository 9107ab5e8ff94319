"""What can go wrong for a caller: one class per cause; the docstring is the title, the text says what to change."""

from __future__ import annotations


class ExpenseNotFoundError(Exception):
    """No such expense."""

    def __init__(self) -> None:
        super().__init__("None of your expenses has this id.")


class CategoryNotFoundError(Exception):
    """No such category."""

    def __init__(self) -> None:
        super().__init__("None of your categories has this id.")


class ImportNotFoundError(Exception):
    """No such import."""

    def __init__(self) -> None:
        super().__init__("None of your imports has this id.")


class StaleVersionError(Exception):
    """Changed meanwhile."""

    def __init__(self, version: int) -> None:
        super().__init__(f'It is at version "{version}" now; read it again and repeat your change.')


class CategoryExistsError(Exception):
    """The name is taken."""

    def __init__(self, name: str) -> None:
        super().__init__(f"You have a category called {name} already.")


class CategoryInUseError(Exception):
    """The category is in use."""

    def __init__(self, count: int) -> None:
        super().__init__(f'{count} expenses have this category; say with move_to where they go, an id or "none".')


class InvalidError(Exception):
    """It cannot be. `errors` has a pointer into the body and a sentence for each thing that is wrong."""

    def __init__(self, errors: list[dict[str, str]]) -> None:
        super().__init__("; ".join(f"{error['pointer']} {error['message']}" for error in errors) + ".")
        self.errors = errors


class InvalidExpenseError(InvalidError):
    """The expense cannot be recorded like this."""


class InvalidCategoryError(InvalidError):
    """The category cannot be like this."""


class InvalidFilterError(InvalidError):
    """The list cannot be filtered like this."""


class InvalidMappingError(InvalidError):
    """The mapping does not fit."""


class UnreadableFileError(Exception):
    """The file cannot be imported."""


class NoRateError(Exception):
    """No exchange rate."""

    def __init__(self, source: str, target: str, day: str) -> None:
        super().__init__(f"there is no exchange rate from {source} to {target} for {day}")


def problem(pointer: str, message: str) -> dict[str, str]:
    """Return one entry of `errors`."""
    return {"pointer": pointer, "message": message}
