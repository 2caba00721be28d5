"""The part register: how the register grows. For each size: a country of so many people is loaded into an empty installation; then what finding somebody
costs, and a login at a service, and what it takes on disk and in memory."""
import json
import os
import pathlib
import shutil
import subprocess
import time

import sign_in as base

SIZES = (100_000, 1_000_000, 10_000_000)
NATION = 54_340_000  # activated accounts of the model
BYTES_EACH = 750  # of disk: 622 were measured at ten million, and the log and a sorted index stand beside them for a while
LOGINS_A_SECOND = 100
PEOPLE = 400


def folder_mb(folder):
    return sum(path.stat().st_size for path in pathlib.Path(folder).rglob("*") if path.is_file()) / 1e6


def space_needed(people):
    return people * BYTES_EACH


def refuse_without_space(run, people):
    need, free = space_needed(people), shutil.disk_usage(run.folder).free
    said = f"{people:,} people need {need / 1e9:.1f} GB in {run.folder}; {free / 1e9:.1f} GB are free"
    if free < need:
        raise SystemExit(f"{said}: name another disk with --data")
    run.note(said)


def load(run, people, data):
    """danh synth, people alone; seconds, seconds of a core, and the most memory it held."""
    began = time.monotonic()
    process = subprocess.Popen([base.BUILD / "danh", "synth", "--people", str(people), "--seed", "1", "--data", data, "--json"], stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"danh synth ended with {process.returncode}")
    return time.monotonic() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def measure_size(run, server_of, free_port, people):
    title, data = f"{people / 1e6:g} million people", run.folder / f"register-{people}"
    since = run.calibrate()
    seconds, processor, memory = load(run, people, data)
    run.calibrate()
    whole = 300 if people == 10_000_000 else None
    run.add(f"{title}: loaded in", round(seconds, 1), f"s; {people / seconds:.0f} a second, {processor * 1e6 / people:.1f} us of a core each", since, whole)
    run.add("  on disk", round(folder_mb(data)), f"MB; {folder_mb(data) * 1e6 / people:.0f} bytes each", -1)
    run.add("  most memory while loading", round(memory), "MB", -1)
    since = run.calibrate()
    asked = json.loads(subprocess.run([base.BUILD / "bench" / "bench_register", data, str(PEOPLE)], check=True, capture_output=True, text=True).stdout)
    run.calibrate()
    big = people == 10_000_000
    for name, text, reach in (("look_up", "a person by number", 1), ("search_whole_name", "first page of a search by whole name, no marks", 50),
                              ("search_two_words", "first page of a search by surname and given name", 50)):
        first, again = asked[f"{name}_first"], asked[f"{name}_again"]
        run.add(f"  {text}", round(first["p50_us"] / 1000, 3),
                f"ms p50, p99 {first['p99_us'] / 1000:.2f}; asked again {again['p50_us'] / 1000:.3f}, {again['p99_us'] / 1000:.2f}", since, reach if big else None)
    bench = base.Bench(run)
    ours = base.Ours(run, server_of, free_port, data=data, sessions=asked["sessions"])
    try:
        time.sleep(1)
        run.add("  resident memory, idle, server and signer", base.rss_mb(ours.pids()), "MB", -1, 64 if big else None)
        text = base.login(ours, ours.people())
        since = run.calibrate()
        got = bench.load(ours, text, seconds=4, per_s=LOGINS_A_SECOND)
        run.calibrate()
        run.add(f"  login at a service, {LOGINS_A_SECOND} a second", got["p50_ms"], f"ms p50; p99 {got['p99_ms']} ms", since)
    finally:
        ours.stop()
        shutil.rmtree(data)


def measure(run, server_of, free_port, is_nation):
    sizes = (NATION,) if is_nation else SIZES
    refuse_without_space(run, max(sizes))
    for people in sizes:
        measure_size(run, server_of, free_port, people)
