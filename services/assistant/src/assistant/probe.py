"""Checks the connection to the gateway."""

from __future__ import annotations

import httpx

from chassis.runtime.probes import Probe, ProbeError


def gateway_probe(address: str, api: httpx.Client) -> Probe:

    def try_it() -> str:
        try:
            answer = api.get("/api/v1/openapi.json")
        except httpx.TransportError as error:
            message = (
                f"OUTLAY_API_URL: nothing answers at {address}: {type(error).__name__}; is `python -m gateway serve` started there?"
            )
            raise ProbeError(message) from error
        if answer.status_code == httpx.codes.MISDIRECTED_REQUEST:
            raise ProbeError(f"OUTLAY_URL: the gateway at {address} has another OUTLAY_URL; give both the same")
        if not answer.is_success or "/expenses" not in answer.text:
            raise ProbeError(f"OUTLAY_API_URL: the server at {address} is not an Outlay gateway")
        return f"the gateway at {address} answers"

    return Probe("gateway", try_it, processes=frozenset({"serve"}))
