"""What can go wrong, one class for each cause.

The first line of the docstring is the title of the problem; its public `type` is made from the name of the class.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar


class AuthError(Exception):
    """A problem that the caller can be told; `detail` says what to do."""

    detail = ""

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail or self.detail)


class RevisionConflictError(AuthError):
    """Changed at the same moment."""

    detail = "Somebody else is changing this at the moment. Try again."


class EmailTakenError(AuthError):
    """Email address already in use."""

    detail = "There is an account with this address. Sign in, or reset your password."
    errors = ({"pointer": "/email", "message": "is already in use"},)


class UnacceptableError(AuthError):
    """Not acceptable."""

    def __init__(self, *, at: str, message: str) -> None:
        super().__init__(f"{at.removeprefix('/')} {message}.")
        self.errors = [{"pointer": at, "message": message}]


class WrongCredentialsError(AuthError):
    """Wrong email address or password."""

    detail = "The email address or the password is wrong. If you forgot your password, reset it by email."


class WrongPasswordError(AuthError):
    """Wrong password."""

    detail = "Wrong password."

    def __init__(self, *, pointer: str = "/current_password") -> None:
        super().__init__()
        self.errors = [{"pointer": pointer, "message": "is wrong"}] if pointer else []


class SignedOutError(AuthError):
    """Not signed in."""

    detail = "Your session has ended or your account was deleted. Sign in again."


class InvalidSecretError(AuthError):
    """Not signed in."""

    detail = "The session or access token is unknown, expired or revoked. Sign in again."


class StaleVersionError(AuthError):
    """Changed meanwhile."""

    detail = "Your account has changed since you loaded it. Reload it and repeat your change."


class SessionNotFoundError(AuthError):
    """Session not found."""

    detail = "You have no session with this id."


class TokenNotFoundError(AuthError):
    """Access token not found."""

    detail = "You have no access token with this id."


class LinkNotFoundError(AuthError):
    """Link not valid."""

    detail = "This link was already used, has expired, or was replaced by a newer one. Request a new one."


class TooManyUntoldError(AuthError):
    """Too many changes at a time."""

    detail = "Your latest changes are still being processed. Try again in a moment."
    headers: ClassVar[Mapping[str, str]] = {"Retry-After": "10"}


class TooManyAttemptsError(AuthError):
    """Too many attempts."""

    def __init__(self, *, seconds: int) -> None:
        super().__init__(f"Too many attempts. Wait {seconds} seconds.")
        self.headers = {"Retry-After": str(seconds)}
