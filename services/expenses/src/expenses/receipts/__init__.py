"""Receipts: the files that prove expenses. Image decoders and object store clients load when they are first needed."""
