"""Events about budgets and imports."""

from __future__ import annotations

from notifier.alerts.service import AlertService
from notifier.incoming_event import EventHandlers


def event_handlers(alerts: AlertService) -> EventHandlers:
    return {
        "budget.near": alerts.threshold_crossed,
        "budget.exceeded": alerts.threshold_crossed,
        "budget.recovered": alerts.budget_recovered,
        "import.reviewed": alerts.import_reviewed,
        "import.undone": alerts.import_undone,
    }
