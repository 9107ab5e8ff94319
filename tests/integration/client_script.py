"""What somebody writes with a generated client: `python client_script.py http://127.0.0.1:8000 me@example.org`.

It signs up, makes an access token, sets a budget, records an expense that exceeds it, and prints the alert.
"""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime

from outlay_client import AuthenticatedClient, Client
from outlay_client.api.account import create_user
from outlay_client.api.alerts import list_alerts
from outlay_client.api.budgets import create_budget
from outlay_client.api.expenses import create_expense
from outlay_client.api.tokens import create_token
from outlay_client.models import Alert, AlertKind, AlertPage, NewBudget, NewExpense, NewToken, NewUser, PositiveMoney, Scope

PASSWORD = "a long enough passphrase"


def signed_up(url: str, email: str) -> AuthenticatedClient:
    """Sign up, and go on with an access token; making one is the browser's business, so this says where it comes from."""
    with Client(base_url=f"{url}/api/v1", headers={"Sec-Fetch-Site": "same-origin"}, raise_on_unexpected_status=True) as browser:
        user = NewUser(email=email, password=PASSWORD, name="Maria", home_currency="EUR", time_zone="UTC")
        create_user.sync(client=browser, body=user)
        asked = NewToken(current_password=PASSWORD, name="script", scopes=[Scope.READ, Scope.WRITE])
        token = create_token.sync(client=browser, body=asked).token
    return AuthenticatedClient(base_url=f"{url}/api/v1", token=token, raise_on_unexpected_status=True)


def exceeded(client: AuthenticatedClient, *, seconds: float = 60) -> Alert:
    """Wait for the alert that a budget is exceeded."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        page = list_alerts.sync(client=client, unread=True)
        assert isinstance(page, AlertPage), page
        for alert in page.items:
            if alert.kind is AlertKind.BUDGET_EXCEEDED:
                return alert
        time.sleep(0.1)
    raise TimeoutError


def main(url: str, email: str) -> None:
    """Exceed a budget, and print the alert."""
    with signed_up(url, email) as client:
        budget = create_budget.sync(
            client=client, body=NewBudget(name="Groceries", amount=PositiveMoney(amount="100.00", currency="EUR"))
        )
        expense = create_expense.sync(
            client=client,
            body=NewExpense(
                amount=PositiveMoney(amount="120.50", currency="EUR"), spent_on=datetime.now(UTC).date(), payee="Corner Shop"
            ),
        )
        alert = exceeded(client)
        assert (alert.budget_id, alert.expense_id) == (budget.id, expense.id)
        sys.stdout.write(f"{alert.title}\n{alert.body}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
