"""Export and import: everything that all services store, into one file and back, whatever the stores."""
