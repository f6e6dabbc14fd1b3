"""The embedded dataset manager: a catalogue in SQL that forgets nothing, and a content-addressed store of pictures."""
