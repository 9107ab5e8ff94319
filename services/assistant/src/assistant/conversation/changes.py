"""Acts on a yes, a no and an undo: the only place where the assistant changes anything."""

from __future__ import annotations

from dataclasses import dataclass, replace

from assistant.conversation import blocks
from assistant.conversation.model import Block, Choice, Outcome
from assistant.conversation.sentences import Sentences
from assistant.conversation.state import Made, State
from assistant.person import Person
from assistant.tools.model import ToolError
from assistant.tools.toolbox import Toolbox


@dataclass(frozen=True, slots=True)
class Acted:
    """What became of a choice."""

    outcome: Outcome
    blocks: tuple[Block, ...]
    state: State
    intent: str
    """The action, empty if there was nothing to act on."""


def act(choice: Choice, state: State, *, person: Person, tools: Toolbox, say: Sentences) -> Acted:
    """Do what was chosen. The same choice on the same state gives the same result, however often it comes."""
    if choice is Choice.CANCEL:
        return _cancel(state, say)
    if (state.pending if choice is Choice.CONFIRM else _undoable(state)) is None:
        told = say.nothing_to_confirm() if choice is Choice.CONFIRM else say.nothing_to_undo()
        return _failed(state, told)
    if not person.may_write:
        return _failed(state, say.may_not_write())
    try:
        return _confirm(state, tools, say) if choice is Choice.CONFIRM else _undo(state, tools, say)
    except ToolError as error:
        return _failed(_after_failure(choice, state, error), say.failed(str(error)))


def _confirm(state: State, tools: Toolbox, say: Sentences) -> Acted:
    assert state.pending is not None  # noqa: S101  act looked
    proposal, card = state.pending.proposal, state.pending.card
    change = tools.carry_out(proposal.id, proposal.action, proposal.parameters)
    done = blocks.card_in(card, "done", link=change.link)
    after = replace(state, pending=None, made=Made(proposal.action, dict(change.undo), done))
    return Acted(Outcome.DONE, (blocks.text(say.done(proposal.action, change.count)), done), after, proposal.action)


def _cancel(state: State, say: Sentences) -> Acted:
    if state.pending is None:
        return _failed(state, say.nothing_to_confirm())
    card = blocks.card_in(state.pending.card, "cancelled")
    shown = (blocks.text(say.cancelled()), card)
    return Acted(Outcome.CANCELLED, shown, replace(state, pending=None), state.pending.proposal.action)


def _undo(state: State, tools: Toolbox, say: Sentences) -> Acted:
    assert state.made is not None  # noqa: S101  act looked
    made = state.made
    tools.undo(made.undo)
    shown = (blocks.text(say.undone(made.action)), blocks.card_in(made.card, "undone"))
    return Acted(Outcome.UNDONE, shown, replace(state, made=None), made.action)


def _undoable(state: State) -> Made | None:
    return state.made if state.made and state.made.undo else None


def _after_failure(choice: Choice, state: State, error: ToolError) -> State:
    """Keep what can be tried again."""
    if not error.lasting:
        return state
    return replace(state, pending=None) if choice is Choice.CONFIRM else replace(state, made=None)


def _failed(state: State, told: str) -> Acted:
    return Acted(Outcome.FAILED, (blocks.text(told),), state, "")
