"""The webhook that SendGrid posts its delivery reports to."""

from __future__ import annotations

from http import HTTPStatus

from chassis.web.request import Request, Response
from notifier.delivery_reports.sendgrid import SendGridWebhook
from notifier.delivery_reports.service import DeliveryReportService


class DeliveryReportsApi:
    """Operations on delivery reports."""

    def __init__(self, *, webhook: SendGridWebhook, reports: DeliveryReportService) -> None:
        """`webhook` verifies and reads what SendGrid posts."""
        self._webhook, self._reports = webhook, reports

    def receive_sendgrid_events(self, request: Request, *, raw: bytes) -> Response:
        self._reports.record(self._webhook.read(request.headers, raw))
        return None, HTTPStatus.NO_CONTENT, {}
