"""Working a list: it is made, its entries are taken one at a time, skipped, put back. The call is an ordinary dial."""
