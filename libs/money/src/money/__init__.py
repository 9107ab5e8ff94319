"""Money as every service understands it: whole minor units of an ISO 4217 currency, exact, never a float."""

from money.amount import Money, MoneyError, text_of
from money.currencies import CURRENCIES, decimals_of, is_currency, is_current

__all__ = ["CURRENCIES", "Money", "MoneyError", "decimals_of", "is_currency", "is_current", "text_of"]
