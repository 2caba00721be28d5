"""The whole tree, bench programs too, compiles under clang, warnings as errors, in a build folder of its own."""
import os
import subprocess


def check(tree):
    folder = tree.root / "build-clang"
    if not (folder / "build.ninja").exists():
        setup = subprocess.run(["meson", "setup", str(folder), "--buildtype=debugoptimized"], cwd=tree.root, capture_output=True, text=True,
                               env={**os.environ, "CC": "ccache clang" if has("ccache") else "clang"})
        if setup.returncode:
            yield f"meson.build:1: meson setup with clang failed: {setup.stdout.strip().splitlines()[-1]}"
            return
    done = subprocess.run(["ninja", "-C", str(folder), "-k", "0", "all", "bench"], capture_output=True, text=True)
    if done.returncode:
        lines = [line.replace("../", "", 1) for line in done.stdout.split("\n") if " error: " in line]
        yield from sorted(set(lines)) or [f"build-clang: ninja failed: {done.stdout.strip().splitlines()[-1]}"]


def has(program):
    return any(os.access(os.path.join(p, program), os.X_OK) for p in os.environ["PATH"].split(":"))
