"""Bound services of a platform, read as settings: Cloud Foundry, Code Engine, servicebinding.io.

A setting given directly or as a file overrides a binding.
"""

from chassis.platform.binding import Binding, BindingError, Bound
from chassis.platform.choice import bound_values
from chassis.platform.sources import read_bindings

__all__ = ["Binding", "BindingError", "Bound", "bound_values", "read_bindings"]
