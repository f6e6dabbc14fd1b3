"""Datasets as code for computer vision: plan, review and apply versioned training sets."""

__version__ = "0.1.0"
