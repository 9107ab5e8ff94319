"""A book and its members. Other services keep its contents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

OWNER = "owner"


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who may work in a book."""

    user_id: str
    role: str
    """OWNER; there is no other yet."""


@dataclass(frozen=True, slots=True)
class Book:
    """A book, kept in the document of its owner, whose id it has."""

    id: str
    members: tuple[Member, ...]
    version: int = 1

    @classmethod
    def owned_by(cls, user_id: str) -> Book:
        """Return the book that a person has from the beginning."""
        return cls(user_id, (Member(user_id, OWNER),))

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Book:
        """Read what `to_json` wrote, in this version or a newer one, which may write more."""
        members = tuple(Member(member["user_id"], member["role"]) for member in body["members"])
        return cls(body["id"], members, body["version"])

    def to_json(self) -> dict[str, Any]:
        """Return the book for the document and for events."""
        return {"id": self.id, "version": self.version, "members": [asdict(member) for member in self.members]}

    def has_member(self, user_id: str) -> bool:
        """Say whether somebody may work in it."""
        return any(member.user_id == user_id for member in self.members)
