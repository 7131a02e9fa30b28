"""Install and remove: custom fields, roles, the set-up steps of an admin."""
