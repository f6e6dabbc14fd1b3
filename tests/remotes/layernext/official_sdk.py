"""Carries out, with the official SDK, each call that a line of standard input names.

A line is `[method, positional arguments, keyword arguments]` in JSON; the first line is `[URL, key, secret]`. Runs
in .venv-oracles, where the SDK is installed.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys

import layernext

url, key, secret = json.loads(sys.stdin.readline())
with contextlib.redirect_stdout(io.StringIO()):  # the SDK prints its Authorization header
    client = layernext.LayerNextClient(key, secret, url)
    for line in sys.stdin:
        method, positional, named = json.loads(line)
        getattr(client, method)(*positional, **named)
