from budgets.adapters.sql import metadata
from chassis.storage.migrations import run_environment

run_environment(metadata)
