"""The conformance table contains each suite, and cannot be right by accident."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.suites import SUITES, Adapter, Suite
from conformance.table import complaints, reasons, table
from conformance.tally import Tally

TESTS = Path(__file__).parents[1]
TWO = (Adapter("here", "at home", "disk"), Adapter("there", "in the cloud", "cloud"))
SUITE = Suite("things", "tests/contract/test_things.py", "things", TWO)


def fixtures_with_adapters() -> Iterator[tuple[str, str]]:
    """Yield file and name of each fixture that has parameters: the tests of the file are run again for each of them."""
    shared = {node.name for node in _functions_in(TESTS / "contract" / "conftest.py") if _has_adapters(node)}
    for path in (TESTS / "contract").glob("test_*.py"):
        functions = list(_functions_in(path))
        used = {argument.arg for node in functions for argument in node.args.args} & shared
        for name in used | {node.name for node in functions if _has_adapters(node)}:
            yield str(path.relative_to(TESTS.parent)), name


def _functions_in(path: Path) -> Iterator[ast.FunctionDef]:
    return (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.FunctionDef))


def _has_adapters(function: ast.FunctionDef) -> bool:
    return any(_has_parameters(decorator) for decorator in function.decorator_list)


def _has_parameters(decorator: ast.expr) -> bool:
    return (
        isinstance(decorator, ast.Call)
        and isinstance(decorator.func, ast.Attribute)
        and decorator.func.attr == "fixture"
        and any(keyword.arg == "params" for keyword in decorator.keywords)
    )


def tally(**passed: int) -> Tally:
    made = Tally()
    for adapter, count in passed.items():
        for number in range(count):
            made.add(SUITE.key, adapter, f"test {number}", "passed")
    return made


def test_every_suite_is_in_the_table_and_the_table_has_no_other() -> None:
    known = sorted((suite.path, suite.fixture) for suite in SUITES)
    assert sorted(fixtures_with_adapters()) == known, "tests/conformance/suites.py names each suite with its adapters"


def test_the_table_is_complete_if_all_passed_everywhere() -> None:
    assert list(complaints(tally(here=3, there=3), (SUITE,))) == []


def test_a_failure_in_the_teardown_of_a_passed_test_counts() -> None:
    made = tally(here=3, there=3)
    made.add(SUITE.key, "here", "test 0", "failed")
    made.add(SUITE.key, "here", "test 0", "passed")
    assert "things on at home: 1 failed." in complaints(made, (SUITE,))


@pytest.mark.parametrize("there", [0, 2])
def test_an_adapter_that_ran_fewer_tests_than_its_sibling_needs_a_reason(there: int) -> None:
    made = tally(here=3, there=there)
    assert list(complaints(made, (SUITE,))) == [
        f"things on in the cloud: {there} passed, a sibling has 3, and no reason is stated."
    ]
    excused = Suite(SUITE.port, SUITE.path, SUITE.fixture, TWO, fewer={"there": "it rains"})
    assert list(complaints(made, (excused,))) == []
    assert list(reasons(made, (excused,))) == [f"things on in the cloud: {there} tests, because: it rains."]


def test_a_test_that_was_skipped_did_not_run() -> None:
    made = tally(here=3, there=2)
    made.add(SUITE.key, "there", "test 2", "skipped")
    assert len(list(complaints(made, (SUITE,)))) == 1


def test_an_unknown_adapter_and_a_suite_that_never_ran_are_wrong() -> None:
    assert len(list(complaints(tally(here=1, there=1, elsewhere=1), (SUITE,)))) == 1
    assert "things: nothing passed at all." in complaints(tally(), (SUITE,))


def test_the_table_says_how_many_and_on_which_server() -> None:
    lines = table(tally(here=3, there=1), {"disk": "a disk", "cloud": "cloud 9"}, (SUITE,)).splitlines()
    assert [cell.strip() for cell in lines[3].split("|")[1:-1]] == ["things", "in the cloud", "1", "1", "0", "0", "cloud 9"]
    assert [cell.strip() for cell in lines[-1].split("|")[1:4]] == ["all", "", "4"]
