"""Asterisk: its REST interface (ARI) and the events of its WebSocket."""
