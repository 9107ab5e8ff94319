"""Confirms, cancels and undoes changes. Nothing else in a conversation changes the person's data."""

from __future__ import annotations

from dataclasses import dataclass, replace

from assistant.conversation import blocks
from assistant.conversation.model import Block, Choice, Outcome
from assistant.conversation.state import Made, Pending, State
from assistant.person import Person
from assistant.phrasing.book import Phrasebook
from assistant.tools.model import ToolError
from assistant.tools.toolbox import Toolbox


@dataclass(frozen=True, slots=True)
class ChoiceResult:
    """The answer to a choice, and the conversation's new state."""

    outcome: Outcome
    blocks: tuple[Block, ...]
    state: State
    intent: str
    """The action; empty if there was nothing to act on."""


def apply_choice(choice: Choice, state: State, *, person: Person, tools: Toolbox, book: Phrasebook) -> ChoiceResult:
    """Do what was chosen. The same choice on the same state has the same result, however often it is sent."""
    match choice:
        case Choice.CONFIRM if state.pending:
            return _confirm(state.pending, state, person, tools, book)
        case Choice.CANCEL if state.pending:
            return _cancel(state.pending, state, book)
        case Choice.UNDO if state.undoable:
            return _undo(state.undoable, state, person, tools, book)
        case Choice.UNDO:
            return _failed(state, book.say("conversation.nothing_to_undo"))
    return _failed(state, book.say("conversation.nothing_to_confirm"))


def _confirm(pending: Pending, state: State, person: Person, tools: Toolbox, book: Phrasebook) -> ChoiceResult:
    if not person.may_write:
        return _failed(state, book.say("conversation.may_not_write"))
    proposal = pending.proposal
    try:
        change = tools.carry_out(proposal.id, proposal.action, proposal.parameters)
    except ToolError as error:
        return _failed(replace(state, pending=None) if error.lasting else state, book.say("declines.failed", reason=str(error)))
    card = blocks.card_in(pending.card, "done", link=change.link)
    one = "_one" if proposal.action == "recategorise" and change.count == 1 else ""
    said = book.say(f"conversation.{proposal.action}_done{one}", count=change.count)
    after = replace(state, pending=None, made=Made(proposal.action, dict(change.undo), card))
    return ChoiceResult(Outcome.DONE, (blocks.text(said), card), after, proposal.action)


def _cancel(pending: Pending, state: State, book: Phrasebook) -> ChoiceResult:
    shown = (blocks.text(book.say("conversation.cancelled")), blocks.card_in(pending.card, "cancelled"))
    return ChoiceResult(Outcome.CANCELLED, shown, replace(state, pending=None), pending.proposal.action)


def _undo(made: Made, state: State, person: Person, tools: Toolbox, book: Phrasebook) -> ChoiceResult:
    if not person.may_write:
        return _failed(state, book.say("conversation.may_not_write"))
    try:
        tools.undo(made.undo)
    except ToolError as error:
        return _failed(replace(state, made=None) if error.lasting else state, book.say("declines.failed", reason=str(error)))
    shown = (blocks.text(book.say("conversation.undone")), blocks.card_in(made.card, "undone"))
    return ChoiceResult(Outcome.UNDONE, shown, replace(state, made=None), made.action)


def _failed(state: State, said: str) -> ChoiceResult:
    return ChoiceResult(Outcome.FAILED, (blocks.text(said),), state, "")
