"""Measures the built-in assistant by the questions: `make assistant-eval` prints a table."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

TESTS = Path(__file__).parents[1]
sys.path.insert(0, str(TESTS))

from conversations.scoring import LOCALES, Score, scores

QUESTIONS = Path(__file__).parent / "questions"
_LEAST_RIGHT, _LEAST_DECLINED = 0.92, 0.97
_ROW = "{:12} {:9} {:>12} {:>14} {:>13} {:>9}"


def main() -> int:
    """Print a table; return 1 if an aim is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--languages", nargs="*", default=list(LOCALES), choices=list(LOCALES))
    parser.add_argument("--show", action="store_true", help="print what went wrong in the open questions")
    options = parser.parse_args()
    print(_ROW.format("questions", "language", "answered", "declined", "wrong writes", "p95"))
    everything = [_measure(name, options) for name in ("open", "held-out")]
    _row("both", "all", _together(everything))
    return 0 if _is_good(_together(everything)) else 1


def _measure(name: str, options: argparse.Namespace) -> Score:
    talks = json.loads((QUESTIONS / f"{name}.json").read_text("utf-8"))
    found = []
    for language in options.languages:
        score = scores(talks, language)
        _row(name, language, score)
        if options.show and name == "open":
            print("\n".join(f"  {wrong}" for wrong in score.wrong))
        found.append(score)
    _row(name, "all", _together(found))
    return _together(found)


def _together(found: list[Score]) -> Score:
    together = Score()
    for score in found:
        together.counts.update(score.counts)
        together.seconds += score.seconds
    return together


def _row(name: str, language: str, score: Score) -> None:
    counts = score.counts
    answered = f"{counts['answerable right']}/{counts['answerable']} {score.share('answerable'):.1%}"
    declined = f"{counts['unanswerable right']}/{counts['unanswerable']} {score.share('unanswerable'):.1%}"
    print(_ROW.format(name, language, answered, declined, counts["wrong writes"], f"{score.p95 * 1000:.0f} ms"), flush=True)


def _is_good(score: Score) -> bool:
    return (
        score.share("answerable") >= _LEAST_RIGHT
        and score.share("unanswerable") >= _LEAST_DECLINED
        and score.counts["wrong writes"] == 0
    )


if __name__ == "__main__":
    sys.exit(main())
