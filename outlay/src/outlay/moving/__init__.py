"""Moving house: everything that all services keep, into one file and out of it again, whatever the stores."""
