"""What the browser gets: a call's state, the cure of a refusal, who is calling."""
