"""What can go wrong, one class for each cause; the first line of the docstring is what people read as the title."""

from __future__ import annotations


class RevisionConflictError(Exception):
    """Changed at the same moment."""

    def __init__(self) -> None:
        super().__init__("It is being changed by somebody else at this moment; try again.")


class EmailTakenError(Exception):
    """Address already used."""

    def __init__(self) -> None:
        super().__init__("There is an account with this address. Sign in, or reset the password if you forgot it.")
        self.errors = [{"pointer": "/email", "message": "is used by an account"}]


class UnacceptableError(Exception):
    """Not acceptable."""

    def __init__(self, *, at: str, message: str) -> None:
        super().__init__(f"{at.removeprefix('/')} {message}.")
        self.errors = [{"pointer": at, "message": message}]


class WrongCredentialsError(Exception):
    """Wrong address or password."""

    def __init__(self) -> None:
        super().__init__("The address or the password is wrong. If you forgot the password, ask for a mail to reset it.")


class WrongPasswordError(Exception):
    """Wrong password."""

    def __init__(self, *, pointer: str = "/current_password") -> None:
        super().__init__("Your current password is needed for this, and what came is not it.")
        self.errors = [{"pointer": pointer, "message": "is not your password"}] if pointer else []


class SignedOutError(Exception):
    """Not signed in."""

    def __init__(self) -> None:
        super().__init__("Your session has ended or your account is gone; sign in again.")


class InvalidSecretError(Exception):
    """Not signed in."""

    def __init__(self) -> None:
        super().__init__("The session or access token is unknown, expired or revoked; sign in again.")


class StaleVersionError(Exception):
    """Changed meanwhile."""

    def __init__(self) -> None:
        super().__init__("Your account was changed since you read it; read it again and repeat your change.")


class SessionNotFoundError(Exception):
    """Session not found."""

    def __init__(self) -> None:
        super().__init__("None of your sessions has this id.")


class TokenNotFoundError(Exception):
    """Access token not found."""

    def __init__(self) -> None:
        super().__init__("None of your access tokens has this id.")


class LinkNotFoundError(Exception):
    """Link not valid."""

    def __init__(self) -> None:
        super().__init__("This link was used before, has expired, or was replaced by a newer mail; ask for a new one.")


class TooManyUntoldError(Exception):
    """Too many changes at a time."""

    def __init__(self) -> None:
        super().__init__("Your last changes are still on their way to the rest of Outlay; try again in a moment.")
        self.headers = {"Retry-After": "10"}


class TooManyAttemptsError(Exception):
    """Too many attempts."""

    def __init__(self, *, seconds: int) -> None:
        super().__init__(f"That was tried too often; wait {seconds} seconds.")
        self.headers = {"Retry-After": str(seconds)}
