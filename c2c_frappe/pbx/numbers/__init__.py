"""A number: how it is read, what numbering plans know of it, and whether it may be dialed."""
