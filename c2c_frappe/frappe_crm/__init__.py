"""Frappe CRM's own pages: their buttons call through this app, and what they show of calls is ours."""
