"""Makes the adapter from the settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.understanding.languages import language_of
from assistant.watson.adapter import Watson
from assistant.watson.client import WatsonClient
from assistant.watson.context import pseudonym

if TYPE_CHECKING:
    from assistant.watson.settings import WatsonSettings
    from chassis.runtime.ids import Ids
    from chassis.security.encryption import Encryptor


def watson_of(settings: WatsonSettings, encryptor: Encryptor, ids: Ids) -> Watson:
    """Return the adapter; nothing is connected yet. The encryptor's key makes the names under which Watson counts people."""
    language_of("", ())  # reads the words of all languages now: who waits for the first message gives up after three seconds
    return Watson(
        WatsonClient(settings),
        new_id=ids,
        pseudonym=lambda user_id: pseudonym(encryptor, user_id),
        extension=settings.watson_extension,
    )
