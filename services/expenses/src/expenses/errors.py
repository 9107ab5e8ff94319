"""What can go wrong for a caller: one class per cause; the docstring is the title, the text says what to change."""

from __future__ import annotations

from datetime import date


class ExpenseNotFoundError(Exception):
    """Expense not found."""

    def __init__(self) -> None:
        super().__init__("None of your expenses has this id.")


class DepartedError(Exception):
    """This account was deleted."""

    def __init__(self) -> None:
        super().__init__("The account was deleted, and its expenses with it; sign up again.")


class CategoryNotFoundError(Exception):
    """Category not found."""

    def __init__(self) -> None:
        super().__init__("None of your categories has this id.")


class ImportNotFoundError(Exception):
    """Import not found."""

    def __init__(self) -> None:
        super().__init__("None of your imports has this id.")


class ImportRunningError(Exception):
    """Another import is running."""

    def __init__(self) -> None:
        super().__init__("Another import of yours is still running. Try again when it has finished.")
        self.headers = {"Retry-After": "5"}


class CategoryBusyError(Exception):
    """An import is running."""

    def __init__(self) -> None:
        super().__init__("An import of yours is still running. Remove the category when it has finished.")
        self.headers = {"Retry-After": "5"}


class ConvertingError(Exception):
    """Amounts are being converted."""

    def __init__(self, currency: str) -> None:
        super().__init__(f"Your expenses are being converted to {currency}. Try again in a minute.")
        self.headers = {"Retry-After": "5"}


class BookBusyError(Exception):
    """Another task of the same book is running."""

    def __init__(self) -> None:
        super().__init__("An import of this person is running; the home currency changes when it has finished.")


class ImportInterruptedError(Exception):
    """The import was interrupted."""

    def __init__(self) -> None:
        super().__init__("The import was interrupted, and nothing of the file was kept. Import it again.")
        self.headers = {"Retry-After": "1"}


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


class ReceiptNotFoundError(Exception):
    """Receipt not found."""

    def __init__(self) -> None:
        super().__init__("None of your receipts has this id, or there is no picture of it.")


class ReceiptFileMissingError(Exception):
    """The file of this receipt is damaged or lost."""

    def __init__(self) -> None:
        super().__init__("The store does not have this file as it was uploaded; remove the receipt and upload it again.")


class ReceiptTooLargeError(Exception):
    """The file is too large."""

    def __init__(self) -> None:
        super().__init__("A receipt may have 10 MB at most.")


class UnknownReceiptTypeError(Exception):
    """This kind of file is not taken."""

    def __init__(self, looks_like: str) -> None:
        super().__init__(f"A receipt is a JPEG, PNG, WebP, HEIC or PDF; the content of this file is {looks_like}.")


class UnacceptableReceiptError(Exception):
    """The file cannot be kept."""


class TooManyReceiptsError(Exception):
    """The expense has too many receipts."""

    def __init__(self) -> None:
        super().__init__("An expense has 20 receipts at most.")


class RangeNotSatisfiableError(Exception):
    """The file has no such part."""

    def __init__(self, size: int) -> None:
        super().__init__(f"The file has {size} bytes.")
        self.headers = {"Content-Range": f"bytes */{size}"}


class NoRateError(Exception):
    """No exchange rate."""

    def __init__(self, source: str, target: str, day: date) -> None:
        super().__init__(f"there is no exchange rate from {source} to {target} for {day}")


def problem(pointer: str, message: str) -> dict[str, str]:
    """Return one entry of `errors`."""
    return {"pointer": pointer, "message": message}
