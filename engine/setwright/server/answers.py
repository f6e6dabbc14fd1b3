"""How the server says no, in the form that LayerNext's SDK reads."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse

from setwright.model.errors import LakeBusyError, LakeError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from logging import Logger

    from setwright.model.errors import SetwrightError

_NAMES = {
    400: "BadRequestError",
    401: "UnauthorizedError",
    403: "ForbiddenError",
    404: "NotFoundError",
    405: "MethodNotAllowedError",
    406: "NotAcceptableError",
    409: "ConflictError",
    413: "PayloadTooLargeError",
    422: "UnprocessableEntityError",
    429: "TooManyRequestsError",
    500: "InternalServerError",
    503: "ServiceUnavailableError",
}

NO_STORE = {"Cache-Control": "no-store"}
"""Much is read with GET and a body, which no cache may answer."""


class Refused(Exception):
    """A request that is not carried out. `message` is for its sender, and holds no secret.

    `kind` names why, for programs, where the status does not say it.
    """

    def __init__(self, status: int, message: str, kind: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.kind = kind


class RoleMissing(Refused):
    """A key that may not do what it was used for."""

    def __init__(self, message: str) -> None:
        # Not 403, which the SDK does not tell apart from a server that is gone.
        super().__init__(406, message, "role-missing")


def words_of(failure: SetwrightError) -> str:
    """Why something could not be done, for whoever asked for it."""
    return f"{failure.summary}. {failure.detail}".strip()


def noted(log: Logger, failure: SetwrightError) -> None:
    """Tell `log` of what whoever runs the server has to see to: its lake is damaged, or cannot be reached."""
    if isinstance(failure, LakeError) and not isinstance(failure, LakeBusyError):
        log.error("%s", json.dumps({"error": words_of(failure)}))


def error(status: int, message: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """The answer to a request that is not carried out."""
    body: dict[str, Any] = {
        "error": {"statusCode": status, "name": _NAMES.get(status, "Error"), "message": message}
    }
    return JSONResponse(body, status, headers={**NO_STORE, **(headers or {})})
