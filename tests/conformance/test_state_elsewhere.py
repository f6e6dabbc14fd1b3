"""A remote whose state is in a folder keeps to the protocol."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from setwright.remotes.memory import MemoryRemote
from setwright.remotes.state_elsewhere import with_state_in
from setwright.state.folder import FolderStates
from tests.conformance.remotes import Filled, RemoteConformance
from tests.conformance.test_memory import filling


class TestStateInAFolder(RemoteConformance):
    @pytest.fixture
    def filled(self, tmp_path: Path) -> Filled:
        memory = MemoryRemote()
        states = FolderStates(tmp_path / "state", lambda: datetime.now(UTC))
        return filling(memory, with_state_in(memory, states))
