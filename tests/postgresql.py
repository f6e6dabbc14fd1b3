"""A real PostgreSQL for tests, where its programs are installed: in a new folder, without a port, gone afterwards."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

USER = "setwright"


def programs() -> Path | None:
    """Where `initdb` and `postgres` are, the newest ones, None where there are none."""
    found = shutil.which("initdb")
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    return Path(found).parent if found else folders[-1] if folders else None


def why_not() -> str | None:
    """Why no server can be started here, None where one can."""
    if programs() is None:
        return "PostgreSQL's programs are not installed"
    if os.name != "posix" or (os.geteuid() == 0 and shutil.which("runuser") is None):
        return "PostgreSQL does not run as root, and there is no runuser"
    return None


@contextmanager
def running() -> Iterator[str]:
    """A server with an empty database; the URL of that, for psycopg."""
    bin = programs()
    assert bin is not None
    # Not pytest's folder: a socket's path has but 107 characters.
    folder = Path(tempfile.mkdtemp(prefix="setwright-pg-"))
    as_whom: list[str] = []
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
        as_whom = ["runuser", "-u", "postgres", "--"]
    data = folder / "data"

    def run(*args: str | Path) -> None:
        done = subprocess.run(
            [*as_whom, *args], cwd=folder, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        assert done.returncode == 0, done.stdout.decode()

    try:
        run(bin / "initdb", "-D", data, "-U", USER, "--auth=trust", "-E", "UTF8", "--locale=C", "--no-sync")
        settings = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off"
        start = (bin / "pg_ctl", "-D", data, "-l", folder / "log", "-w", "-o", settings)
        run(*start, "start")
        try:
            yield f"postgresql+psycopg://{USER}@/postgres?host={folder}"
        finally:
            run(*start, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def with_pg8000(url: str) -> str:
    """The same database by the other driver."""
    base, _, folder = url.partition("?host=")
    return f"{base.replace('psycopg', 'pg8000')}?unix_sock={folder}/.s.PGSQL.5432"
