"""Damages copies of genuine files and lets `deepclust-data verify` read them: it must answer with exit code 0 (the damage
did not touch content), 1 or 3, within 2 GiB of address space, and never panic.

    python mutate.py path/to/deepclust-data DATA_DIR [ROUNDS]
"""

import pathlib
import random
import resource
import shutil
import subprocess
import sys
import tempfile

program, data = sys.argv[1], pathlib.Path(sys.argv[2])
rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 10
sets = {
    "mnist": "mnist",
    "emnist-bymerge-subset": "emnist-bymerge-subset",
    "usps-9298": "usps/zip*",
    "usps-11000": "usps/usps_all*",
    "rcv1-subset": "rcv1/*subset*",
    "reuters-21578": "reuters21578",
    "uci-har": "har",
}
rng = random.Random(1)
outcomes: dict[int, int] = {}


def limit():
    resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))


for name, place in sets.items():
    folder, _, files = place.partition("/")
    for round in range(rounds):
        with tempfile.TemporaryDirectory() as scratch:
            copy = pathlib.Path(scratch) / folder
            shutil.copytree(data / folder, copy)
            victim = rng.choice(sorted(copy.glob(files or "*")))
            victim.chmod(0o644)
            content = bytearray(victim.read_bytes())
            kind = rng.choice(["flip", "cut", "empty", "insert", "head", "repeat"])
            at = rng.randrange(len(content))
            if kind == "flip":
                for _ in range(rng.randrange(1, 20)):
                    content[rng.randrange(len(content))] ^= rng.randrange(1, 256)
            elif kind == "cut":
                del content[at:]
            elif kind == "empty":
                content.clear()
            elif kind == "insert":
                content[at:at] = rng.randbytes(rng.randrange(1, 100))
            elif kind == "head":
                for i in range(min(64, len(content))):
                    if rng.random() < 0.2:
                        content[i] = rng.choice([0, 0xFF, rng.randrange(256)])
            else:
                content += content[at:]
            victim.write_bytes(content)
            run = subprocess.run(
                [program, "verify", name, "--data-dir", scratch],
                capture_output=True, text=True, preexec_fn=limit, timeout=300, cwd=scratch,
                env={"PATH": "/nonexistent", "RAYON_NUM_THREADS": "2"},
            )
            outcomes[run.returncode] = outcomes.get(run.returncode, 0) + 1
            if run.returncode not in (0, 1, 3) or "panicked" in run.stderr:
                sys.exit(f"{name}, {victim.name}, {kind}: exit code {run.returncode}\n{run.stderr}")
            print(f"{name:24} {kind:6} {run.returncode} {run.stderr.strip().splitlines()[:1]}")
print("exit codes:", outcomes)
