"""The operation that returns an exchange rate."""

from __future__ import annotations

from chassis.runtime.clock import Clock
from chassis.web.request import Request, Response
from expenses.rates.converter import Converter


class ExchangeRateApi:
    """A method for each operation."""

    def __init__(self, converter: Converter, clock: Clock) -> None:
        self._converter, self._clock = converter, clock

    def get_exchange_rate(self, _request: Request, from_: str, to: str) -> Response:
        rate = self._converter.rate_for_limits(from_, to, self._clock().date())
        return {"from": from_, "to": to, "rate": None if rate is None else f"{rate:f}"}, 200, {}
