"""The tools for programs that are no conversation: questions with their parts in words, answered with figures and a sentence."""
