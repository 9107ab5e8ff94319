"""Long changes that are made in steps: imports, removals of categories, changes of the home currency."""
