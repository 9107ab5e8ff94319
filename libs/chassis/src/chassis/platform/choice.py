"""Chooses the binding for each setting: by OUTLAY_BINDINGS, by its name, or as the only one of its kind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from chassis.platform.addresses import keys_of, parts_of
from chassis.platform.binding import Binding, BindingError, Bound
from chassis.platform.kinds import KINDS, kind_of

SETTING = "OUTLAY_BINDINGS"
_FORM = (
    f"{SETTING}: must be <binding>=<setting>, several with commas between; <binding>/<part>=<setting> names a database or bucket"
)
_STANDALONE = "cos:"
"""An address that is given directly and needs keys from a binding."""


@dataclass(frozen=True)
class _Mapping:
    """One entry of OUTLAY_BINDINGS: a binding, what is meant within it, and the setting that it is for."""

    binding: str
    inside: str
    setting: str


def bound_values(
    names: Iterable[str], wants: Mapping[str, Bound], bindings: Sequence[Binding], *, given: Mapping[str, str], choice: str
) -> tuple[dict[str, str], list[str]]:
    """Return the settings that bindings give, and a sentence for each problem.

    `names` are all settings that are asked for, `wants` says what some of them may be bound to, `given` has those that have a value
    anyway, `choice` is OUTLAY_BINDINGS.
    """
    try:
        mappings = list(_mappings(choice, bindings))
    except BindingError as error:
        return {}, [str(error)]
    known = _Known(bindings, mappings, given)
    values: dict[str, str] = {}
    problems: list[str] = []
    for kind in {bound.kind: None for bound in wants.values()}:
        called = {bound.part: name for name, bound in wants.items() if bound.kind == kind}
        try:
            parts = known.parts(kind, called, wants[called["address"]].own)
        except BindingError as error:
            problems.append(str(error))
            continue
        values |= {called[part]: value for part, value in parts.items() if part in called and called[part] not in given}
    return values | _by_key(names, bindings, {**given, **values}), problems


@dataclass(frozen=True)
class _Known:
    """The known bindings."""

    bindings: Sequence[Binding]
    mappings: Sequence[_Mapping]
    given: Mapping[str, str]

    def parts(self, kind: str, called: Mapping[str, str], own: str) -> Mapping[str, str]:
        """Return what the binding for settings of one kind gives; `called` says how the setting of each part is called."""
        address = called["address"]
        if address in self.given and not self._lacks_keys(called):
            return {}
        mapping = next((mapping for mapping in self.mappings if mapping.setting == address), None)
        binding = self._mapped(kind, mapping) if mapping else self._only(kind, address)
        if binding is None:
            return {}
        try:
            if address in self.given:
                return keys_of(kind, binding.credentials)
            return parts_of(kind, binding.credentials, inside=mapping.inside if mapping else "", own=own)
        except BindingError as error:
            raise BindingError(f"{address}: the binding {binding} {error}") from None

    def _lacks_keys(self, called: Mapping[str, str]) -> bool:
        return self.given[called["address"]].startswith(_STANDALONE) and not any(
            name in self.given for part, name in called.items() if part != "address"
        )

    def _mapped(self, kind: str, mapping: _Mapping) -> Binding:
        binding = next(binding for binding in self.bindings if binding.called(mapping.binding))
        found = kind_of(binding)
        if found not in ("", kind):
            message = f"{SETTING}: gives {mapping.setting} the binding {binding}, which is {KINDS[found]} and not {KINDS[kind]}"
            raise BindingError(message)
        return binding

    def _only(self, kind: str, setting: str) -> Binding | None:
        right = [binding for binding in self.bindings if kind_of(binding) == kind]
        named = [binding for binding in right if binding.has_name_or_tag(setting)]
        taken = {mapping.binding for mapping in self.mappings if mapping.setting != setting}
        found = named or [binding for binding in right if not any(binding.called(name) for name in taken)]
        if len(found) > 1:
            names = ", ".join(str(binding) for binding in found)
            message = (
                f"{setting}: could be any of these bindings of {KINDS[kind]}: {names}; "
                f"say which by {SETTING}, such as {SETTING}={found[0].name}={setting}"
            )
            raise BindingError(message)
        return found[0] if found else None


def _mappings(choice: str, bindings: Sequence[Binding]) -> Iterator[_Mapping]:
    for entry in filter(None, (part.strip() for part in choice.split(","))):
        what, equals, setting = (part.strip() for part in entry.rpartition("="))
        name, _slash, inside = what.partition("/")
        if not equals or not name or not setting:
            raise BindingError(_FORM)
        if not any(binding.called(name) for binding in bindings):
            names = ", ".join(binding.name for binding in bindings) or "nothing"
            raise BindingError(f"{SETTING}: names {name!r}, which is not bound; bound is: {names}")
        yield _Mapping(name, inside, setting)


def _by_key(names: Iterable[str], bindings: Sequence[Binding], given: Mapping[str, str]) -> dict[str, str]:
    """Return credentials named like settings, as in user-provided services."""
    found: dict[str, str] = {}
    for binding in bindings:
        for name in set(names) - given.keys() - found.keys():
            value = binding.credentials.get(name)
            if isinstance(value, str) and value:
                found[name] = value
    return found
