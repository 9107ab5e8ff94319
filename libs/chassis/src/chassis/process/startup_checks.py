"""Startup checks of a service, and the probes of `check`."""

from __future__ import annotations

import logging
import threading

from chassis.process.service import Service
from chassis.runtime.probes import Probe, ProbeError
from chassis.runtime.problems import UnavailableError
from chassis.security.encryption import DecryptionError
from chassis.storage.schema import SchemaTooNewError

log = logging.getLogger("outlay.check")

_FIRST_LOOK_SECONDS = 3.0
"""How long to wait for the store before the process starts without its answer."""


def probes_of(service: Service) -> list[Probe]:
    """Return a service's own probes, and one that decrypts with its data keys what is stored."""

    def try_keys() -> str:
        try:
            service.check_keys()
        except DecryptionError as error:
            message = f"OUTLAY_DATA_KEY: something in the store is {error}; give every process the keys that it was encrypted with"
            raise ProbeError(message) from error
        except UnavailableError as error:
            raise ProbeError("encrypted values cannot be read until the store works") from error
        return "decrypts what is in the store"

    return [*service.probes(), Probe("data key", try_keys)]


def run_startup_checks(service: Service) -> None:
    """Check the store before anything is served or handled. An unreachable or unmigrated store does not prevent the start.

    Raises:
        SchemaTooNewError: if the store's schema is too new for this code.
        DecryptionError: something in it is encrypted with a data key that is not configured.
    """
    found: list[Exception] = []

    def look() -> None:
        try:
            service.check()
            service.check_keys()
        except Exception as error:
            found.append(error)

    thread = threading.Thread(target=look, name="first look", daemon=True)
    thread.start()
    thread.join(_FIRST_LOOK_SECONDS)
    for error in found:
        if isinstance(error, SchemaTooNewError | DecryptionError):
            raise error
        log.warning("the store is not ready yet; this process waits for it", extra={"reason": str(error)})
