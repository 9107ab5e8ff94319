"""Names of credit and debit cards, in which "credit" and "debit" say nothing about a booking."""

from __future__ import annotations

import re

_CARDS = re.compile(
    r"\b(?:credit|debit|kredit|debet|credito|debito)\w*\s?(?:card|kart|kort|kaart)\w*"
    r"|\b(?:carte|carta|cartao|cartoes|tarjeta|tarjetas|karta|karty|karte|kartou|kartica|card)\s"
    r"(?:de |di |do |a )?(?:credit|debit|kredyt|kredit|debet)\w*"
    r"|\bkredi kart\w*|\bbanka kart\w*|кредит\w* карт\w*|дебет\w* карт\w*"
    r"|信用卡|借记卡|貸記卡|クレジットカード|デビットカード|신용카드|체크카드"
)


def without_cards(text: str) -> str:
    """Return a text, as `plain` leaves it, without the names of cards."""
    return " ".join(_CARDS.sub(" ", text).split())
