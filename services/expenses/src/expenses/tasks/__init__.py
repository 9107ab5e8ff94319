"""Long changes that are made step by step: imports, removals of categories, changes of the home currency."""
