"""The pure core: numbers, policy, providers, what an answer means. Imports without Frappe, touches no database."""
