"""The people who use this service and the book of expenses that each of them has."""
