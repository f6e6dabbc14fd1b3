"""Object stores, such as S3: their addresses, how one is opened, and what to tell people of their errors.

Needs the extra `objectstore`. Credentials, and an endpoint of one's own, come from where the store's own tools look for
them, such as `AWS_ACCESS_KEY_ID` and `AWS_ENDPOINT_URL`; they are never part of an address.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from setwright.model.errors import UsageError

if TYPE_CHECKING:
    from obstore.store import ObjectStore

SCHEMES: Final = ("s3", "s3a", "gs", "az", "adl", "azure", "abfs", "abfss")
"""What a location in an object store begins with, before `://`."""

_RETRIES: Final = 3
"""How often a request is repeated that found nobody, or an error of the server's, or whose answer broke off."""

_SAID = re.compile(r"(Server returned non-2xx status code: \d{3}[A-Za-z ]*).*")
_QUERY = re.compile(r"(?<=\S)\?\S+")
_USER = re.compile(r"(?<=://)[^/@\s]*@")


def opened(url: str) -> ObjectStore:
    """The objects at `url`, such as `s3://bucket/folder`, whose paths are relative to it. Nothing is asked of it yet.

    Raises:
        UsageError: the extra is not installed, or the URL names no place.
    """
    try:
        from obstore.store import from_url
    except ImportError as error:
        raise UsageError(
            "Object stores need the library obstore",
            "It is not part of the plain install.",
            'pip install "setwright[objectstore]"',
        ) from error
    try:
        # Nothing that the environment can say, such as AWS_ALLOW_HTTP, is said here: it would no longer count then.
        store: Any = from_url(url, retry_config={"max_retries": _RETRIES})
    except Exception as error:
        raise UsageError(f"Not a place in an object store: {told(url)}", f"{in_words(error)}.") from error
    return store  # type: ignore[no-any-return]


def in_words(error: Exception) -> str:
    """What the library says went wrong, in one line without a stop, and without what signs requests.

    Of a server's answer its status alone: a refusal may repeat the key and the signature that it refuses.
    """
    line = (str(error).strip().splitlines() or [type(error).__name__])[0]
    return told(_SAID.sub(r"\1", line)).strip().rstrip(".")


def told(text: str) -> str:
    """`text` without the users and the queries of URLs in it."""
    return _QUERY.sub("", _USER.sub("", text))
