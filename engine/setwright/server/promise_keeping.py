"""Work at what was promised: its end is noted, and what a server that is no more has left is gone on with."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from setwright.server.jobs import state_of
from setwright.server.wire.making import make

if TYPE_CHECKING:
    from concurrent.futures import Future

    from setwright.server.service import Service

log = logging.getLogger("setwright.server")


def keep(service: Service, id: str, future: Future[Any]) -> None:
    """Write down how the work of a job ends. Where the server ends first, the next one goes on with it."""

    def note(ended: Future[Any]) -> None:
        failed = ended.cancelled() or ended.exception() is not None
        if not (failed and service.publishing.stopping):
            service.promises.ended(id, state_of(ended))

    future.add_done_callback(note)


def take_up(service: Service, id: str) -> None:
    """Go on with what another server promised, if that is no more."""
    wish = service.promises.claim(id)
    if wish is not None:
        log.info("goes on with job %s, %r", id, wish.config.name)
        keep(service, id, service.jobs.start(lambda: make(service, wish), id)[1])
