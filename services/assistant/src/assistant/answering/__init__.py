"""Answers what was understood, with the tools: one module for each kind of question."""
