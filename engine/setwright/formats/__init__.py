"""Readers of what people have and writers of what trainers want: one module a format."""
