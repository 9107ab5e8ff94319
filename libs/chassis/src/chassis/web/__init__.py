"""HTTP: the application, its middleware, requests, problems, validation and paging."""
