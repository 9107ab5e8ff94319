"""What is worth telling, to whom and when; standard library and money alone."""
