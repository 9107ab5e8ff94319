"""What can be wrong with a request about budgets; each message says what to change."""

from __future__ import annotations


class BudgetNotFoundError(Exception):
    """Budget not found."""

    def __init__(self) -> None:
        """Say nothing about other people's budgets."""
        super().__init__("You have no budget with this id; it may have been deleted.")


class BudgetChangedError(Exception):
    """Changed in the meantime."""

    def __init__(self, version: int) -> None:
        """`version` is the current one."""
        super().__init__(f"The budget is at version {version} now; read it again and repeat your change.")


class InvalidBudgetError(Exception):
    """Invalid budget."""

    def __init__(self, errors: list[dict[str, str]]) -> None:
        """`errors` has {pointer, message} for each thing that is wrong."""
        super().__init__("; ".join(f"{error['pointer']} {error['message']}" for error in errors) + ".")
        self.errors = errors


class UnknownCategoryError(Exception):
    """Unknown category."""

    def __init__(self, errors: list[dict[str, str]]) -> None:
        """`errors` has {pointer, message} for each unknown category."""
        super().__init__("You have no category with this id; it may have been deleted. Choose another category.")
        self.errors = errors


class CategoryPendingError(Exception):
    """The category is not ready yet."""

    def __init__(self) -> None:
        """Ask to try again in two seconds."""
        super().__init__("The category was created a moment ago and is not known here yet. Try again in a few seconds.")
        self.headers = {"Retry-After": "2"}


class TooManyBudgetsError(Exception):
    """Too many budgets."""

    def __init__(self, most: int) -> None:
        """`most` is how many a book may have."""
        super().__init__(f"You have {most} budgets, which is the maximum; delete one first.")


class DepartedError(Exception):
    """This account was deleted."""

    def __init__(self) -> None:
        """Nothing may be stored for a deleted account."""
        super().__init__("The account was deleted, and its budgets with it; sign up again.")
