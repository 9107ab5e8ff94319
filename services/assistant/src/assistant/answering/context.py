"""What every answer needs: the person, the tools and the phrasebook."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from assistant.conversation.model import Block, Outcome, Proposal
from assistant.person import Person
from assistant.phrasing.book import Phrasebook
from assistant.tools.toolbox import Toolbox
from assistant.understanding.calendar import Calendar
from assistant.understanding.question import Intent, Question


@dataclass(frozen=True)
class Context:
    """The context of one message."""

    person: Person
    tools: Toolbox
    book: Phrasebook
    today: Calendar
    new_id: Callable[[], str]
    found_ids: Sequence[str] = ()
    """Entries of the last answer, if the question is about "those"."""


@dataclass(frozen=True)
class Answer:
    """Blocks to show, and what follow-ups need."""

    outcome: Outcome
    blocks: Sequence[Block]
    question: Question
    suggestions: Sequence[str] = ()
    proposal: Proposal | None = None
    memory: Mapping[str, object] = field(default_factory=dict)
    """What is remembered besides the question."""

    @property
    def intent(self) -> str:
        """The documented name of the intent; for help, with its topic."""
        question = self.question
        return f"help:{question.topic}" if question.intent is Intent.HELP else question.intent.value


class DeclinedError(Exception):
    """The question cannot be answered. The message says why, in the person's language."""
