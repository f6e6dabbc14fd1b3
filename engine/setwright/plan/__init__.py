"""What would change, and why: values that are complete when they are made."""
