"""`python -m c2c_frappe.cli` is the command `c2c-pbx`."""

from c2c_frappe.pbx.cli import main

if __name__ == "__main__":
	main()
