"""Conversations: changes need confirmation, are made once and can be undone; the state is encrypted for one session."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from assistant.tools.model import ToolError
from chassis.runtime.ids import uuid7
from support.assistant_world import JOHN, MARIA, READER, WRITER, World, card, events_of, make_world, texts


@pytest.fixture
def world() -> World:
    return make_world()


def test_a_question_is_answered(world) -> None:
    answer = world.ask("how much?")
    assert texts(answer) == ["One moment.", "You said it 9 letters long."]
    assert (answer["outcome"], answer["adapter"], answer["fallback"], answer["choices"]) == ("answered", "builtin", False, [])
    assert answer["suggestions"] == ["What else?"]


def test_the_assistant_gets_the_persons_day_and_its_own_memory(world) -> None:
    first = world.ask("how much?")
    world.ask("and before?", conversation=first["conversation"])
    heard = world.builtin.heard[-1]
    assert heard.person.today.isoformat() == "2017-10-01", "it is past midnight in Berlin"
    assert heard.memory == {"turns": 1}
    assert (heard.person.locale, heard.person.currency) == ("en-GB", "EUR")


def test_the_tools_get_the_token_of_the_request(world) -> None:
    world.ask("how much?")
    assert world.credentials == [MARIA.session_id]


def test_nothing_is_changed_before_confirmation(world) -> None:
    answer = world.ask("add coffee")
    assert (answer["outcome"], answer["choices"], card(answer)["state"]) == ("proposed", ["confirm", "cancel"], "proposed")
    assert world.tools.made == {}


@pytest.mark.parametrize("yes", [{"choice": "confirm"}, {"text": "yes"}])
def test_confirming_makes_the_change(world, yes) -> None:
    proposed = world.ask("add coffee")
    done = world.ask(conversation=proposed["conversation"], **yes)
    assert (done["outcome"], done["choices"]) == ("done", ["undo"])
    assert done["suggestions"], "there is always something to go on with"
    assert card(done) == {**card(proposed), "state": "done", "link": "/expenses?id=1"}
    assert list(world.tools.made) == [card(proposed)["id"]]


def test_confirming_twice_makes_one_change_and_gives_the_same_answer(world) -> None:
    proposed = world.ask("add coffee")
    first = world.ask(choice="confirm", conversation=proposed["conversation"])
    second = world.ask(choice="confirm", conversation=proposed["conversation"])
    assert len(world.tools.made) == 1
    assert {**first, "conversation": ""} == {**second, "conversation": ""}


def test_confirming_again_after_the_change_does_nothing(world) -> None:
    proposed = world.ask("add coffee")
    done = world.ask(choice="confirm", conversation=proposed["conversation"])
    again = world.ask(choice="confirm", conversation=done["conversation"])
    assert (again["outcome"], len(world.tools.made)) == ("failed", 1)
    assert again["choices"] == ["undo"]


@pytest.mark.parametrize("no", [{"choice": "cancel"}, {"text": "no"}])
def test_cancelling_changes_nothing(world, no) -> None:
    proposed = world.ask("add coffee")
    answer = world.ask(conversation=proposed["conversation"], **no)
    assert (answer["outcome"], card(answer)["state"], answer["choices"]) == ("cancelled", "cancelled", [])
    late = world.ask(choice="confirm", conversation=answer["conversation"])
    assert (late["outcome"], world.tools.made) == ("failed", {})


@pytest.mark.parametrize("undo", [{"choice": "undo"}, {"text": "undo that"}])
def test_a_change_can_be_undone(world, undo) -> None:
    proposed = world.ask("add coffee")
    done = world.ask(choice="confirm", conversation=proposed["conversation"])
    undone = world.ask(conversation=done["conversation"], **undo)
    assert (undone["outcome"], card(undone)["state"], undone["choices"]) == ("undone", "undone", [])
    assert world.tools.undone == [{"expense": "1", "version": 1, "padding": ""}]
    assert world.ask(choice="undo", conversation=undone["conversation"])["outcome"] == "failed"


def test_undo_still_works_after_another_question(world) -> None:
    proposed = world.ask("add coffee")
    done = world.ask(choice="confirm", conversation=proposed["conversation"])
    asked = world.ask("how much?", conversation=done["conversation"])
    assert asked["choices"] == []
    assert world.builtin.heard[-1].can_undo
    assert world.ask("undo that", conversation=asked["conversation"])["outcome"] == "undone"


def test_a_yes_after_another_question_does_not_confirm_the_old_proposal(world) -> None:
    proposed = world.ask("add coffee")
    asked = world.ask("how much?", conversation=proposed["conversation"])
    assert world.ask("yes", conversation=asked["conversation"])["outcome"] == "failed"
    assert world.tools.made == {}


def test_a_temporary_refusal_is_reported_and_can_be_retried(world) -> None:
    proposed = world.ask("add coffee")
    world.tools.fails = ToolError("Expenses cannot be reached.", lasting=False)
    failed = world.ask(choice="confirm", conversation=proposed["conversation"])
    assert (failed["outcome"], failed["choices"]) == ("failed", ["confirm", "cancel"])
    assert texts(failed) == ["That did not work: Expenses cannot be reached."]
    world.tools.fails = None
    assert world.ask(choice="confirm", conversation=failed["conversation"])["outcome"] == "done"


def test_a_lasting_refusal_is_not_offered_again(world) -> None:
    proposed = world.ask("add coffee")
    world.tools.fails = ToolError("This category was deleted.", lasting=True)
    assert world.ask(choice="confirm", conversation=proposed["conversation"])["choices"] == []


def test_a_read_only_token_can_ask_but_not_change(world) -> None:
    assert world.ask("how much?", caller=READER)["outcome"] == "answered"
    proposed = world.ask("add coffee", caller=READER)
    assert (proposed["outcome"], proposed["choices"]) == ("failed", [])
    assert "may only read" in texts(proposed)[-1]
    confirmed = world.ask(choice="confirm", conversation=proposed["conversation"], caller=READER)
    assert (confirmed["outcome"], world.tools.made) == ("failed", {})


def test_a_write_only_token_may_not_ask(world) -> None:
    answer = world.send(text="how much?", caller=WRITER)
    assert (answer.status_code, answer.json()["detail"]) == (403, "This needs an access token with the scope read.")


def test_another_users_conversation_cannot_be_decrypted(world) -> None:
    proposed = world.ask("add coffee")
    for stranger in (JOHN, replace(MARIA, session_id=uuid7())):
        answer = world.ask(choice="confirm", conversation=proposed["conversation"], caller=stranger)
        assert (answer["outcome"], answer["choices"]) == ("failed", [])
        assert texts(answer)[0].startswith("I no longer have our earlier conversation")
    assert world.tools.made == {}


def test_a_conversation_ends_after_an_hour(world) -> None:
    proposed = world.ask("add coffee")
    world.machine_time[0] += 3_601
    answer = world.ask(choice="confirm", conversation=proposed["conversation"])
    assert (answer["outcome"], world.tools.made) == ("failed", {})
    assert world.ask("how much?", conversation=proposed["conversation"])["outcome"] == "answered"


@pytest.mark.parametrize("sealed", ["", "nothing", "v2.a.b", "v2.00000000.AAAA", "\u20ac", "x" * 20_000])
def test_a_garbled_conversation_starts_anew(world, sealed) -> None:
    answer = world.ask("how much?", conversation=sealed)
    assert answer["outcome"] == "answered"
    assert world.builtin.heard[-1].memory == {}


def test_an_altered_conversation_starts_anew(world) -> None:
    sealed = world.ask("add coffee")["conversation"]
    form, key, payload = sealed.split(".")
    tampered = f"{form}.{key}.{payload[:40]}{'A' if payload[40] != 'A' else 'B'}{payload[41:]}"
    assert world.ask(choice="confirm", conversation=tampered)["outcome"] == "failed"
    assert world.tools.made == {}


def test_a_conversation_is_unreadable_for_its_holder(world) -> None:
    assert not re.search("coffee|3.50|add_expense", world.ask("add coffee")["conversation"])


def test_a_proposal_that_is_too_large_is_dropped(world) -> None:
    answer = world.ask("add much")
    assert len(card(answer)["parameters"]["padding"]) > 20_000
    assert (answer["outcome"], answer["choices"]) == ("failed", [])
    assert "too many entries" in texts(answer)[-1]


@pytest.mark.parametrize(
    ("body", "status", "pointer"),
    [
        ({}, 422, "/text"),
        ({"text": "  \n "}, 422, "/text"),
        ({"text": ""}, 400, "/text"),
        ({"text": "x" * 2_001}, 400, "/text"),
        ({"text": "a\u0000b"}, 400, "/text"),
        ({"text": "yes", "choice": "confirm"}, 422, "/choice"),
        ({"choice": "delete"}, 400, "/choice"),
        ({"text": 5}, 400, "/text"),
        ({"text": "x", "conversation": "x" * 20_001}, 400, "/conversation"),
        ({"other": 1}, 400, "/other"),
    ],
)
def test_invalid_messages_are_problems_with_a_pointer(world, body, status, pointer) -> None:
    answer = world.send(**body)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert world.builtin.heard == []


@pytest.mark.parametrize(
    "text", ["x" * 2_000, "' OR 1=1; DROP TABLE expense;--", "<script>alert(1)</script>", "عربى 漢字 🙂", "{payee}", "%s %n \\"]
)
def test_any_text_is_answered(world, text) -> None:
    assert world.ask(text)["outcome"] == "answered"


def test_requests_without_a_token_are_refused(world) -> None:
    assert world.send(text="x", headers={"Authorization": "Bearer other"}).status_code == 401


def test_a_bug_is_answered_without_logging_the_message(world, caplog) -> None:
    answer = world.ask("a bug")
    assert (answer["outcome"], answer["intent"]) == ("failed", "none")
    assert "went wrong" in texts(answer)[0]
    assert "a bug" not in caplog.text
    assert "ValueError" in str([vars(record) for record in caplog.records])


def test_an_unavailable_api_is_reported(world) -> None:
    assert texts(world.ask("the API is unreachable")) == ["That did not work: Expenses cannot be reached at the moment."]


def test_a_flood_is_limited_only_for_its_sender() -> None:
    world = make_world(per_minute=3)
    for _ in range(3):
        world.ask("how much?")
    refused = world.send(text="how much?")
    assert refused.status_code == 429
    assert 0 < int(refused.headers["retry-after"]) <= 60
    assert world.ask("how much?", caller=JOHN)["outcome"] == "answered"


def test_an_answer_can_be_streamed_block_by_block(world) -> None:
    answer = world.send(text="how much?", accept="text/event-stream")
    assert answer.headers["content-type"].startswith("text/event-stream")
    events = events_of(answer)
    assert [name for name, _data in events] == ["block", "block", "answer"]
    assert [data for name, data in events[:2]] == events[2][1]["blocks"]


def test_the_answer_to_a_choice_can_be_streamed_too(world) -> None:
    conversation = events_of(world.send(text="add coffee", accept="text/event-stream"))[-1][1]["conversation"]
    events = events_of(world.send(choice="confirm", conversation=conversation, accept="text/event-stream, application/json"))
    assert [name for name, _data in events] == ["block", "block", "answer"]
    assert events[-1][1]["outcome"] == "done"


def test_a_client_that_accepts_json_gets_json(world) -> None:
    for accept in ("*/*", "application/json, text/event-stream", ""):
        assert world.send(text="how much?", accept=accept).headers["content-type"] == "application/json"


def test_the_api_says_which_assistant_answers(world) -> None:
    answer = world.get("assistant").json()
    assert (answer["adapter"], answer["external"]) == ("builtin", False)
    assert len(answer["examples"]) >= 3


def test_answers_are_counted(world) -> None:
    world.ask("how much?")
    labels = {"adapter": "builtin", "intent": "test", "outcome": "answered"}
    assert world.counted("outlay_assistant_answers_total", **labels) == 1
    assert world.counted("outlay_assistant_answer_seconds_count", adapter="builtin") == 1
