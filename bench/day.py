"""The part day: a national day, 1.5 million visits and 7,123 certificates, on SQLite and on PostgreSQL.

A visit is a sign-in by passkey (its challenge, then the answer) and three reads: who am I, my dossiers, my wallet. A certificate is everything from the
application to the sealed file that waits for its receivers (results.c). Both are measured for a while, and the day is the minutes that they then take on this
machine, the generator on the same cores. --whole does all the visits."""
import contextlib
import json
import secrets
import subprocess
import sys

import passkey
import sign_in as base

VISITS, CERTIFICATES = 1_500_000, 7_123
CLIENTS, SECONDS, SAMPLE = 128, 15, 600
PEOPLE = 50_000
VISITORS = {"SQLite": 16_000, "PostgreSQL": 1_500}  # nobody signs in so often while it is measured that their oldest session has to end for it
REACH_MINUTES = 8
READS = ("/api/session", "/api/dossiers", "/api/wallet")


@contextlib.contextmanager
def database(engine):
    """The arguments that make an installation keep its rows there."""
    if engine == "SQLite":
        yield []
        return
    command = [sys.executable, base.ROOT / "script/lib/postgres.py", "serve", "--durable"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        process.stdout.readline()
        process.stdin.write("create day\n")
        process.stdin.flush()
        yield ["--database", json.loads(process.stdout.readline())["url"]]
    finally:
        process.stdin.close()
        process.wait()


def visitors(holder, sessions):
    """People with a passkey each, in a browser that will be known after their first visit; rows of the scenario."""
    for session in sessions:
        credential, handle = holder.register(session)
        yield f"{credential} {handle} {secrets.token_urlsafe(32)}"


def visit(server, holder, rows):
    fields = {"next": "%2Fapp%2F", "level": "2"}
    page = [base.FORM, f"Origin: {holder.origin}", "Cookie: danh_browser={3}"]
    return base.scenario(
        rows,
        base.request(server, "POST", "/sign-in/passkey/begin", page, fields, before=["expect 200", "take ceremony json ceremony", "take challenge json challenge"]),
        base.request(server, "POST", "/sign-in", page, fields | {"step": "passkey", "ceremony": "{ceremony}", "answer": holder.answer()},
                     before=["expect 303", "take session cookie danh_session"]),
        *(base.request(server, "GET", path, ["Cookie: danh_session={session}; danh_browser={3}"], before=["expect 200"]) for path in READS),
        head=f"key {holder.key.name} {holder.key.path}\n")


def load(run, server, text, seconds):
    """As Bench.load does, but server and generator share all cores, as the machine's own day would have it."""
    path = run.folder / "day"
    path.write_text(text, "ascii")
    before = base.processor_s(server.pids())
    done = subprocess.run([base.BUILD / "bench" / "bench_scenario", str(server.port), path, str(CLIENTS), str(round(seconds)), "sharing"], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"bench_scenario: {done.stderr}")
    got = json.loads(done.stdout)
    if got["failed"]:
        run.note(f"visits: {got['failed']} failed, first {got['first_failure']}")
    got["processor_us"] = (base.processor_s(server.pids()) - before) * 1e6 / max(1, got["flows"])
    return got


def on_engine(run, server_of, engine, is_whole):
    data = run.folder / f"day-{engine}"
    with database(engine) as where:
        subprocess.run([base.BUILD / "danh", "synth", "--people", str(PEOPLE), "--seed", "1", "--data", data, "--json", *where], check=True, stdout=subprocess.DEVNULL)
        listed = subprocess.run([base.BUILD / "bench" / "bench_sessions", data, str(VISITORS[engine])], check=True, capture_output=True, text=True).stdout
        since = run.calibrate()
        server = server_of(data)
        try:
            holder = passkey.Passkey(server, passkey.Key(run.folder, "visitor"))
            text = visit(server, holder, list(visitors(holder, [line.split()[0] for line in listed.splitlines()])))
            first = load(run, server, text, 2)
            load(run, server, text, VISITORS[engine] / max(1, first["flows_per_s"]))  # everybody has been here
            got = load(run, server, text, VISITS / max(1, first["flows_per_s"]) if is_whole else SECONDS)
        finally:
            server.stop()
        made = json.loads(subprocess.run([base.BUILD / "bench" / "bench_results", data, str(SAMPLE)], check=True, stdout=subprocess.PIPE, text=True).stdout)
        run.calibrate()
    visits, certificates = VISITS / max(1, got["flows_per_s"]) / 60, CERTIFICATES / made["whole_per_s"] / 60
    run.add(f"a national day on {engine}", round(visits + certificates, 1), f"minutes of this machine: {visits:.1f} of visits, {certificates:.1f} of certificates", since,
            REACH_MINUTES if engine == "SQLite" else None)
    run.add("  visits", round(got["flows_per_s"]), f"a second; {got['processor_us']:.0f} us of a core each by the server, {got['client_processor_us_each']} by the generator; p50 {got['p50_ms']} ms, p99 {got['p99_ms']} ms; {got['flows']} of them", since)
    run.add("  certificates, from application to sealed file", made["whole_per_s"], "a second", since)


def measure(run, server_of, is_whole):
    for engine in ("SQLite", "PostgreSQL"):
        on_engine(run, server_of, engine, is_whole)
