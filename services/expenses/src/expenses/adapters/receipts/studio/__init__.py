"""A process of its own that looks into one uploaded file, with a limit on its memory and its time.

Decoders of pictures have had holes, and pictures can be made to unpack without end: here neither reaches anything.
"""
