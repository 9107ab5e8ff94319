"""Services that a platform has bound to this process, read as settings: Cloud Foundry, Code Engine, servicebinding.io.

A setting that is given by itself or as a file goes before anything that is bound.
"""

from chassis.bindings.binding import Binding, BindingError, Bound
from chassis.bindings.choice import bound_values
from chassis.bindings.sources import read_bindings

__all__ = ["Binding", "BindingError", "Bound", "bound_values", "read_bindings"]
