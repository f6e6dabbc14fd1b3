"""Dataset managers as setwright sees them: one protocol, and the remotes that keep it."""
