"""Conversations with Watson: sessions, what it is told, and its directives."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from assistant.conversation.model import AssistantUnavailableError, Choice, Outcome
from support.assistant_chat import Chat, kinds_of, texts_of
from support.tools_in_memory import ANN, GROCERIES, ToolsInMemory
from testing.servers.watson import WatsonServer


def outlay(**directive):
    return [{"response_type": "user_defined", "user_defined": {"outlay": directive}}]


def test_watsons_answer_is_shown(server, watson):
    reply = Chat(watson).say("hello")
    assert (texts_of(reply), reply.outcome, reply.intent) == ("Hello.", Outcome.ANSWERED, "watson")


def test_a_conversation_keeps_its_session(server, watson):
    chat = Chat(watson)
    for text in ("one", "two", "three"):
        chat.say(text)
    assert len(server.of("create_session")) == 1
    assert [session.turns for session in server.sessions.values()] == [3]


def test_two_conversations_have_separate_sessions(server, watson):
    Chat(watson).say("one")
    Chat(watson).say("one")
    assert len(server.sessions) == 2


def test_a_session_that_has_expired_is_renewed(server, watson):
    chat = Chat(watson)
    chat.say("one")
    server.expire()
    assert texts_of(chat.say("two")) == "Hello."
    assert texts_of(chat.say("three")) == "Hello."
    assert len(server.of("create_session")) == 2


def test_the_token_is_fetched_once(server, watson):
    chat = Chat(watson)
    chat.say("one")
    chat.say("two")
    assert len(server.of("token")) == 1


def test_a_revoked_token_is_renewed(server, watson):
    chat = Chat(watson)
    chat.say("one")
    server.withdraw_tokens()
    assert texts_of(chat.say("two")) == "Hello."


def test_cloud_pak_for_data_issues_tokens_too(server, make):
    for given in ({"WATSON_CP4D_PASSWORD": server.password}, {"WATSON_CP4D_APIKEY": server.password}):
        assert texts_of(Chat(make(server.environ_of_cloud_pak(**given))).say("hello")) == "Hello."


def test_nothing_that_identifies_the_person_is_sent(server, watson):
    chat = Chat(watson)
    chat.say("how much did I spend on groceries?")
    chat.say("and now?")
    sent = " ".join(request.everything for request in server.requests)
    for secret in (ANN.user_id, ANN.session_id, "Rewe", "Edeka", "Landlord", "Corner Cafe", GROCERIES.id, "Rent"):
        assert secret not in sent


def test_watson_counts_people_by_a_pseudonym(server, watson):
    Chat(watson).say("one")
    Chat(watson).say("one")
    Chat(watson, user_id="somebody-else").say("one")
    names = [request.body["user_id"] for request in server.of("message")]
    assert names[0] == names[1] != names[2]
    assert all(f"customer_id={request.body['user_id']}" in request.headers.values() for request in server.of("message"))


def test_watson_must_not_learn_from_messages(server, watson):
    Chat(watson).say("one")
    assert all(
        request.headers["X-Watson-Learning-Opt-Out"] == "true" for request in server.of("message") + server.of("create_session")
    )


def test_watson_gets_the_format_of_dates_and_amounts(server, watson):
    Chat(watson).say("one")
    context = server.of("message")[0].body["context"]
    assert context["global"]["system"] == {"timezone": "Europe/Berlin", "locale": "en-gb", "reference_time": "2026-11-30T11:00:00Z"}
    assert context["skills"]["actions skill"]["skill_variables"] == {
        "outlay_locale": "en-GB",
        "outlay_currency": "EUR",
        "outlay_time_zone": "Europe/Berlin",
        "outlay_today": "2026-11-30",
    }


@pytest.mark.parametrize(
    ("locale", "told"), [("de-AT", "de-de"), ("en-IN", "en-gb"), ("en-US", "en-us"), ("hi-IN", None), ("pt", "pt-br")]
)
def test_an_unsupported_locale_becomes_the_closest_one(server, watson, locale, told):
    Chat(watson, locale=locale).say("one")
    assert server.of("message")[0].body["context"]["global"]["system"].get("locale") == told


def test_the_extension_gets_a_token_only_if_it_is_on(server, make):
    Chat(make(server.environ())).say("one", extension="outlay_dlg_x")
    Chat(make(server.environ(WATSON_EXTENSION="true"))).say("one", extension="outlay_dlg_x")
    off, on = (request.body["context"]["skills"]["actions skill"]["skill_variables"] for request in server.of("message"))
    assert "outlay_token" not in off
    assert on["outlay_token"] == "outlay_dlg_x"


def test_line_breaks_and_tabs_become_spaces(server, watson):
    Chat(watson).say("a\r\nb\tc")
    assert server.of("message")[0].body["input"]["text"] == "a b c"


def test_numbers_come_from_the_tools(server, watson):
    server.say = lambda _text, _session: outlay(tool="spending")
    reply = Chat(watson).say("how much did I spend on groceries last month?")
    assert reply.outcome is Outcome.ANSWERED
    assert reply.intent == "spending"
    figures = next(block for block in reply.blocks if block["type"] == "figures")["figures"]
    assert figures[0]["amount"] == {"amount": "65.50", "currency": "EUR"}
    assert figures[0]["link"] == "/expenses?from=2026-10-01&to=2026-10-31"


def test_details_from_watson_are_added_to_the_words(server, watson):
    server.say = lambda _text, session: (
        outlay(tool="spending", period={"skill_variable": "when"}) if session.variables.setdefault("when", "last month") else []
    )
    reply = Chat(watson).say("how much did I spend on groceries")
    assert "65.50" in str(reply.blocks)


def test_a_follow_up_continues_the_previous_question(server, watson):
    said = {"groceries": outlay(tool="spending"), "this": outlay(tool="follow_up")}
    server.say = lambda text, _session: next(answer for word, answer in said.items() if word in text)
    chat = Chat(watson)
    chat.say("how much did I spend on groceries last month?")
    assert "31.20" in str(chat.say("and this month?").blocks)


def test_a_change_is_only_proposed(server, watson):
    server.say = lambda _text, _session: outlay(propose="add_expense")
    tools = ToolsInMemory()
    chat = Chat(watson, tools)
    reply = chat.say("add coffee 3.50 yesterday")
    assert reply.outcome is Outcome.PROPOSED
    assert reply.proposal.parameters["amount"] == "3.50"
    assert reply.proposal.parameters["spent_on"] == "2026-11-29"
    assert kinds_of(reply) == ["text", "card"]
    assert tools.done == []


def test_only_a_plain_yes_confirms_a_change(server, watson):
    server.say = lambda _text, _session: outlay(propose="add_expense")
    chat = Chat(watson)
    chat.say("add coffee 3.50 yesterday")
    asked = len(server.of("message"))
    assert chat.say("yes").choice is Choice.CONFIRM
    assert len(server.of("message")) == asked


def test_watson_cannot_agree_for_the_person(server, watson):
    server.say = lambda _text, _session: outlay(propose="add_expense")
    chat = Chat(watson)
    chat.say("add coffee 3.50 yesterday")
    server.say = lambda _text, _session: outlay(choice="confirm")
    with pytest.raises(AssistantUnavailableError):
        chat.say("what is the weather like?")


def test_a_no_is_understood_without_watson(server, watson):
    server.say = lambda _text, _session: outlay(propose="add_expense")
    chat = Chat(watson)
    chat.say("add coffee 3.50 yesterday")
    assert chat.say("no").choice is Choice.CANCEL


def test_an_amount_below_zero_is_declined(server, watson):
    server.say = lambda _text, _session: outlay(propose="add_expense", amount="-5")
    assert Chat(watson).say("add coffee").outcome is Outcome.DECLINED


def test_only_one_of_two_proposals_is_made(server, watson):
    server.say = lambda _text, _session: outlay(propose="add_expense") * 2
    assert kinds_of(Chat(watson).say("add coffee 3.50 yesterday")) == ["text", "card"]


def test_figures_are_placed_where_watson_wants_them(server, watson):
    server.say = lambda _text, _session: [
        {"response_type": "text", "text": "Before."},
        *outlay(tool="budgets"),
        {"response_type": "text", "text": "After."},
    ]
    reply = Chat(watson).say("how are my budgets?")
    assert kinds_of(reply)[0] == kinds_of(reply)[-1] == "text"
    assert "budgets" in kinds_of(reply)


def test_a_refusal_of_the_api_is_reported(server, watson):
    server.say = lambda _text, _session: outlay(tool="spending")
    reply = Chat(watson, ToolsInMemory(broken="The API is down.")).say("how much did I spend on groceries?")
    assert reply.outcome is Outcome.FAILED
    assert "The API is down." in texts_of(reply)


def test_choosing_an_option_sends_watsons_input(server, watson):
    chosen = {"input": {"text": "Spending", "suggestion_id": "s-1", "intents": [{"intent": "spending", "confidence": 0.6}]}}
    server.say = lambda _text, _session: [
        {"response_type": "suggestion", "title": "Did you mean:", "suggestions": [{"label": "Spending", "value": chosen}]}
    ]
    chat = Chat(watson)
    reply = chat.say("spendings?")
    assert reply.outcome is Outcome.CLARIFY
    chat.say(next(block for block in reply.blocks if block["type"] == "options")["options"][0]["text"])
    assert server.of("message")[-1].body["input"]["suggestion_id"] == "s-1"


def test_a_session_that_watson_ends_is_deleted(server, watson):
    server.say = lambda _text, _session: [{"response_type": "text", "text": "Bye."}, {"response_type": "end_session"}]
    chat = Chat(watson)
    chat.say("bye")
    assert server.sessions == {}
    assert chat.memory["session"] == ""


def test_an_abandoned_conversation_ends_its_session(server, watson):
    chat = Chat(watson)
    chat.say("one")
    watson.end(chat.memory, ANN.user_id)
    assert server.sessions == {}


def test_a_persons_data_at_watson_can_be_deleted(server, watson):
    watson.forget(ANN.user_id)
    Chat(watson).say("one")
    assert server.of("delete_user_data")[0].query["customer_id"] == [server.of("message")[0].body["user_id"]]


def test_a_message_is_answered_in_its_language(server: WatsonServer, watson):
    server.say = lambda _text, _session: outlay(tool="spending")
    assert Chat(watson, locale="en-GB").say("how much did I spend on groceries last month?").language == "en"


def test_answers_to_outlays_questions_do_not_go_to_watson(server, watson):
    server.say = lambda _text, _session: outlay(propose="set_budget")
    chat = Chat(watson)
    assert chat.say("set a budget of 200").outcome is Outcome.CLARIFY
    asked = len(server.of("message"))
    assert chat.say("groceries").outcome is Outcome.PROPOSED
    assert len(server.of("message")) == asked


def test_there_are_three_suggestions(server, watson):
    assert len(Chat(watson).say("hello").suggestions) == 3


def test_choosing_a_suggestion_answers_the_original_question(server, watson):
    chosen = {"input": {"text": "Spending", "suggestion_id": "s-1"}}
    asked = [{"response_type": "suggestion", "title": "Did you mean:", "suggestions": [{"label": "Spending", "value": chosen}]}]
    server.say = lambda text, _session: outlay(tool="spending") if text == "Spending" else asked
    chat = Chat(watson)
    chat.say("groceries last month?")
    assert "65.50" in str(chat.say("Spending").blocks)


def test_conversations_share_a_client_without_mixing(server, watson):
    server.say = lambda text, session: [{"response_type": "text", "text": f"{text} {session.variables['outlay_currency']}"}]

    def talks(number: int) -> list[str]:
        chat = Chat(watson, user_id=f"user-{number}", currency="EUR" if number % 2 else "USD")
        return [texts_of(chat.say(f"{number} {turn}")) for turn in range(5)]

    with ThreadPoolExecutor(8) as pool:
        heard = list(pool.map(talks, range(24)))
    assert heard == [[f"{number} {turn} {'EUR' if number % 2 else 'USD'}" for turn in range(5)] for number in range(24)]
    assert len(server.of("token")) == 1
    assert len(server.of("create_session")) == 24


def test_no_cookie_of_watson_is_kept(server, watson):
    Chat(watson).say("one")
    Chat(watson).say("two")
    assert not any("Cookie" in request.headers for request in server.requests)


def test_an_empty_answer_says_that_it_was_not_understood(server, watson) -> None:
    server.say = lambda _text, _session: []
    reply = Chat(watson).say("hello")
    assert reply.outcome is Outcome.DECLINED
    assert texts_of(reply)
