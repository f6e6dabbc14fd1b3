"""Downloads an export by the official SDK: URL, key, secret, id of the version, folder; runs in .venv-oracles."""

from __future__ import annotations

import sys
from pathlib import Path

PYTHON = Path(__file__).parents[2] / ".venv-oracles" / "bin" / "python"
SCRIPT = Path(__file__)

if __name__ == "__main__":
    import layernext

    url, key, secret, version, folder = sys.argv[1:]
    layernext.LayerNextClient(key, secret, url).download_dataset(version, "RAW", folder, True)
