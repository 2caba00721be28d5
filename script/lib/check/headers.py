"""Every public header compiles alone under gcc and clang: it includes what it needs."""
import concurrent.futures
import subprocess

SHELVES = {"base", "codec", "crypto"}
FLAGS = ["-fsyntax-only", "-std=gnu17", "-D_GNU_SOURCE", "-Isrc", "-Wall", "-Wextra", "-Wpedantic", "-Wno-gnu-statement-expression", "-Werror", "-x", "c", "-"]


def alone(tree, compiler, path):
    done = subprocess.run([compiler, *FLAGS], input=f'#include "{path[4:]}"\n', cwd=tree.root, capture_output=True, text=True)
    if done.returncode == 0:
        return None
    first = next((line for line in done.stderr.split("\n") if "error" in line), done.stderr.strip()[:200])
    return f"{path}:1: does not compile alone under {compiler}: {first}"


def check(tree):
    public = []
    for path in tree.files("src/*/*.h"):
        module, header = path.split("/")[1:]
        if (module in SHELVES and header != "unit_test.h") or header == f"{module}.h":
            public.append(path)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for problem in pool.map(lambda job: alone(tree, *job), [(c, p) for p in public for c in ("gcc", "clang")]):
            if problem:
                yield problem
