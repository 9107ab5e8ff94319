"""Delivery reports that mail providers post to a webhook."""
