"""What an assistant can do: a client of the public API, with the rights of the person who asks."""
