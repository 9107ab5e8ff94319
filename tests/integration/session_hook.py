"""A hook for schemathesis: it sends the session in OUTLAY_SESSION with each request, as a header, which its command line cannot."""

from __future__ import annotations

import os
from typing import Any

import schemathesis


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    name, value = os.environ["OUTLAY_SESSION"].split("=", 1)
    case.cookies = {**(case.cookies or {}), name: value}
    # The document says that a token may come here, so one is made up; it would go before the cookie.
    case.headers = {key: text for key, text in (case.headers or {}).items() if key.lower() != "authorization"}
