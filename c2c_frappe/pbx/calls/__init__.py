"""A call: its status, its events, its facts and what follows from them."""
