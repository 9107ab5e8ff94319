"""Where the files of receipts are kept: a folder or an object store."""
