"""A click: from the browser's request to the one request that leaves for the PBX."""
