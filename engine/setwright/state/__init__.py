"""What we last made: the binding of a project's addresses to what stands for them at the remote."""
