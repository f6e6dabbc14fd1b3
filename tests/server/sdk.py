"""Carries out calls of the official SDK and prints what each gave, a line of JSON each; runs in .venv-oracles.

The first line of standard input is `[URL, key, secret]`; each other line `[method, positional, named]`.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys

import layernext

url, key, secret = json.loads(sys.stdin.readline())
results = []
with contextlib.redirect_stdout(io.StringIO()):
    try:
        client = layernext.LayerNextClient(key, secret, url)
        for line in sys.stdin:
            method, positional, named = json.loads(line)
            results.append(getattr(client, method)(*positional, **named))
    except BaseException as error:
        results.append({"raised": f"{type(error).__name__}: {error}"})
for result in results:
    print("\nRESULT " + json.dumps(result))  # the SDK's loggers keep the real standard output
