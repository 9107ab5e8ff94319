"""The rows of budgets: who owns them, the limits, the spending and the open crossings."""
