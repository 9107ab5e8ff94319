from chassis.storage.migrations import run_environment
from expenses.tables import metadata

run_environment(metadata)
