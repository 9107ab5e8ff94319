"""Logs: one JSON object per line, with the request's and trace's ids."""

from __future__ import annotations

import json
import logging
import sys
import time
import warnings
from typing import Any

from chassis.runtime import context

SECURITY_LOGGER = "outlay.security"
"""The logger of the audit log, whose lines are written at every log level."""

# json.dumps with options makes a new encoder on each call.
_ENCODE = json.JSONEncoder(default=str, ensure_ascii=False).encode
_LEVELS = {"connexion": logging.ERROR, "opentelemetry": logging.CRITICAL, "pika": logging.CRITICAL}
"""These libraries log every failed batch and connection attempt; `otlp` and `rabbitmq` log a failure once."""
_TALKATIVE = (
    "urllib3",
    "requests",
    "ibm-cloud-sdk-core",
    "ibm_botocore",
    "ibm_boto3",
    "ibm_s3transfer",
    "sqlalchemy",
    "python_http_client",
)
"""At the level debug these log requests with headers, tokens and signatures, or statements with values."""
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonFormatter(logging.Formatter):
    """Formats a record with everything in `extra`."""

    def format(self, record: logging.LogRecord) -> str:
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        line: dict[str, Any] = {
            "at": f"{stamp}.{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        trace = context.current.get()
        if trace is not None:
            line |= {"request_id": trace.request_id, "trace_id": trace.trace_id}
        line |= {key: value for key, value in vars(record).items() if key not in _STANDARD}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return _ENCODE(line)


def configure_logs(level: str) -> None:
    """Send all logs to standard error as JSON. Called once, by a composition root."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    logging.getLogger(SECURITY_LOGGER).setLevel(logging.INFO)  # kept at any log level
    # A library's use of deprecated features concerns developers, whose tests turn it into an error.
    warnings.filterwarnings("ignore", message="Using `httpx` with `starlette.testclient`")
    # The middleware logs each request; these would repeat it, or log a response as an incident.
    for name in (
        "uvicorn.access",
        "uvicorn.error",
        "httpx",
        "httpcore",
        "connexion",
        "alembic",
        "opentelemetry",
        "pika",
        *_TALKATIVE,
    ):
        logging.getLogger(name).setLevel(_LEVELS.get(name, logging.WARNING))
