from budgets.tables import metadata
from chassis.storage.migrations import run_environment

run_environment(metadata)
