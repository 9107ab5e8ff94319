"""The command `migrate`: explains failures, and its exit status says whether a retry can help."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from chassis.process.service import Service
from chassis.process.settings_command import AGAIN, LASTING
from chassis.runtime.probes import ProbeError
from chassis.runtime.problems import UnavailableError
from chassis.storage.migrations import HalfImportedError, SchemaTooNewError

log = logging.getLogger("outlay.migrate")


def migrate(service: Service, *, complain: Callable[[Sequence[str]], None]) -> int:
    """Bring the store to the newest schema, or say in a sentence why not; return the exit status.

    Raises:
        SchemaTooNewError, HalfImportedError: the store is not for this version, or not now.
    """
    try:
        service.migrate()
    except (SchemaTooNewError, HalfImportedError):
        raise
    except UnavailableError as error:
        return _explain(service, error, complain)
    except Exception as error:  # of a driver: a user that it refuses, a right that is missing
        status = _explain(service, error, complain)
        if status == AGAIN:
            raise
        return status
    return 0


def _explain(service: Service, error: Exception, complain: Callable[[Sequence[str]], None]) -> int:
    """Run the store's probes, which explain in a sentence what is wrong."""
    sentence, status = str(error), AGAIN
    for probe in service.probes():
        if "migrate" in probe.processes:
            try:
                probe.try_it()
            except ProbeError as trouble:
                sentence, status = str(trouble), LASTING if trouble.lasting else AGAIN
                break
            except Exception as another:  # it has no sentence for this: the first error has to do
                log.warning("cannot find out more", extra={"reason": type(another).__name__})
    complain([f"{service.name}: {sentence}"])
    return status
