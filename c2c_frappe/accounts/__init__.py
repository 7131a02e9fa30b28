"""Which PBX: an account and its provider, its secrets, and whose extension is whose."""
