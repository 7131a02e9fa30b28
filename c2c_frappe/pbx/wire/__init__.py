"""What crosses the network: requests, responses, sockets, and the addresses that may be reached."""
