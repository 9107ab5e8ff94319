"""What happens to a book when its owner signs up, changes the home currency or leaves."""
