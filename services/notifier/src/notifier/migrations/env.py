"""Runs the migrations."""

from chassis.storage.migrations import run_environment
from notifier.adapters.sql import metadata

run_environment(metadata)
