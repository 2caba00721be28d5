"""The web app: Biome's rules and TypeScript's types (which come from doc/api/openapi.yaml)."""
import subprocess


def check(tree):
    done = subprocess.run(["npm", "run", "--silent", "check"], cwd=tree.root / "web", capture_output=True, text=True)
    if done.returncode:
        yield from (f"web: {line}" for line in (done.stdout + done.stderr).strip().splitlines() if line.strip())
