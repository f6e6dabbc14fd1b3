"""Augmentations: what there is to ask for, and how a request is read."""
