"""Who asks: every route of the API names the role it wants, and none is open by mistake."""

from __future__ import annotations

import binascii
from base64 import b64decode
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Request

from setwright.server.answers import Refused, RoleMissing
from setwright.server.keys import Keyring, Role
from setwright.server.service import Service

if TYPE_CHECKING:
    from collections.abc import Callable


def service_of(request: Request) -> Service:
    """The server's service."""
    service: Service = request.app.state.service
    return service


def needs(role: Role) -> Callable[[Request], None]:
    """A dependency that lets in who may do what `role` may."""

    def check(request: Request) -> None:
        name, found = bearer(service_of(request).keys, request.headers.get("Authorization", ""))
        if found is None:
            raise Refused(401, "The key or its secret is wrong.")
        request.state.key = name
        if found < role:
            raise RoleMissing(f"This key may {found.word}; {role.word} is needed.")

    return check


def bearer(keys: Keyring, header: str) -> tuple[str, Role | None]:
    """Who an `Authorization` header says to be, and what they may do, None where it is not so.

    Raises:
        LakeError: the keys cannot be read.
    """
    name, secret = _credentials(header)
    return name, keys.role_of(name, secret)


def _credentials(header: str) -> tuple[str, str]:
    scheme, _, packed = header.partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        name, _, secret = b64decode(packed, validate=True).decode("utf-8").partition(":")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return "", ""
    return name, secret


Reader = Depends(needs(Role.READ))
Planner = Depends(needs(Role.PLAN))
Applier = Depends(needs(Role.APPLY))
Admin = Depends(needs(Role.ADMIN))

TheService = Annotated[Service, Depends(service_of)]
