"""The Desk's pages: timeline, connections, recordings, wrap-up and what the browser learns at boot."""
