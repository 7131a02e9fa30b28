"""Whitelisted methods only: check, delegate, return. No decision is made here."""
