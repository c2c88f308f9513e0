"""`groove restore` on this machine: three servers in a new DATA, and the backup in them. `groove up` goes on there."""

import asyncio
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

from groove_local import ports
from groove_local.say import Voice
from groove_local.servers import start_all
from groove_local.services import Plan
from groove_local.settings import Settings
from groove_local.supervisor import Supervisor
from groove_local.trouble import CannotStart
from kit.nats_users import Users

ONE_SERVER = "1"
"""Of NATS, whatever the backup's installation had."""
KEPT_BY_SERVERS = ("nats", "postgres", "s3")


def run_restore(data: Path, *, folder: Path, media: Path | None, as_json: bool) -> int:
    """Gives the exit code."""
    settings, voice = Settings.from_environment(), Voice(as_json)
    ports.share(*settings.port_share)
    try:
        code = asyncio.run(_restore(data.resolve(), settings.inherited, voice, folder, media))
    except CannotStart as trouble:
        voice.complain(str(trouble), "Cannot start", **trouble.facts())
        return 1
    if code == 0:
        voice.say(f"To go on with it: make up DATA={shlex.quote(str(data))}", "restored", data=str(data))
    return code


async def _restore(data: Path, inherited: Mapping[str, str], voice: Voice, folder: Path, media: Path | None) -> int:
    left = [str(data / name) for name in KEPT_BY_SERVERS if (data / name).exists()]
    if left:
        why = f"{data} is not empty: there is {left[0]}"
        raise CannotStart("Restoring", why, "name another directory with --data, or move this one away")
    prefix = inherited.get("GROOVE_PREFIX", Plan(port=0).prefix)
    async with Supervisor(data, voice.say) as supervisor:
        users = Users.kept(data / "nats", prefix)
        addresses, children = await start_all(data, inherited, voice.say, users)
        for child in children:
            supervisor.adopt(child)
        environment = {**inherited, **addresses.environment(prefix, "provision")}
        more = ["--media", str(media)] if media else []
        command = [str(Path(sys.executable).with_name("groove")), "restore", str(folder), *more]
        command += ["--replicas", ONE_SERVER, *(["--json"] if voice.as_json else [])]
        process = await asyncio.create_subprocess_exec(*command, env=environment)
        return await process.wait()
