"""Choosing ports, and saying who sits on one."""

import shutil
import socket
import subprocess
from pathlib import Path
from secrets import randbelow

from groove_local.trouble import CannotStart

LOOPBACK = "127.0.0.1"
FIRST, LAST = 12_000, 19_999
"""Below the ports that systems give to outgoing connections, so that a server that was killed finds its own free."""
WEED_FIRST, WEED_LAST = 20_000, 22_700
WEED_PORTS, GRPC = 5, 10_000
"""SeaweedFS takes five ports in a row here, and each of them plus 10,000 for gRPC."""
TRIES = 500
_LISTEN = "0A"
_given: set[int] = set()
"""Those that this process gave away: whoever got one may not listen on it yet."""


def is_free(port: int, host: str = LOOPBACK) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """Nobody listens on it, and nobody was given it before."""
    for _ in range(TRIES):
        port = FIRST + randbelow(LAST - FIRST)
        if port not in _given and is_free(port):
            _given.add(port)
            return port
    raise CannotStart("a server", "no free port was found on 127.0.0.1", "stop something that listens on many ports")


def free_weed_ports() -> int:
    """The first of five free ports whose gRPC neighbours are free too."""
    for _ in range(TRIES):
        base = WEED_FIRST + randbelow((WEED_LAST - WEED_FIRST) // WEED_PORTS) * WEED_PORTS
        if base not in _given and all(is_free(p) and is_free(p + GRPC) for p in range(base, base + WEED_PORTS)):
            _given.add(base)
            return base
    raise CannotStart("seaweedfs", "no free ports were found", "stop something that listens on many ports")


def require_free(port: int, host: str = LOOPBACK) -> None:
    """Refuse, naming the process if it can be known, when somebody else listens on `port`.

    Raises:
        CannotStart: the port is taken, or may not be used.
    """
    if is_free(port, host):
        return
    owner = _owner(port)
    why = f"port {port} on {host} is taken" + (f" by {owner}" if owner else "")
    raise CannotStart("the gateway", why, f"use another port: make up PORT={_next_free(port)}")


def _next_free(port: int) -> int:
    return next((p for p in range(port + 1, min(port + 100, 65_536)) if is_free(p)), 8081)


def _owner(port: int) -> str | None:
    return _owner_by_proc(port) if Path("/proc/net/tcp").exists() else _owner_by_lsof(port)


def _owner_by_proc(port: int) -> str | None:
    sockets = {f"socket:[{inode}]" for inode in _listening_inodes(port)}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if any(str(fd.readlink()) in sockets for fd in (process / "fd").iterdir()):
                return f"{(process / 'comm').read_text().strip()} (pid {process.name})"
        except OSError:  # ended meanwhile, or another user's
            continue
    return None


def _listening_inodes(port: int) -> list[str]:
    rows = [
        line.split()
        for table in ("/proc/net/tcp", "/proc/net/tcp6")
        if Path(table).exists()
        for line in Path(table).read_text().splitlines()[1:]
    ]
    return [row[9] for row in rows if row[3] == _LISTEN and int(row[1].rsplit(":", 1)[1], 16) == port]


def _owner_by_lsof(port: int) -> str | None:
    lsof = shutil.which("lsof")
    if lsof is None:
        return None
    command = [lsof, "-nP", f"-iTCP:{port}", "-sTCP:LISTEN", "-Fpc"]
    found = subprocess.run(command, capture_output=True, text=True, check=False).stdout.splitlines()  # noqa: S603 - fixed arguments
    pid = next((line[1:] for line in found if line.startswith("p")), None)
    name = next((line[1:] for line in found if line.startswith("c")), "a process")
    return f"{name} (pid {pid})" if pid else None


def share(nth: int, of: int) -> None:
    """Keep to the nth of so many equal parts of the ranges: for processes that choose ports at the same time."""
    global FIRST, LAST, WEED_FIRST, WEED_LAST
    size, weed = (LAST + 1 - FIRST) // of, (WEED_LAST - WEED_FIRST) // of
    FIRST, LAST = FIRST + nth * size, FIRST + (nth + 1) * size - 1
    WEED_FIRST, WEED_LAST = WEED_FIRST + nth * weed, WEED_FIRST + (nth + 1) * weed
