"""Reads questions about money in five languages, without a network: words, periods, amounts and names become a Reading."""
