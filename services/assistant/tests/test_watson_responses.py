"""Every documented type of response of the v2 API becomes blocks."""

from __future__ import annotations

import pytest

from assistant.watson.errors import WatsonError
from assistant.watson.rendering import Rendered, rendered

FILE = "https://files.example.com/a"


def shown(*items: dict[str, object]) -> Rendered:
    return rendered({"output": {"generic": list(items)}})


def blocks_of(*items: dict[str, object]) -> list[object]:
    return [dict(block) for block in shown(*items).blocks]


def test_text() -> None:
    assert blocks_of({"response_type": "text", "text": "Hello."}) == [{"type": "text", "text": "Hello."}]


def test_text_loses_its_markup_and_shows_its_links() -> None:
    words = (
        'A <b>bold</b> word,<br>a [guide](https://example.com/guide) and <a href="https://example.com/b">more</a> &amp; **less**.'
    )
    assert blocks_of({"response_type": "text", "text": words}) == [
        {"type": "text", "text": "A bold word,\na guide and more & less."},
        {"type": "link", "label": "more", "url": "https://example.com/b"},
        {"type": "link", "label": "guide", "url": "https://example.com/guide"},
    ]


def test_scripts_are_not_shown() -> None:
    assert blocks_of({"response_type": "text", "text": "Hi<script>alert(1)</script><iframe>x</iframe>"}) == [
        {"type": "text", "text": "Hi"}
    ]


def test_control_and_direction_characters_are_removed() -> None:
    assert blocks_of({"response_type": "text", "text": "a\x00\x1b[31m\u202eb\u200b"}) == [{"type": "text", "text": "a[31mb"}]


def test_options() -> None:
    item = {
        "response_type": "option",
        "title": "Which?",
        "description": "Choose.",
        "preference": "button",
        "options": [{"label": "Last month", "value": {"input": {"text": "last month"}}}, {"label": "This month", "value": {}}],
    }
    assert blocks_of(item) == [
        {"type": "text", "text": "Choose."},
        {
            "type": "options",
            "title": "Which?",
            "options": [{"label": "Last month", "text": "last month"}, {"label": "This month", "text": "This month"}],
        },
    ]
    assert shown(item).asks


def test_suggestions_keep_watsons_input() -> None:
    one, other = ({"input": {"text": "spend", "suggestion_id": name}} for name in ("a", "b"))
    found = shown(
        {
            "response_type": "suggestion",
            "title": "Did you mean:",
            "suggestions": [{"label": "Spending", "value": one}, {"label": "Spending by payee", "value": other}],
        }
    )
    assert [option["text"] for option in found.blocks[0]["options"]] == ["spend", "Spending by payee"]
    assert found.inputs["Spending by payee"]["suggestion_id"] == "b"


def test_a_pause_is_limited() -> None:
    assert blocks_of({"response_type": "pause", "time": 60_000, "typing": True}) == [
        {"type": "pause", "milliseconds": 3000, "typing": True}
    ]
    assert blocks_of({"response_type": "pause", "time": -5}) == [{"type": "pause", "milliseconds": 0, "typing": False}]


def test_an_image() -> None:
    item = {"response_type": "image", "source": f"{FILE}.png", "title": "A chart", "alt_text": "A chart of May"}
    assert blocks_of(item) == [{"type": "image", "url": f"{FILE}.png", "alternative": "A chart of May"}]


@pytest.mark.parametrize("kind", ["audio", "video", "iframe"])
def test_media_and_frames_become_links(kind: str) -> None:
    item = {"response_type": kind, "source": FILE, "title": "A tour", "description": "Two minutes."}
    assert blocks_of(item) == [{"type": "text", "text": "Two minutes."}, {"type": "link", "label": "A tour", "url": FILE}]
    assert blocks_of({"response_type": kind, "source": FILE}) == [{"type": "link", "label": "files.example.com", "url": FILE}]


def test_a_search() -> None:
    result = {
        "id": "1",
        "title": "Import",
        "body": "How to <em>import</em> a file.",
        "url": FILE,
        "result_metadata": {"confidence": 0.9},
    }
    other = {"id": "2", "body": "Without a title", "url": "http://example.com", "result_metadata": {}}
    assert blocks_of(
        {"response_type": "search", "header": "I found:", "primary_results": [result], "additional_results": [other]}
    ) == [
        {
            "type": "search",
            "title": "I found:",
            "results": [
                {"title": "Import", "text": "How to import a file.", "url": FILE},
                {"title": "Without a title", "text": "Without a title", "url": ""},
            ],
        }
    ]


def test_a_conversational_search() -> None:
    cited = {"title": "Guide", "text": "the guide", "body": "The guide says so.", "ranges": []}
    found = blocks_of(
        {
            "response_type": "conversational_search",
            "text": "You can.",
            "citations_title": "From",
            "citations": [cited],
            "search_results": [],
            "confidence_scores": {},
            "response_length_option": "moderate",
            "disclaimer": "Made by a model.",
        }
    )
    assert found == [
        {"type": "text", "text": "You can."},
        {"type": "search", "title": "From", "results": [{"title": "Guide", "text": "The guide says so.", "url": ""}]},
        {"type": "text", "text": "Made by a model."},
    ]


def test_connect_to_agent() -> None:
    assert blocks_of({"response_type": "connect_to_agent", "agent_unavailable": {"message": "Write to help@example.com."}}) == [
        {"type": "agent", "text": "Write to help@example.com."}
    ]
    found = shown({"response_type": "connect_to_agent", "topic": "x", "message_to_human_agent": "secret"})
    assert found.gives_up
    assert "nobody is available here" in found.blocks[0]["text"]


def test_channel_transfer() -> None:
    item = {
        "response_type": "channel_transfer",
        "message_to_user": "Go on there:",
        "transfer_info": {"target": {"chat": {"url": FILE}}},
    }
    assert blocks_of(item) == [
        {"type": "agent", "text": "Go on there:"},
        {"type": "link", "label": "files.example.com", "url": FILE},
    ]


def test_user_defined_for_others_is_ignored() -> None:
    assert shown({"response_type": "user_defined", "user_defined": {"carousel": []}}) == Rendered()


def test_user_defined_for_outlay() -> None:
    found = shown(
        {"response_type": "text", "text": "So:"}, {"response_type": "user_defined", "user_defined": {"outlay": {"tool": "budgets"}}}
    )
    assert (found.directives, found.places) == ([{"tool": "budgets"}], [1])


def test_an_end_of_session() -> None:
    assert shown({"response_type": "end_session"}).ends


@pytest.mark.parametrize("kind", ["date", "dtmf", "speech_to_text", "text_to_speech", "start_activities", "a_kind_of_the_future"])
def test_other_types_are_ignored(kind: str) -> None:
    assert shown({"response_type": kind, "command_info": {"type": "collect"}}) == Rendered()


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JAVASCRIPT:alert(1)",
        "http://example.com",
        "data:text/html,x",
        "https://user:secret@example.com",
        "https://",
        "//example.com",
        "/expenses",
        "https://localhost",
        "https://exa mple.com",
        "https://example.com/\n",
        "https://example.com/<script>",
        "https://[::1",
        "ftp://example.com",
        "https:example.com",
        "https://example.com\\@evil.com",
        5,
        None,
        "https://e.com/" + "a" * 3000,
    ],
)
def test_an_unsafe_address_never_becomes_a_link(url: object) -> None:
    for kind in ("image", "audio", "video", "iframe"):
        assert all(block["type"] == "text" for block in shown({"response_type": kind, "source": url, "title": "A title"}).blocks)
    words = {"response_type": "text", "text": f'[click]({url}) <a href="{url}">here</a>'}
    assert all(block["type"] == "text" for block in shown(words).blocks)


def test_sizes_are_limited() -> None:
    many = {"label": "x" * 5000, "value": {"input": {"text": "y" * 5000}}}
    found = shown(
        *[{"response_type": "text", "text": "z" * 10_000}] * 50, {"response_type": "option", "title": "t", "options": [many] * 100}
    )
    assert len(found.blocks) == 20
    assert all(len(block["text"]) <= 2000 for block in found.blocks)
    options = shown({"response_type": "option", "title": "t" * 900, "options": [many] * 100}).blocks[0]
    assert len(str(options)) < 10_000
    results = [{"id": "1", "title": "t" * 9000, "body": "b" * 9000, "result_metadata": {}}] * 100
    assert (
        len(str(shown({"response_type": "search", "header": "h", "primary_results": results, "additional_results": []}).blocks))
        < 5_000
    )


@pytest.mark.parametrize("answer", [{}, {"output": None}, {"output": {"generic": None}}, {"output": {"generic": [None]}}])
def test_an_undocumented_shape_is_malformed(answer: dict[str, object]) -> None:
    with pytest.raises(WatsonError):
        rendered(answer)
