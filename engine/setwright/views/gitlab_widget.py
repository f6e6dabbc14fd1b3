"""A plan as GitLab's merge request widget reads it, from an artifact of the kind `terraform`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from setwright.plan.document import PlanDocument


def render(document: PlanDocument) -> str:
    """How many datasets would be made, changed and deleted. What only the state notes down is not counted."""
    counts = document.summary
    return json.dumps({"create": counts.add, "update": counts.change, "delete": counts.destroy}) + "\n"
