"""How often things may be tried."""

from __future__ import annotations

from auth.domain.ports import Limit

_MINUTE, _HOUR = 60, 3_600

SIGN_INS_OF_CLIENT = Limit("sign-in", 10, _MINUTE)
FAILED_SIGN_INS = Limit("failed-sign-in", 5, 15 * _MINUTE)
SIGN_UPS_OF_CLIENT = Limit("sign-up", 10, _HOUR)
RESETS_OF_CLIENT = Limit("reset-client", 5, _HOUR)
RESETS_OF_ADDRESS = Limit("reset-address", 3, _HOUR)
VERIFICATION_MAILS = Limit("verification", 3, _HOUR)
PASSWORD_CHECKS = Limit("password-check", 5, 15 * _MINUTE)
LINKS_OF_CLIENT = Limit("link", 30, _MINUTE)
