"""Events as the notifier hears them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from chassis.messaging.events import Event
from chassis.runtime.ids import uuid7
from chassis.security.encryption import Encryptor

ROOT = Path(__file__).parents[2]
ENCRYPTOR = Encryptor(bytes(range(32)))
USER = "0190f1d2-6f0e-7c3a-9d55-0a4d2c9b7e11"
OTHER = "0190f1d2-6f0e-7c3a-9d55-0a4d2c9b7e22"
ADDRESS = "maria@example.com"
NOON = datetime(2015, 1, 24, 12, tzinfo=UTC)


def encrypted_address(address: str, user_id: str = USER) -> str:
    """Return an address as auth encrypts it in events."""
    return ENCRYPTOR.encrypt(address, f"email:{user_id}")


def encrypted_token(token: str, user_id: str = USER) -> str:
    """Return the token of an emailed link as auth encrypts it in events."""
    return ENCRYPTOR.encrypt(token, f"token:{user_id}")


def an_event(kind: str, **facts: Any) -> Event:
    """Return an event as its schema shows it, with other facts where given."""
    example = json.loads((ROOT / "contracts" / "events" / f"{kind}.json").read_text("utf-8"))["examples"][0]
    example |= {"id": uuid7(), "data": {**example["data"], **facts}}
    return Event.from_json(json.dumps(example))
