"""Apache Derby made to look like Db2 to Db2's own driver: see docs/operate/stores.md for what that proves and what not."""
