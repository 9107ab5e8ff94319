"""What can go wrong, one class for each cause. The first line of a docstring is the title that callers see."""

from __future__ import annotations


class AlertNotFoundError(Exception):
    """No such alert."""

    def __init__(self) -> None:
        super().__init__("No alert of yours has this id; GET /alerts lists them.")


class StaleVersionError(Exception):
    """Changed meanwhile."""

    def __init__(self, current: int) -> None:
        super().__init__(f"The preferences are at version {current} by now; read them again and send that as If-Match.")


class UnknownRecipientError(Exception):
    """Something happened to somebody of whom no event told yet."""


class UnknownLinkError(Exception):
    """Not a link of ours."""

    def __init__(self) -> None:
        super().__init__("The link is not complete or not one of ours; copy it from the mail again, or use the settings.")


class NotOneClickError(Exception):
    """Not a click."""

    def __init__(self) -> None:
        super().__init__("Send the form List-Unsubscribe=One-Click.")


class HookClosedError(Exception):
    """No reports are taken."""

    def __init__(self) -> None:
        super().__init__("No verification key is set, so nobody's reports are believed; set SENDGRID_HOOK_KEY.")


class UnsignedReportError(Exception):
    """Not signed by the provider."""

    def __init__(self) -> None:
        super().__init__("The signature is missing, or it is not the provider's over this timestamp and body.")


class StaleReportError(Exception):
    """Signed at another time."""

    def __init__(self) -> None:
        super().__init__("The report was signed more than ten minutes ago or ahead; a replayed one changes nothing.")


class TryAgainError(Exception):
    """The channel is away or overloaded and certainly did not take the mail: it stays pending and is tried again.

    The text says what was wrong without naming address or content: it is logged, and shown to the recipient.
    """

    def __init__(self, reason: str, *, after: float | None = None) -> None:
        """`after`: the seconds that the channel asked to be left alone, if it did."""
        super().__init__(reason)
        self.after = after


class UncertainError(Exception):
    """The connection was lost or timed out after the mail was handed over: it may or may not have been accepted.

    The text says what was wrong without naming address or content.
    """


class RefusedError(Exception):
    """The channel will never take this mail, such as for an address that cannot be: trying again would only annoy it.

    The text is shown to the recipient as the reason; it must not name address or content.
    """
