"""Ranks what `--profile sample:DIR` found: `python tests/bench/profiling/report.py DIR [PACKAGE...]`.

For each kind of process: the share of its CPU time spent in each function with all it calls (of ours alone), and in
each function itself.
"""

import sys
from collections import Counter, defaultdict
from pathlib import Path


def main(where: Path, most: int = 45) -> None:
    files: dict[str, list[Path]] = defaultdict(list)
    for file in sorted(where.glob("*.stacks")):
        files[file.name.rsplit(".", 2)[0]].append(file)
    for module, members in files.items():
        whole: Counter[str] = Counter()
        own: Counter[str] = Counter()
        total = 0
        for line in (line for file in members for line in file.read_text().splitlines()):
            stack, _, count = line.rpartition(" ")
            names = [frame.rpartition(":")[0] for frame in stack.split(";")]
            if any("importlib" in name or "bootstrap" in name for name in names):
                continue  # starting up
            total += int(count)
            own[names[-1]] += int(count)
            for name in set(names):
                whole[name] += int(count)
        print(f"\n== {module}: {total} samples (of about 4 ms of CPU) in {len(members)} process(es)")
        print("-- with what it calls")
        for name, count in whole.most_common(most):
            print(f"{count / total:7.1%}  {name}")
        print("-- itself")
        for name, count in own.most_common(most):
            print(f"{count / total:7.1%}  {name}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
