"""The rules of budgets: plain Python, free of any framework and store."""
