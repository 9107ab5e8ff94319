"""Runs the migrations."""

from chassis.storage.migrations import run_environment
from notifier.tables import metadata

run_environment(metadata)
