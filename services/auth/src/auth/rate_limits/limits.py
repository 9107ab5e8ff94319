"""How often things may be tried."""

from __future__ import annotations

from auth.store.ports import Limit

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400

SIGN_INS_OF_CLIENT = Limit("sign-in", 10, _MINUTE)
# Of one network at one address, before the check, so that many at a time cannot pass it. What all replicas count is in guesses.py.
SIGN_INS_AT_ONCE = Limit("sign-in-at-once", 10, _MINUTE)
SIGN_UPS_OF_CLIENT = Limit("sign-up", 10, _HOUR, shared=True)
RESETS_OF_CLIENT = Limit("reset-client", 5, _HOUR, shared=True)
# Further requests are answered alike and lead to no mail: the one that was sent last still works.
RESETS_OF_ADDRESS = Limit("reset-address", 3, _HOUR, shared=True)
MAILS_OF_ACCOUNT = Limit("mail-account", 3, _HOUR, shared=True)
# Of confirmations and resets together, to an address that nobody has confirmed.
MAILS_TO_ADDRESS = Limit("mail-address", 3, _DAY, shared=True)
MAILS_OF_NETWORK = Limit("mail-network", 20, _HOUR, shared=True)
PASSWORD_CHECKS = Limit("password-check", 5, 15 * _MINUTE)
LINKS_OF_CLIENT = Limit("link", 30, _MINUTE)
