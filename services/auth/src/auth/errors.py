"""What can go wrong, one class for each cause.

The first line of the docstring is the title of the problem; its public `type` is made from the name of the class.
"""

from __future__ import annotations


class RevisionConflictError(Exception):
    """Changed at the same moment."""

    def __init__(self) -> None:
        super().__init__("Somebody else is changing this at the moment. Try again.")


class EmailTakenError(Exception):
    """Email address already in use."""

    def __init__(self) -> None:
        super().__init__("There is an account with this address. Sign in, or reset your password.")
        self.errors = [{"pointer": "/email", "message": "is already in use"}]


class UnacceptableError(Exception):
    """Not acceptable."""

    def __init__(self, *, at: str, message: str) -> None:
        super().__init__(f"{at.removeprefix('/')} {message}.")
        self.errors = [{"pointer": at, "message": message}]


class WrongCredentialsError(Exception):
    """Wrong email address or password."""

    def __init__(self) -> None:
        super().__init__("The email address or the password is wrong. If you forgot your password, reset it by email.")


class WrongPasswordError(Exception):
    """Wrong password."""

    def __init__(self, *, pointer: str = "/current_password") -> None:
        super().__init__("Wrong password.")
        self.errors = [{"pointer": pointer, "message": "is wrong"}] if pointer else []


class SignedOutError(Exception):
    """Not signed in."""

    def __init__(self) -> None:
        super().__init__("Your session has ended or your account was deleted. Sign in again.")


class InvalidSecretError(Exception):
    """Not signed in."""

    def __init__(self) -> None:
        super().__init__("The session or access token is unknown, expired or revoked. Sign in again.")


class StaleVersionError(Exception):
    """Changed meanwhile."""

    def __init__(self) -> None:
        super().__init__("Your account has changed since you loaded it. Reload it and repeat your change.")


class SessionNotFoundError(Exception):
    """Session not found."""

    def __init__(self) -> None:
        super().__init__("You have no session with this id.")


class TokenNotFoundError(Exception):
    """Access token not found."""

    def __init__(self) -> None:
        super().__init__("You have no access token with this id.")


class LinkNotFoundError(Exception):
    """Link not valid."""

    def __init__(self) -> None:
        super().__init__("This link was already used, has expired, or was replaced by a newer one. Request a new one.")


class TooManyUntoldError(Exception):
    """Too many changes at a time."""

    def __init__(self) -> None:
        super().__init__("Your latest changes are still being processed. Try again in a moment.")
        self.headers = {"Retry-After": "10"}


class TooManyAttemptsError(Exception):
    """Too many attempts."""

    def __init__(self, *, seconds: int) -> None:
        super().__init__(f"Too many attempts. Wait {seconds} seconds.")
        self.headers = {"Retry-After": str(seconds)}
