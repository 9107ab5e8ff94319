"""What was spent and earned: expenses, categories, imports, exports and summaries."""
