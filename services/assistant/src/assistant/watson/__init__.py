"""Watson Assistant as the one that understands messages; what it says is rendered, what it wants to know is looked up here."""
