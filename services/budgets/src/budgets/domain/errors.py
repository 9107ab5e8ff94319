"""What can be wrong with a request about budgets; each message says what to change."""

from __future__ import annotations


class BudgetNotFoundError(Exception):
    """No such budget."""

    def __init__(self) -> None:
        """Tell nothing about other people's budgets."""
        super().__init__("No budget of yours has this id; it may have been deleted.")


class BudgetChangedError(Exception):
    """Changed meanwhile."""

    def __init__(self, version: int) -> None:
        """`version` is the present one."""
        super().__init__(f"The budget is at version {version} now; read it again and repeat your change.")


class InvalidBudgetError(Exception):
    """Not a possible budget."""

    def __init__(self, errors: list[dict[str, str]]) -> None:
        """`errors` has {pointer, message} for each thing that is wrong."""
        super().__init__("; ".join(f"{error['pointer']} {error['message']}" for error in errors) + ".")
        self.errors = errors


class UnknownCategoryError(Exception):
    """Unknown category."""

    def __init__(self, errors: list[dict[str, str]]) -> None:
        """`errors` has {pointer, message} for each category that there is not."""
        super().__init__("None of your categories has this id; it may have been deleted. Choose another category.")
        self.errors = errors


class CategoryPendingError(Exception):
    """The category is not ready yet."""

    def __init__(self) -> None:
        """Ask to come back in a second."""
        super().__init__("The category was created a moment ago and is not known here yet. Try again in a few seconds.")
        self.headers = {"Retry-After": "2"}


class TooManyBudgetsError(Exception):
    """Too many budgets."""

    def __init__(self, most: int) -> None:
        """`most` is how many somebody may have."""
        super().__init__(f"You have {most} budgets, which is the most there can be; delete one first.")


class DepartedError(Exception):
    """This account was deleted."""

    def __init__(self) -> None:
        """Nothing may be kept for somebody who left."""
        super().__init__("The account was deleted, and its budgets with it; sign up again.")
