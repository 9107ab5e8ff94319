"""Services that a platform has bound to this process, read as settings: Cloud Foundry, Code Engine, servicebinding.io.

A setting that is given by itself or as a file goes before anything that is bound.
"""

from chassis.platform.binding import Binding, BindingError, Bound
from chassis.platform.choice import bound_values
from chassis.platform.sources import read_bindings

__all__ = ["Binding", "BindingError", "Bound", "bound_values", "read_bindings"]
