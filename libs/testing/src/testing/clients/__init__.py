"""Programs that use Outlay as people and other programs do."""
