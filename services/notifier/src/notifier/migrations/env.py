"""Runs the migrations."""

from chassis.sql.migrations import run_environment
from notifier.adapters.sql import metadata

run_environment(metadata)
