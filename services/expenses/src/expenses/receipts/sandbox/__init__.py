"""A process of its own that opens one uploaded file, with limits on its memory, time and files.

Decoders have had security holes, and files can be made to unpack without end. In here neither can reach anything.
"""

from __future__ import annotations

MEMORY_VARIABLE = "RECEIPTS_MEMORY"
"""The environment variable with the megabytes of memory that the process may use."""
MOST_WRITTEN = 64 << 20
"""The most bytes of a file that the process may write."""
TRUNCATED = "The picture is incomplete. Upload it again."


class RefusedError(Exception):
    """The file cannot be kept. The text is a sentence for the person who uploaded it."""
