"""What people see of the built-in assistant when Watson Assistant does not answer."""

from __future__ import annotations

import pytest

from assistant.tools.model import ToolError
from support.assistant_fakes import AWAY, Remote
from support.assistant_world import World, make_world, texts


@pytest.fixture
def world() -> World:
    return make_world(remote=Remote())


def test_watson_answers_while_it_can(world) -> None:
    answer = world.ask("how much?")
    assert (answer["adapter"], answer["fallback"]) == ("watson", False)
    assert world.builtin.heard == []
    assert world.get("assistant").json()["external"]


@pytest.mark.parametrize("failure", [AWAY, ValueError("no JSON"), OSError("reset")])
def test_the_builtin_assistant_steps_in_and_says_so(world, failure) -> None:
    world.remote.fails = failure
    answer = world.ask("how much?")
    assert (answer["adapter"], answer["fallback"], answer["outcome"]) == ("builtin", True, "answered")
    assert "built-in" in texts(answer)[0]


def test_an_unavailable_api_does_not_count_against_watson(world) -> None:
    world.remote.fails = ToolError("Expenses cannot be reached.", lasting=False)
    answer = world.ask("how much?")
    assert (answer["adapter"], answer["fallback"], answer["outcome"]) == ("watson", False, "failed")


def test_a_proposal_by_watson_can_be_confirmed_while_watson_is_down(world) -> None:
    proposed = world.ask("add coffee")
    world.remote.fails = AWAY
    for _ in range(2):
        done = world.ask("yes", conversation=proposed["conversation"])
        assert (done["outcome"], done["fallback"]) == ("done", True)
    assert len(world.tools.made) == 1


def test_readiness_does_not_depend_on_watson(world) -> None:
    world.remote.fails = AWAY
    world.ask("how much?")
    with pytest.raises(Exception, match="does not answer"):
        world.service.optional_checks["watson"]()


def test_fallbacks_are_counted_by_reason(world) -> None:
    world.remote.fails = AWAY
    world.ask("how much?")
    world.ask("how much?")
    assert world.counted("outlay_assistant_fallbacks_total", reason="unavailable") == 1
    assert world.counted("outlay_assistant_fallbacks_total", reason="away") == 1
