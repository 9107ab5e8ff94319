from budgets.adapters.sql import metadata
from chassis.sql.migrations import run_environment

run_environment(metadata)
