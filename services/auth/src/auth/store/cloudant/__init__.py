"""Documents in IBM Cloudant, or any CouchDB."""
