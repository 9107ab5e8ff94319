"""The operation that returns an exchange rate."""

from __future__ import annotations

from chassis.web.request import Request, Response
from expenses.home_currency.converter import RatesToday


class ExchangeRateApi:
    """A method for each operation."""

    def __init__(self, rates_today: RatesToday) -> None:
        self._rates_today = rates_today

    def get_exchange_rate(self, request: Request, from_: str, to: str) -> Response:  # noqa: ARG002
        """Tell today's rate."""
        return self._rates_today.rate(from_, to), 200, {}
