"""Prints how long the built-in assistant takes to answer with many expenses: `python tests/load/assistant_answers.py [expenses]`.

100,000 expenses unless said otherwise: the household's, and others of 1,000 payees. Asked are the open questions in English that
change nothing, over the public API of the home process.
"""

from __future__ import annotations

import csv
import io
import json
import random
import sys
import time
from datetime import date, timedelta
from pathlib import Path
from statistics import median

import httpx

TESTS = Path(__file__).parents[1]
sys.path.insert(0, str(TESTS))

from support.asgi import led_to
from support.household_api import running_household

QUESTIONS = TESTS / "conversations" / "questions" / "open.json"
_AT_ONCE = 10_000
_CHANGES = {"propose", "done", "undone", "cancelled"}


def main() -> None:
    """Fill the household's account, ask, and print."""
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with running_household("en-US", ASSISTANT_MESSAGES_PER_MINUTE="1000000") as home:
        headers = {"Authorization": f"Bearer {home.credential}"}
        transport = led_to(home.suite.web)
        with httpx.Client(transport=transport, base_url="http://outlay.test/api/v1", headers=headers, timeout=600) as client:
            _fill(client, wanted)
            seconds = sorted(_ask_all(client))
    place = int(len(seconds) * 0.95)
    print(
        f"{len(seconds)} questions: median {median(seconds) * 1000:.0f} ms, p95 {seconds[place] * 1000:.0f} ms, worst {seconds[-1] * 1000:.0f} ms"
    )


def _fill(client: httpx.Client, wanted: int) -> None:
    """Import as many entries of many payees as are wanted beside the household's."""
    chance, first = random.Random(7), date(2008, 1, 1)
    there = sum(item["count"] for item in client.get("/summary", params={"by": "category"}).json()["items"])
    for start in range(there, wanted, _AT_ONCE):
        written = io.StringIO()
        writer = csv.writer(written, lineterminator="\n")
        writer.writerow(["Date", "Payee", "Description", "Amount"])
        for number in range(start, min(start + _AT_ONCE, wanted)):
            day = first + timedelta(days=chance.randrange(3_500))
            payee = f"Shop {min(int(chance.expovariate(1 / 100)), 999)}"
            writer.writerow([day.isoformat(), payee, f"Thing {number}", f"-{chance.randrange(1, 90)}.{chance.randrange(10, 99)}"])
        done = client.post("/imports", files={"file": (f"{start}.csv", written.getvalue().encode(), "text/csv")})
        done.raise_for_status()


def _ask_all(client: httpx.Client) -> list[float]:
    seconds = []
    for talk in json.loads(QUESTIONS.read_text("utf-8")):
        if talk["language"] != "en" or any(turn["expect"]["kind"] in _CHANGES for turn in talk["turns"]):
            continue
        conversation: dict[str, str] = {}
        for turn in talk["turns"]:
            started = time.perf_counter()
            answer = client.post("/assistant/messages", json={"text": turn["say"], **conversation}).raise_for_status().json()
            seconds.append(time.perf_counter() - started)
            conversation = {"conversation": answer["conversation"]}
    return seconds


if __name__ == "__main__":
    main()
