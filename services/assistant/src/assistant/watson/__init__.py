"""Watson Assistant understands messages; its responses become blocks here, and Outlay looks up the figures it asks for."""
