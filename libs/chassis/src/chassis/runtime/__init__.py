"""What every process needs: settings, clock, ids, logs, metrics, tracing, health probes and problems."""
