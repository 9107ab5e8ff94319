"""Auth's requests for account emails."""

from __future__ import annotations

from functools import partial

from notifier.account_mail.model import AccountMailKind
from notifier.account_mail.service import AccountMailService
from notifier.incoming_event import EventHandlers


def event_handlers(account_mail: AccountMailService) -> EventHandlers:
    return {
        "user.verification_requested": partial(account_mail.queue, AccountMailKind.VERIFY_EMAIL),
        "user.password_reset_requested": partial(account_mail.queue, AccountMailKind.PASSWORD_RESET),
        "user.email_change_requested": partial(account_mail.queue, AccountMailKind.EMAIL_CHANGE),
    }
