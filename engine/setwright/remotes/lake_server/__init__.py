"""A lake behind its own HTTP API: what client and server say to each other, and the client."""
