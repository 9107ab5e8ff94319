"""Which number in a note is the price, and when there is none to offer."""

from __future__ import annotations

from typing import Any

import pytest

from assistant.builtin import BuiltIn
from assistant.conversation.model import Outcome
from support.assistant_chat import Chat


def say(text: str) -> tuple[Outcome, Any]:
    """Return what comes of a text, and the amount of the card if there is one."""
    reply = Chat(BuiltIn(new_id=lambda: "p1")).say(text)
    return reply.outcome, reply.proposal and reply.proposal.parameters["amount"]


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("bought 2 books for 18", "18.00"),
        ("3 coffees 12.60", "12.60"),
        ("5 beers and 2 pizzas for 60", "60.00"),
        ("add a $7 taxi ride", "7.00"),
        ("I spent 20 dollars and 50 cents on beer", "20.50"),
    ],
)
def test_a_number_of_things_is_not_the_price(text: str, amount: str) -> None:
    """A number before what was bought counts it."""
    assert say(text) == (Outcome.PROPOSED, amount)


@pytest.mark.parametrize(
    "text",
    [
        "did I spend 40 on lunch",
        "I want to buy a bike for 300",
        "don't add 5 for coffee",
        "add -5 for coffee",
        "lunch tomorrow 12",
        "20 taxi, 30 dinner",
        "bought 3 books",
        "I owe Bill 30",
        "how much have I put on booze this year",
    ],
)
def test_no_price_is_made_up(text: str) -> None:
    """Questions, wishes, debts, what is to come, and two prices at once."""
    assert say(text)[0] is not Outcome.PROPOSED
