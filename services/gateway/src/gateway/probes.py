"""The checks of `python -m gateway check`: are the services behind the gateway there and ready."""

from __future__ import annotations

import httpx

from chassis.runtime.probes import Probe, ProbeError

_SECONDS = 5.0


def service_probe(name: str, address: str) -> Probe:
    """Return a probe of one service: is it there, is it the right one, is it ready."""

    def probe() -> str:
        setting = f"{name.upper()}_URL"
        try:
            with httpx.Client(base_url=address, timeout=_SECONDS) as client:
                document = client.get("/openapi.json").raise_for_status().json()
                ready = client.get("/readyz").is_success
        except httpx.TransportError as error:
            message = f"{setting}: nothing answers at {address}: {type(error).__name__}; is {name} running there?"
            raise ProbeError(message) from error
        except (httpx.HTTPError, ValueError) as error:
            raise ProbeError(f"{setting}: what responds at {address} is not a service of Outlay") from error
        if name not in str(document.get("info", {}).get("title", "")).lower():
            raise ProbeError(f"{setting}: at {address} is another service: {document.get('info', {}).get('title', 'unnamed')}")
        if not ready:
            raise ProbeError(f"{setting}: {address} responds but is not ready; run `python -m {name} check` there to see why")
        return f"{address} responds and is ready"

    return Probe(name, probe)
