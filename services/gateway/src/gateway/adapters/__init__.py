"""The ways to reach a service: in this process, or over HTTP."""
