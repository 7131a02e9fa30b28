"""Pages of the website: the documentation, for who is logged in."""
