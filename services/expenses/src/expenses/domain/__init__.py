"""The rules of expenses; knows the standard library and `money` alone."""
