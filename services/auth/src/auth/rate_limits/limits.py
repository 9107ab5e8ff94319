"""The limits on attempts, except for failed sign-ins (failed_sign_ins.py)."""

from __future__ import annotations

from dataclasses import dataclass

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


@dataclass(frozen=True, slots=True)
class Limit:
    """How often something may be tried: `most` times in `seconds`."""

    name: str
    most: int
    seconds: int
    shared: bool = False
    """Whether all replicas count together, which costs a read and a write each time."""


SIGN_INS_PER_CLIENT = Limit("sign-in", 10, _MINUTE)
# Of one network at one address, counted before the check so that simultaneous attempts cannot pass it.
SIMULTANEOUS_SIGN_INS = Limit("sign-in-at-once", 10, _MINUTE)
SIGN_UPS_PER_CLIENT = Limit("sign-up", 10, _HOUR, shared=True)
RESETS_PER_CLIENT = Limit("reset-client", 5, _HOUR, shared=True)
# Further requests get the same response and no email is sent: the link that was sent last still works.
RESETS_PER_ADDRESS = Limit("reset-address", 3, _HOUR, shared=True)
EMAILS_PER_ACCOUNT = Limit("mail-account", 3, _HOUR, shared=True)
# Verifications and resets together, to an address that nobody has verified.
EMAILS_PER_ADDRESS = Limit("mail-address", 3, _DAY, shared=True)
EMAILS_PER_NETWORK = Limit("mail-network", 20, _HOUR, shared=True)
PASSWORD_CHECKS = Limit("password-check", 5, 15 * _MINUTE)
LINKS_PER_CLIENT = Limit("link", 30, _MINUTE)
