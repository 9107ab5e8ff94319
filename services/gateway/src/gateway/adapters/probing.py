"""What `python -m gateway check` tries of the services behind it."""

from __future__ import annotations

import httpx

from chassis.runtime.probes import Probe, ProbeError

_SECONDS = 5.0


def service_probe(name: str, address: str) -> Probe:
    """Return a probe of one service: is it there, is it the right one, is it ready."""

    def try_it() -> str:
        setting = f"{name.upper()}_URL"
        try:
            with httpx.Client(base_url=address, timeout=_SECONDS) as client:
                document = client.get("/openapi.json").raise_for_status().json()
                ready = client.get("/readyz").is_success
        except httpx.TransportError as error:
            message = f"{setting}: nobody answers at {address}: {type(error).__name__}; is `python -m {name} serve` started there?"
            raise ProbeError(message) from error
        except (httpx.HTTPError, ValueError) as error:
            message = f"{setting}: what answers at {address} is no service of Outlay"
            raise ProbeError(message) from error
        if name not in str(document.get("info", {}).get("title", "")).lower():
            message = f"{setting}: at {address} is another service: {document.get('info', {}).get('title', 'one without a name')}"
            raise ProbeError(message)
        if not ready:
            message = f"{setting}: {address} answers and is not ready; `python -m {name} check` there says why"
            raise ProbeError(message)
        return f"{address} answers and is ready"

    return Probe(name, try_it)
