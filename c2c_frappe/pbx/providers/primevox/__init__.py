"""Primevox: Click-to-Call V2, its call list and its webhooks."""
