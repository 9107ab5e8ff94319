"""Answers understood questions with the tools: one module for each kind of question."""
