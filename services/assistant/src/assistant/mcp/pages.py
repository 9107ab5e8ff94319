"""The pages of the guide, as resources."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from mcp import types

from assistant.tools.manual import Manual

SCHEME = "outlay://docs/"
_KIND = "text/markdown"


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the guide."""

    name: str
    title: str
    text: str

    @property
    def uri(self) -> str:
        return SCHEME + self.name

    def described(self) -> types.Resource:
        audience = types.Annotations(audience=["user", "assistant"])
        return types.Resource(
            uri=self.uri, name=self.name, title=self.title, mime_type=_KIND, size=len(self.text.encode()), annotations=audience
        )

    def contents(self) -> types.TextResourceContents:
        return types.TextResourceContents(uri=self.uri, mime_type=_KIND, text=self.text)


@cache
def pages() -> dict[str, Page]:
    """Return all pages by URI: one for each topic of the manual, and those in the folder `guide`."""
    manual = Manual()
    passages = [(topic, manual.topic(topic, "en")) for topic in manual.topics()]
    topics = [Page(topic, passage.title, f"# {passage.title}\n\n{passage.text}\n") for topic, passage in passages]
    found = sorted((files("assistant") / "guide").iterdir(), key=lambda each: each.name)
    made = [_page(each.name.removesuffix(".md"), each.read_text("utf-8")) for each in found if each.name.endswith(".md")]
    return {page.uri: page for page in (*topics, *made)}


def _page(name: str, text: str) -> Page:
    return Page(name, text.partition("\n")[0].removeprefix("# ").strip(), text)
