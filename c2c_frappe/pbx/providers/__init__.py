"""A brand's API: one folder each, with all a vendor needs."""
