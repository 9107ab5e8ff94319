"""Checks the questions: their shape, and every expected value recomputed by SQL; prints what there is of each kind."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from conversations.expectations import KEYS, LANGUAGES, TAGS, Conversation, WrongError, check_conversation
from conversations.ledger import load

QUESTIONS = Path(__file__).parent / "questions"
PARTS = {"open": QUESTIONS / "open.json", "held out": QUESTIONS / "held-out.json"}


def held_out(talks: list[Conversation]) -> set[str]:
    """Choose a third of each language: the ids whose SHA-256 sorts first."""
    chosen: set[str] = set()
    for language in LANGUAGES:
        ids = [talk["id"] for talk in talks if talk["language"] == language]
        ids.sort(key=lambda name: hashlib.sha256(name.encode()).hexdigest())
        chosen.update(ids[: round(len(ids) / 3)])
    return chosen


def read_all() -> list[Conversation]:
    """Return those of both parts, by language."""
    talks = [talk for path in PARTS.values() for talk in json.loads(path.read_text("utf-8"))]
    return sorted(talks, key=lambda talk: (LANGUAGES.index(talk["language"]), talk["id"]))


def errors_of(talks: list[Conversation]) -> list[str]:
    """Return a line for each conversation that breaks a rule, and for each value that does not follow from the data."""
    data = load()
    errors = [f"{name}: twice" for name, count in Counter(talk["id"] for talk in talks).items() if count > 1]
    firsts = Counter((talk["language"], talk["turns"][0]["say"].lower()) for talk in talks)
    errors += [f"asked twice: {say}" for (_language, say), count in firsts.items() if count > 1]
    for talk in talks:
        try:
            turns = check_conversation(data, talk)["turns"]
        except (WrongError, sqlite3.Error, KeyError, IndexError, ValueError) as error:
            errors.append(f"{talk['id']}: {type(error).__name__}: {error}")
            continue
        errors += [
            f"{talk['id']}: stored {old['expect']}, but the data say {new['expect']}"
            for old, new in zip(talk["turns"], turns, strict=True)
            if old != new
        ]
    chosen = held_out(talks)
    kept = {talk["id"] for talk in json.loads(PARTS["held out"].read_text("utf-8"))}
    return errors + [f"{name}: in the wrong part" for name in sorted(chosen ^ kept)]


def table(talks: list[Conversation]) -> str:
    """Count turns by language and kind, unanswerable turns, tags and the two parts."""
    kinds = Counter((turn["expect"]["kind"], talk["language"]) for talk in talks for turn in talk["turns"])
    lines = [f"{'kind':16}" + "".join(f"{one:>6}" for one in (*LANGUAGES, "all"))]

    def line(name: str, counts: list[int]) -> None:
        lines.append(f"{name:16}" + "".join(f"{one:6d}" for one in (*counts, sum(counts))))

    for kind in KEYS:
        line(kind, [kinds[kind, language] for language in LANGUAGES])
    decline = [kinds["decline", language] for language in LANGUAGES]
    every = [sum(kinds[kind, language] for kind in KEYS) for language in LANGUAGES]
    lines.append("")
    line("turns", every)
    line("unanswerable", decline)
    line("answerable", [a - b for a, b in zip(every, decline, strict=True)])
    later = [
        sum(
            turn["expect"]["kind"] not in ("done", "cancelled", "undone")
            for talk in talks
            if talk["language"] == language
            for turn in talk["turns"][1:]
        )
        for language in LANGUAGES
    ]
    line("later turns", later)
    chosen = held_out(talks)
    for name, part in (("open", False), ("held out", True)):
        here = [talk for talk in talks if (talk["id"] in chosen) == part]
        line(f"{name}, talks", [sum(talk["language"] == one for talk in here) for one in LANGUAGES])
        line(f"{name}, turns", [sum(len(talk["turns"]) for talk in here if talk["language"] == one) for one in LANGUAGES])
    lines.append("")
    for tag in sorted(TAGS):
        line(f"#{tag}", [sum(tag in talk.get("tags", []) for talk in talks if talk["language"] == one) for one in LANGUAGES])
    return "\n".join(lines)


def main() -> int:
    """Check them; return the exit status."""
    talks = read_all()
    errors = errors_of(talks)
    print(table(talks))
    print("\n".join(errors) if errors else "\nall expected values agree with the data")
    return int(bool(errors))


if __name__ == "__main__":
    sys.exit(main())
