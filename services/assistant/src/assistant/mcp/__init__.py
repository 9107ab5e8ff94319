"""The tools for other assistants over the Model Context Protocol: HTTP at /mcp, and stdio as `outlay mcp`.

`endpoint` and `access` do not import the package `mcp` before the first request, since that takes a second.
"""
