"""A process of its own that looks into one uploaded file, with a limit on its memory and its time.

Decoders of pictures have had holes, and pictures can be made to unpack without end: here neither reaches anything.
"""

from __future__ import annotations

MEGABYTES = "RECEIPTS_MEMORY"
"""The variable that says how much memory it may take."""
MOST_WRITTEN = 64 << 20
"""Bytes of a file that it writes."""
