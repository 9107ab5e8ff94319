"""Turns responses of the v2 API into blocks. Nothing in them is trusted: types, sizes and addresses are checked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from assistant.conversation import blocks
from assistant.conversation.model import Block
from assistant.watson.errors import malformed
from assistant.watson.plain_text import plain, safe_url, text_and_links

MOST_BLOCKS = 20
_MOST_OPTIONS = 10
_MOST_RESULTS = 5
_MOST_LABEL = 100
_MOST_RESULT = 500
_MOST_PAUSE = 3_000
"""Milliseconds; blocks allow more, but people wait for an answer about money."""
NOBODY = "Watson Assistant would transfer you to a person now, but nobody is available here."
ELSEWHERE = "Watson Assistant would continue in another channel now."


@dataclass(slots=True)
class Rendered:
    """The blocks of an answer, and what else it says."""

    blocks: list[Block] = field(default_factory=list)
    inputs: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    """The input for Watson when the person chooses an option, by the text that choosing it sends."""
    directives: list[Mapping[str, Any]] = field(default_factory=list)
    """Watson's requests to Outlay, from `user_defined`; `places` has the position of each among the blocks."""
    places: list[int] = field(default_factory=list)
    asks: bool = False
    gives_up: bool = False
    ends: bool = False


def rendered(answer: Mapping[str, Any]) -> Rendered:
    """Render an answer of the `message` method; raises WatsonError if it is malformed."""
    output = answer.get("output")
    if not isinstance(output, dict) or not isinstance(output.get("generic", []), list):
        raise malformed()
    found = Rendered()
    for item in output.get("generic", []):
        if not isinstance(item, dict) or not isinstance(item.get("response_type"), str):
            raise malformed()
        # Other types, such as telephone keys and date pickers, have no meaning here.
        if len(found.blocks) < MOST_BLOCKS and (render := _KINDS.get(item["response_type"])):
            render(item, found)
    found.blocks = found.blocks[:MOST_BLOCKS]
    return found


def _text(item: Mapping[str, Any], found: Rendered) -> None:
    if not isinstance(item.get("text"), str):
        raise malformed()
    words, links = text_and_links(item["text"])
    if words:
        found.blocks.append(blocks.text(words))
    found.blocks += [blocks.link(label, url) for label, url in links]


def _pause(item: Mapping[str, Any], found: Rendered) -> None:
    time = item.get("time")
    if isinstance(time, bool) or not isinstance(time, int):
        raise malformed()
    found.blocks.append(blocks.pause(min(time, _MOST_PAUSE), typing=item.get("typing") is True))


def _option(item: Mapping[str, Any], found: Rendered) -> None:
    _choices(item, item.get("options"), found)


def _suggestion(item: Mapping[str, Any], found: Rendered) -> None:
    _choices(item, item.get("suggestions"), found)


def _choices(item: Mapping[str, Any], given: Any, found: Rendered) -> None:
    if not isinstance(given, list):
        raise malformed()
    shown = []
    for each in given[:_MOST_OPTIONS]:
        choice = _choice(each)
        if choice is not None:
            label, words, said = choice
            if words in found.inputs and found.inputs[words] != said:
                words = label
            found.inputs[words] = said
            shown.append((label, words))
    title = plain(item.get("title"), _MOST_LABEL * 3)
    described = plain(item.get("description"))
    if described:
        found.blocks.append(blocks.text(described))
    if shown:
        found.blocks.append(blocks.options(title, shown))
        found.asks = True
    elif title:
        found.blocks.append(blocks.text(title))


def _choice(each: Any) -> tuple[str, str, Mapping[str, Any]] | None:
    """Return the label, the text to send, and Watson's input for it."""
    if not isinstance(each, dict):
        raise malformed()
    value = each.get("value")
    said = value.get("input") if isinstance(value, dict) else None
    said = said if isinstance(said, dict) else {}
    label = plain(each.get("label"), _MOST_LABEL)
    words = plain(said.get("text"), _MOST_RESULT) or label
    return (label or words, words, said) if words else None


def _image(item: Mapping[str, Any], found: Rendered) -> None:
    url = safe_url(item.get("source"))
    title, described = plain(item.get("title"), _MOST_LABEL), plain(item.get("description"))
    alternative = plain(item.get("alt_text"), _MOST_LABEL) or title or described
    if url:
        found.blocks.append(blocks.image(url, alternative or "Image"))
    elif alternative:
        found.blocks.append(blocks.text(alternative))


def _media(item: Mapping[str, Any], found: Rendered) -> None:
    """Show audio, video and frames as links: the UI loads nothing from other servers."""
    url = safe_url(item.get("source"))
    title, described = plain(item.get("title"), _MOST_LABEL), plain(item.get("description"))
    label = title or plain(item.get("alt_text"), _MOST_LABEL) or described or url.removeprefix("https://").partition("/")[0]
    if described and described != label:
        found.blocks.append(blocks.text(described))
    if url:
        found.blocks.append(blocks.link(label, url))
    elif label:
        found.blocks.append(blocks.text(label))


def _search(item: Mapping[str, Any], found: Rendered) -> None:
    primary, additional = item.get("primary_results", []), item.get("additional_results", [])
    if not isinstance(primary, list) or not isinstance(additional, list):
        raise malformed()
    _results(plain(item.get("header"), _MOST_LABEL * 3), [*primary, *additional], found)


def _conversational_search(item: Mapping[str, Any], found: Rendered) -> None:
    _text(item, found)
    cited = item.get("citations", [])
    _results(plain(item.get("citations_title"), _MOST_LABEL), cited if isinstance(cited, list) else [], found)
    disclaimer = plain(item.get("disclaimer"))
    if disclaimer:
        found.blocks.append(blocks.text(disclaimer))


def _results(title: str, results: Iterable[Any], found: Rendered) -> None:
    shown = []
    for each in results:
        if not isinstance(each, dict):
            raise malformed()
        head, body = plain(each.get("title"), _MOST_LABEL * 2), plain(each.get("body") or each.get("text"), _MOST_RESULT)
        if head or body:
            shown.append((head or body[:_MOST_LABEL], body, safe_url(each.get("url"))))
    if shown:
        found.blocks.append(blocks.search(title, shown[:_MOST_RESULTS]))
    elif title:
        found.blocks.append(blocks.text(title))


def _connect_to_agent(item: Mapping[str, Any], found: Rendered) -> None:
    said = item.get("agent_unavailable")
    words = plain(said.get("message")) if isinstance(said, dict) else ""
    found.blocks.append(blocks.agent(words or NOBODY))
    found.gives_up = True


def _channel_transfer(item: Mapping[str, Any], found: Rendered) -> None:
    found.blocks.append(blocks.agent(plain(item.get("message_to_user")) or ELSEWHERE))
    node: Any = item
    for name in ("transfer_info", "target", "chat", "url"):
        node = node.get(name) if isinstance(node, dict) else None
    url = safe_url(node)
    if url:
        found.blocks.append(blocks.link(url.removeprefix("https://").partition("/")[0], url))
    found.gives_up = True


def _user_defined(item: Mapping[str, Any], found: Rendered) -> None:
    """Take what is meant for Outlay; the rest is for other clients of the same assistant."""
    said = item.get("user_defined")
    if not isinstance(said, dict):
        raise malformed()
    directive = said.get("outlay")
    if isinstance(directive, dict):
        found.directives.append(directive)
        found.places.append(len(found.blocks))


def _end_session(_item: Mapping[str, Any], found: Rendered) -> None:
    found.ends = True


_KINDS: Mapping[str, Callable[[Mapping[str, Any], Rendered], None]] = {
    "text": _text,
    "pause": _pause,
    "option": _option,
    "suggestion": _suggestion,
    "image": _image,
    "audio": _media,
    "video": _media,
    "iframe": _media,
    "search": _search,
    "conversational_search": _conversational_search,
    "connect_to_agent": _connect_to_agent,
    "channel_transfer": _channel_transfer,
    "user_defined": _user_defined,
    "end_session": _end_session,
}
