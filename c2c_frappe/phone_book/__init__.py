"""Whose number: which records hold a number, and which numbers a record holds."""
