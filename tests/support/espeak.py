"""A program named espeak-ng, for machines without it: it reads and writes as the real one does, and hums."""

import os
import shutil
import stat
import sys
from pathlib import Path

_PROGRAM = """#!{python}
import os, struct, sys, time
args = sys.argv[1:]
if "--voices" in args:
    print("Pty Language Age/Gender VoiceName File Other")
    print(" 5  en-us --/M English_(America) gmw/en-US")
    print(" 5  de    --/M German            gmw/de")
    sys.exit(0)
text = sys.stdin.buffer.read().decode()
open({said!r}, "w").write(repr((args, text)))
if "forever" in text:
    open({said!r} + ".pid", "w").write(str(os.getpid()))
    time.sleep(60)
if "slowly" in text:
    time.sleep(0.5)
if "broken" in text:
    sys.exit(3)
count = 0 if "nothing" in text else 22050 * max(1, len(text) // 15)
data = b"".join(struct.pack("<h", 9000 if n // 50 % 2 else -9000) for n in range(count))
head = b"RIFF" + b"\\xff" * 4 + b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, 22050, 44100, 2, 16)
sys.stdout.buffer.write(head + b"data" + b"\\xff" * 4 + data)
"""
"""A WAV whose lengths are placeholders, since it goes to a pipe."""


def stand_in(folder: Path, said: Path) -> None:
    """Put it there. What it was told is in `said` afterwards; told "forever", its pid is in `said.pid`."""
    program = folder / "espeak-ng"
    program.write_text(_PROGRAM.format(python=sys.executable, said=str(said)))
    program.chmod(program.stat().st_mode | stat.S_IXUSR)


def path_with_voice(folder: Path) -> str:
    """A PATH on which something speaks: the real one where it is installed."""
    if shutil.which("espeak-ng") is None:
        stand_in(folder, folder / "said")
    return f"{folder}{os.pathsep}{os.environ.get('PATH', '')}"
