"""What is decided about working a list of calls: whose turn it is, what a call's end means, how often, the script."""
