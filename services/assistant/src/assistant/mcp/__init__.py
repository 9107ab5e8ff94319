"""The tools for other assistants, by the Model Context Protocol: over HTTP at /mcp, and over stdio as `outlay mcp`.

Nothing here imports the package `mcp` before the first request: that takes a second. `endpoint` and `access` are the ways in.
"""
