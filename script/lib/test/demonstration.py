"""A demonstration installation with its processes, for a test: started by script/lib/demonstration.sh, ended when the block ends."""
import contextlib
import json
import os
import subprocess
import types

SCRIPT = """
set -euo pipefail
. script/lib/env.sh
. script/lib/demonstration.sh
trap demonstration_stop EXIT
demonstration_create "$1" --people "$2" --seed 1 ${3:+--date "$3"}
demonstration_start "$1" 0
echo "$DEMONSTRATION_ORIGIN"
read -r || true
"""


@contextlib.contextmanager
def running(folder, people=1000, date=""):
    data = os.path.join(folder, "demo")
    process = subprocess.Popen(["bash", "-c", SCRIPT, "demonstration", data, str(people), date], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        origin = process.stdout.readline().strip()
        if not origin:
            raise RuntimeError("the demonstration did not start")
        with open(os.path.join(data, "identities.json"), encoding="utf-8") as file:
            yield types.SimpleNamespace(origin=origin, data=data, country=json.load(file))
    finally:
        process.stdin.close()
        process.wait(timeout=60)


@contextlib.contextmanager
def pilot(folder):
    """The pilot of 2024, replayed and served: its origin, and the file that says who may sign in."""
    data, printed = os.path.join(folder, "pilot"), os.path.join(folder, "pilot.json")
    with open(printed, "w", encoding="utf-8") as file:
        subprocess.run(["build/danh", "replay", "pilot-2024", "--data", data, "--json"], stdout=file, check=True)
    serve = ["build/danh", "serve", "--data", data, "--listen", "127.0.0.1:0"]
    process = subprocess.Popen(serve, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        yield types.SimpleNamespace(origin=json.loads(process.stdout.readline())["origin"], printed=printed)
    finally:
        process.terminate()
        process.wait(timeout=60)
