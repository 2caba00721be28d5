#!/usr/bin/env python3
"""Measures everything and prints one table: every figure beside the machine's own limits, measured just before and after it.

usage: script/bench [--json] [--people N] [--nation] [--whole] [--data DIR] [NAME...]
names: certificates submissions writes serving sign_in replay (default: these), register, day, surge. What each figure means: bench/README.md"""
import argparse
import json
import os
import pathlib
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "bench"))
import day as day_part  # noqa: E402
import register as register_part  # noqa: E402
import sign_in as sign_in_part  # noqa: E402
import surge as surge_part  # noqa: E402

BUILD = ROOT / "build-release"
CLIENTS = 64
READERS = 8
SECONDS = 5
STARTS = 7
PAGES = {"sign-in page": "/sign-in?fresh=1", "public check page": "/check", "session": "/api/session", "own dossiers": "/api/dossiers",
         "prefilled form": "/api/procedures/lltp/form"}

READS = ["/api/session", "/api/me", "/api/dossiers", "/api/wallet", "/api/procedures/lltp/form"]
READS_PART = 0.7


def note(text):
    print(f"    {text}", file=sys.stderr, flush=True)


def program(name, *args, **more):
    """One bench program; its JSON object."""
    done = subprocess.run([BUILD / "bench" / f"bench_{name}", *map(str, args)], capture_output=True, text=True, **more)
    if done.returncode != 0 and not done.stdout:
        sys.exit(f"bench_{name}: {done.stderr.strip()}")
    return json.loads(done.stdout)


class Run:
    def __init__(self, folder, options):
        self.folder = folder
        self.people, self.is_nation, self.is_whole = options.people, options.nation, options.whole
        self.rows = []
        self.limits = []
        self.country = folder / "country"

    note = staticmethod(note)

    def calibrate(self):
        self.limits.append(program("limits", self.folder))
        return len(self.limits) - 1

    def add(self, figure, value, unit, since, reach=None, against=None):
        """A figure with the mean of the limits measured around it. against: which limit its ratio is to."""
        around = self.limits[since:]
        mean = {key: statistics.mean(one[key] for one in around) for key in around[0]}
        row = {"figure": figure, "value": value, "unit": unit, "p256_signatures_per_s": round(mean["p256_signatures_per_s"]),
               "fsyncs_per_s": round(mean["fsyncs_per_s"])}
        if reach is not None:
            row["reach"] = reach
        if against is not None:
            limit, name = against if isinstance(against, tuple) else (mean[against], against)
            row["ratio"] = round(value / limit, 4) if limit else None
            row["ratio_to"] = name
        self.rows.append(row)

    def fresh(self, name):
        """A copy of the country that may be written to."""
        copy = self.folder / name
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(self.country, copy)
        return copy


def make_country(run):
    note(f"a country of {run.people} people")
    made = subprocess.run([BUILD / "danh", "synth", "--people", str(run.people), "--seed", "1", "--data", run.country, "--json"], check=True,
                          stdout=subprocess.PIPE)
    run.identities = json.loads(made.stdout)["identities"]


# ---- certificates

def peer(run):
    """npm @signpdf/signpdf, where it is installed (script/bench installs it when it can)."""
    folder = ROOT / "bench" / "peer"
    if not (folder / "node_modules" / "@signpdf").is_dir():
        return None
    pem, p12 = run.folder / "key.pem", run.folder / "key.p12"
    quiet = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=bench", "-keyout", pem, "-out", pem],
                   **quiet)
    subprocess.run(["openssl", "pkcs12", "-export", "-legacy", "-in", pem, "-out", p12, "-passout", "pass:bench"], **quiet)
    done = subprocess.run(["node", folder / "signpdf.mjs", p12, str(SECONDS)], capture_output=True, text=True)
    if done.returncode != 0:
        note(f"the peer failed: {done.stderr.strip().splitlines()[-1] if done.stderr.strip() else done.returncode}")
        return None
    return json.loads(done.stdout)["signed_per_s_per_core"]


def certificates(run):
    since = run.calibrate()
    made = program("certificate")
    run.calibrate()
    stored = program("results", run.fresh("results"), 600)
    run.calibrate()
    ours = made["certificates_per_s"]
    whole = stored["processor_us_each"]
    run.add("certificates, two signatures", ours, "a second per core", since, 300, "p256_signatures_per_s")
    run.add("  layout", made["layout_us"], "us of a core", since)
    run.add("  two signatures", made["two_signatures_us"], "us of a core", since)
    run.add("  the rest: access, signer's log, storing", max(0, whole - made["layout_us"] - made["two_signatures_us"]), "us of a core", since)
    run.add("certificates, stored durably", stored["certificates_per_s_per_core"], "a second per core", since, 300, "p256_signatures_per_s")
    run.add("certificates, stored durably, wall time", stored["certificates_per_s"], f"a second, {stored['cores_used']} cores used", since)
    run.add("  written for each: the database's log and file, the signer's log", stored["kib_written_each"], "KiB", since)
    run.add("verification of a sealed file", made["verify_us"], "us of a core", since)
    theirs = peer(run)
    run.calibrate()
    if theirs:
        run.add("peer: npm @signpdf/signpdf, a ready page, one signature", theirs, "a second per core", since, None, (ours, "ours"))


# ---- submissions in this process

def submissions(run):
    since = run.calibrate()
    got = program("submissions", run.fresh("submissions"), SECONDS)
    run.calibrate()
    bare = got["bare_per_s"]
    run.add("bare SQLite, a submission's statements, 64 a transaction", bare, "a second", since)
    run.add("durable submissions, 64 threads, no HTTP", got["submissions_per_s"], f"a second, {got['cores_used']} cores used", since, 4000,
            (bare, "bare SQLite"))
    run.add("  processor each", got["processor_us_each"], "us of a core", since)


# ---- what the database and the ledger take

def writes(run):
    """db_write beside a bare loop, on SQLite and, where there is a cluster to be had, on PostgreSQL; then lines of the ledger."""
    since = run.calibrate()
    alone = [BUILD / "bench" / "bench_writes", run.folder]
    beside = [sys.executable, ROOT / "script/lib/postgres.py", "run", "--durable", *alone]
    done = subprocess.run(beside, capture_output=True, text=True)
    if done.returncode != 0:
        note(f"no PostgreSQL: {(done.stderr.strip().splitlines() or [done.returncode])[-1]}")
        done = subprocess.run(alone, capture_output=True, text=True, check=True)
    run.calibrate()
    got = json.loads(done.stdout.strip().splitlines()[-1])
    for key, engine in (("sqlite", "SQLite"), ("postgresql", "PostgreSQL")):
        if key in got:
            of = got[key]
            run.add(f"durable writes of {CLIENTS} clients on {engine}, to a bare loop", of["writes_to_bare"],
                    f"of it: {of['durable_writes_a_second']:.0f} and {of['bare_a_second']:.0f} a second; {of['writes_a_commit']} a commit", since, 0.6)
    since = run.calibrate()
    got = program("appends", run.fresh("appends"), SECONDS)
    run.calibrate()
    run.add("lines of the ledger, to the signed head that covers them", got["appends_per_s"], f"a second, {got['processor_us_each']} us of a core each; "
            f"durable {got['durable_per_s']:.0f} a second", since, 20000, (got["bare_per_s"], "bare SQLite"))
    run.add("  SHA-256 of 256 bytes", got["sha256_per_s"], "a second on a core; a line takes six or so", since)


# ---- the server

def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Server:
    """danh serve on a free port; ready when it has answered."""

    def __init__(self, data, core=None):
        self.port = free_port()
        began = time.monotonic()
        command = [BUILD / "danh", "serve", "--data", data, "--listen", f"127.0.0.1:{self.port}"]
        self.process = subprocess.Popen(command if core is None else sign_in_part.pinned(core, *command), stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL)
        got = program("load", "start", self.port, "/sign-in", 30000)
        self.start_ms = (time.monotonic() - began) * 1000
        self.start_processor_ms = self.processor_s() * 1000
        if got["status"] != 200:
            sys.exit("danh serve does not answer")

    def pids(self):
        """The server and its signer."""
        tasks = pathlib.Path(f"/proc/{self.process.pid}/task")
        children = [int(pid) for path in tasks.glob("*/children") for pid in path.read_text().split()]
        return [self.process.pid, *children]

    def memory_mb(self, field):
        total = 0
        for pid in self.pids():
            for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                if line.startswith(f"{field}:"):
                    total += int(line.split()[1])
        return round(total / 1024, 1)

    def processor_s(self):
        ticks = 0
        for pid in self.pids():
            fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


def cold_starts(run):
    data = run.fresh("start")
    since = run.calibrate()
    times, processor = [], []
    for _ in range(STARTS):
        server = Server(data)
        times.append(server.start_ms)
        processor.append(server.start_processor_ms)
        server.stop()
    run.calibrate()
    run.add(f"cold start to the first page, {run.people} people", round(statistics.median(times), 1), f"ms (median of {STARTS})", since, 100)
    run.add("  processor time of it, server and signer", round(statistics.mean(processor), 1), "ms of a core", since)


def memory_idle(run, server):
    time.sleep(3)
    run.add("resident memory idle, server and signer, private and shared", server.memory_mb("Rss"), "MB", -1, 40)
    run.add("  proportional (what is shared counted once)", server.memory_mb("Pss"), "MB", -1)


def read_latency(run, server, sessions):
    for name, path in PAGES.items():
        got = program("load", "read", server.port, sessions, READERS, 2, path)
        if got["failed"]:
            note(f"{path}: {got['failed']} failed, first {got['first_failure']}")
            continue
        run.add(f"GET {path} ({name}), {READERS} clients", got["p50_ms"], f"ms p50; p99 {got['p99_ms']} ms; {got['requests_per_s']} a second", -1)


def steady_reads(run, data, sessions):
    """The mix of READS at a steady rate, part of what the same server has just shown to reach; server and client on a core each."""
    rows = [f"{session.split()[0]} {READS[number % len(READS)]}" for number, session in enumerate(sessions.read_text("ascii").splitlines())]
    server = Server(data, sign_in_part.SERVER_CORE)
    try:
        text = sign_in_part.scenario(rows, sign_in_part.request(server, "GET", "{2}", ["Cookie: danh_session={1}"], before=["expect 200"]))
        bench = sign_in_part.Bench(run)
        since = run.calibrate()
        peak = bench.load(server, text, SECONDS, READERS)["flows_per_s"]
        steady = bench.load(server, text, SECONDS, CLIENTS, int(peak * READS_PART))
        run.calibrate()
    finally:
        server.stop()
    run.add(f"API reads mixed, at {READS_PART:.0%} of the {peak:.0f} a second that one core reaches", steady["p99_ms"],
            f"ms p99; p50 {steady['p50_ms']} ms, p90 {steady['p90_ms']} ms; {steady['processor_us']:.0f} us of a core each", since, 5)


def serving(run):
    cold_starts(run)
    data = run.fresh("serving")
    sessions = run.folder / "sessions"
    with open(sessions, "w", encoding="ascii") as out:
        subprocess.run([BUILD / "bench" / "bench_sessions", data, str(run.people // 4)], check=True, stdout=out)
    since = run.calibrate()
    server = Server(data)
    try:
        memory_idle(run, server)
        read_latency(run, server, sessions)
        run.calibrate()
        processor = server.processor_s()
        got = program("load", "submit", server.port, sessions, CLIENTS, SECONDS)
        processor = server.processor_s() - processor
        memory = server.memory_mb("Rss")
        run.calibrate()
    finally:
        server.stop()
    steady_reads(run, data, sessions)
    if got["failed"]:
        note(f"submissions: {got['failed']} failed, first {got['first_failure']}")
    each = processor * 1e6 / max(1, got["answered"])
    run.add(f"durable submissions over HTTP, {CLIENTS} clients", got["requests_per_s"], f"a second, {each * got['requests_per_s'] / 1e6:.2f} cores used by the server",
            since, 4000, "fsyncs_per_s")
    run.add("  latency", got["p50_ms"], f"ms p50; p99 {got['p99_ms']} ms", since)
    run.add("  processor each, server", round(each, 1), f"us of a core; the client's {got['client_processor_us_each']} us beside it", since)
    run.add("resident memory under that load, server and signer", memory, "MB", since)


# ---- sign-in, beside npm oidc-provider

def sign_in(run):
    sign_in_part.measure(run, lambda data: Server(data, sign_in_part.SERVER_CORE), free_port)


# ---- the register, by its size

def register(run):
    register_part.measure(run, lambda data: Server(data, sign_in_part.SERVER_CORE), free_port, run.is_nation)


# ---- a national day

def day(run):
    day_part.measure(run, Server, run.is_whole)


# ---- twenty times as many

def surge(run):
    surge_part.measure(run, lambda data: Server(data, sign_in_part.SERVER_CORE), free_port, run.people)


# ---- the replay

def replay(run):
    since = run.calibrate()
    data = run.folder / "replay"
    before = os.times()
    began = time.monotonic()
    done = subprocess.run([BUILD / "danh", "replay", "pilot-2024", "--data", data, "--json"], capture_output=True, text=True)
    elapsed = time.monotonic() - began
    after = os.times()
    if done.returncode != 0:
        sys.exit(f"replay: {done.stderr.strip()}")
    run.calibrate()
    got = json.loads(done.stdout)
    processor = after.children_user - before.children_user + after.children_system - before.children_system
    shutil.rmtree(data, ignore_errors=True)
    run.add(f"replay of the pilot: {got['dossiers']} dossiers, {got['returned']} certificates", round(elapsed, 1),
            f"s ({processor:.1f} s of a core)", since, 90)


def table(run):
    wide = max(len(row["figure"]) for row in run.rows)
    lines = []
    for row in run.rows:
        reach = f"reach {row['reach']}" if "reach" in row else ""
        ratio = f"{row['ratio']} of {row['ratio_to']}" if row.get("ratio") is not None else ""
        lines.append(f"{row['figure']:{wide}}  {row['value']:>9}  {row['unit']:44}  {reach:11} {ratio:34} "
                     f"P-256 {row['p256_signatures_per_s']}/s fsync {row['fsyncs_per_s']}/s")
    return "\n".join(lines)


def drift(run):
    out = {}
    for key in run.limits[0]:
        values = [one[key] for one in run.limits]
        out[key] = {"lowest": min(values), "highest": max(values), "mean": round(statistics.mean(values))}
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of the table")
    parser.add_argument("--people", type=int, default=100000)
    parser.add_argument("--data", help="folder to measure in: on the disk that counts (default: beside the build)")
    parser.add_argument("--nation", action="store_true", help=f"register: {register_part.NATION:,} people instead of up to ten million; needs "
                        f"{register_part.space_needed(register_part.NATION) / 1e9:.0f} GB")
    parser.add_argument("--whole", action="store_true", help="day: every visit of it")
    parser.add_argument("names", nargs="*", default=[])
    options = parser.parse_args()
    parts = {"certificates": certificates, "submissions": submissions, "writes": writes, "serving": serving, "sign_in": sign_in, "replay": replay}
    wanted = options.names or list(parts)
    parts |= {"register": register, "day": day, "surge": surge}  # by name only: minutes and gigabytes
    for name in wanted:
        if name not in parts:
            parser.error(f"no figure named {name}: {' '.join(parts)}")
    with tempfile.TemporaryDirectory(prefix="bench-", dir=options.data or BUILD) as folder:
        run = Run(pathlib.Path(folder), options)
        if set(wanted) - {"register", "day", "surge"}:
            make_country(run)
        load_before = os.getloadavg()[0]
        for name in wanted:
            note(name)
            parts[name](run)
        result = {"cores": os.cpu_count(), "load_before": load_before, "load_after": os.getloadavg()[0], "drift": drift(run), "figures": run.rows}
    if options.json:
        print(json.dumps(result, ensure_ascii=False, indent=1))
        return
    print(table(run))
    for key, value in result["drift"].items():
        print(f"machine: {key} {value['lowest']} to {value['highest']} over the run, mean {value['mean']}")
    print(f"machine: {result['cores']} cores, load {result['load_before']:.1f} before and {result['load_after']:.1f} after (this run's own included)")


main()
