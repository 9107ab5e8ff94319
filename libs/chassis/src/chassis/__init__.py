"""The frame of every service: everything that is the same in all of them, and not one business word."""
