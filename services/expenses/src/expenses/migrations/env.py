from chassis.storage.migrations import run_environment
from expenses.adapters.sql import metadata

run_environment(metadata)
