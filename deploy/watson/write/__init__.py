"""Writes what is imported into watsonx Assistant: two actions files, and the document of the extension."""
