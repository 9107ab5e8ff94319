"""Reading CSV files as banks and other trackers write them."""
