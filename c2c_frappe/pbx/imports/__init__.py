"""A file of call records: what its columns and rows mean."""
