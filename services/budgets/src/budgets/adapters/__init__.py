"""One room for each real thing that budgets are kept in."""
