"""What site tests stand on: a site set up for them, and only what is their own put back. Holds no test."""
