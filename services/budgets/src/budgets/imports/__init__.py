"""Imports: one summary of what an import exceeded, instead of one alert after another."""
