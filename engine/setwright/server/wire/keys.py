"""Keys of texts, of which the text can be read again, so that nobody needs to remember them."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode


def key_of(text: str) -> str:
    """A key for a text."""
    return "t-" + urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def text_of(key: str) -> str | None:
    """The text that `key_of` made the key of; None for a key that it did not make."""
    if not key.startswith("t-"):
        return None
    try:
        return urlsafe_b64decode(key[2:] + "=" * (-len(key[2:]) % 4)).decode()
    except ValueError:
        return None
