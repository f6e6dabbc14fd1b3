"""How frames are divided into train, validation and test."""
