"""The part surge: twenty times as many come as were just served (surge.c), and thousands of slow clients. Server on one core, generator on the other.

Signing in: the page, the passkey's challenge, its answer, by people without a session. Submitting: people who are signed in. Each is measured as fast as it goes, and
then the crowd comes by the clock, everybody on a connection of their own. The doors are Unix sockets, as the package has them behind nginx, and the generator stands
where the proxy does: newcomers come to the door for them (packaging/nginx, packaging/systemd). Slow clients are slowhttptest's, beside honest ones at half of what goes; directly, and through nginx (packaging/nginx)."""
import json
import os
import pathlib
import resource
import shutil
import socket
import subprocess
import tempfile
import time

import passkey
import sign_in as base

TIMES, CROWD_S, AFTER_S, PEAK_S, START_S = 20, 20, 12, 5, 30
CONNECTIONS, PEOPLE, VISITORS, SLOW_ONES, SLOW_OPEN, SLOW_WAIT_S = 4000, 160_000, 1_500, 10_000, 8000, 12
APPLICATION = ('{"procedure":"lltp","subject":"self","certificate":{2},"copies":1,"purpose":"Work","ban_information":false,"answers":{"history":[{"from":"2018-06",'
               '"to":null,"place":"Home","work":"Work"}]},"consent":true,"payable_shown":{3}}')


def visitors(server, holder, sessions):
    for session in sessions:
        credential, handle = holder.register(session)
        browser = base.Browser(server.port)
        holder.sign_in(browser, {"next": "/app/", "level": "2"}, credential, handle)
        yield f"{credential} {handle} {browser.cookies['danh_browser']}"


def signing_in(server, holder, rows):
    fields = {"next": "%2Fapp%2F", "level": "2"}
    head = [base.FORM, f"Origin: {holder.origin}", "Cookie: danh_browser={3}; {admission}"]
    return base.scenario(
        rows,
        base.request(server, "GET", "/sign-in?next=%2Fapp%2F&level=2", ["Cookie: danh_browser={3}; {place}"], before=["expect 200", "take admission header Set-Cookie"]),
        base.request(server, "POST", "/sign-in/passkey/begin", head, fields, before=["expect 200", "take ceremony json ceremony", "take challenge json challenge"]),
        base.request(server, "POST", "/sign-in", head, fields | {"step": "passkey", "ceremony": "{ceremony}", "answer": holder.answer()}, before=["expect 303"]),
        head=f"key {holder.key.name} {holder.key.path}\ngiven place x=1\n")


def submitting(server, sessions, used):
    """An application for each certificate of each person: once."""
    rows = [f"{token} {certificate} {payable}" for token, *payables in sessions for certificate, payable in enumerate(payables, 1) if payable != "-1"][used:]
    head = ["Content-Type: application/json", f"Origin: http://localhost:{server.port}", "Cookie: danh_session={1}", "Idempotency-Key: surge-{random}"]
    lines = ["expect 201", "POST /api/dossiers HTTP/1.1", f"Host: localhost:{server.port}", *head]
    return "".join(f"row {row}\n" for row in rows) + "===\n" + "\n".join(lines) + "\n\n" + APPLICATION + "\n"


class Behind:
    """danh serve as it stands behind a proxy: its doors are Unix sockets."""

    def __init__(self, run, data, origin):
        self.door = run.folder / "web.sock"
        self.process = subprocess.Popen(base.pinned(base.SERVER_CORE, base.BUILD / "danh", "serve", "--data", data, "--listen", f"unix:{self.door}", "--origin", origin),
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        began = time.monotonic()
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() - began > START_S:
                raise SystemExit("danh serve does not answer at its Unix socket")
            time.sleep(0.1)

    def answers(self):
        with socket.socket(socket.AF_UNIX) as one:
            try:
                one.connect(str(self.door))
                one.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                return one.recv(64).startswith(b"HTTP/1.1 200")
            except OSError:
                return False

    def pids(self):
        """The server and its signer."""
        tasks = pathlib.Path(f"/proc/{self.process.pid}/task")
        return [self.process.pid, *[int(pid) for path in tasks.glob("*/children") for pid in path.read_text().split()]]

    def stop(self):
        self.process.terminate()
        self.process.wait()


def generator(run, server, text, per_s, newcomers):
    path = run.folder / "surge"
    path.write_text(text, "utf8")
    command = base.pinned(base.CLIENT_CORE, base.BUILD / "bench" / "bench_surge", server.door, newcomers, path, CONNECTIONS, TIMES * per_s, CROWD_S, per_s / 2, AFTER_S)
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"bench_surge: {done.stderr}")
    return json.loads(done.stdout)


def peak(run, door, text, *how):
    """As many a second as go, by 64 clients that wait for their answers; how: "fresh", everybody on a connection of their own, as in the crowd."""
    path = run.folder / "surge"
    path.write_text(text, "utf8")
    command = base.pinned(base.CLIENT_CORE, base.BUILD / "bench" / "bench_scenario", door, path, 64, PEAK_S, *how)
    got = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    if got["failed"]:
        run.note(f"peak: {got['failed']} failed, first {got['first_failure']}")
    return got


def crowd(run, server, name, text_of, newcomers=0):
    """text_of(n): the scenario without the first n rows, which were used already."""
    since = run.calibrate()
    quiet = peak(run, server.door, text_of(0), "fresh")
    best = quiet["flows_per_s"]
    text = text_of(int(best * (PEAK_S + 1)))
    used_s = base.processor_s(server.pids())
    got = generator(run, server, text, best, newcomers)
    used_s = base.processor_s(server.pids()) - used_s
    run.calibrate()
    run.add(f"{name}, as fast as it goes", best, f"a second, 64 clients; p50 {quiet['p50_ms']}, p99 {quiet['p99_ms']} ms", since)
    run.add(f"  served while {TIMES} times as many come", got["served_per_s"],
            f"a second, {got['served_per_s'] / best:.2f} of it; p50 {got['served_p50_ms']} ms; {got['arrived']} came, {got['returned']} came again", since)
    run.add("  p99 of who was let in", got["served_p99_ms"], "ms", since, 1000)
    run.add("  p99 of a refusal with an answer", got["refused_p99_ms"], f"ms; p50 {got['refused_p50_ms']} ms, {got['refused']} of them", since, 50)
    run.add("  p99 of a refusal by the system", got["by_system_p99_ms"], f"ms; p50 {got['by_system_p50_ms']} ms, {got['by_system']} of them", since, 50)
    run.add("  refused in the middle", got["broken_off"], f"of who was let in; the generator used {got['processor_s']} s of its core, the server {used_s:.1f} s, in {CROWD_S + AFTER_S} s", since)
    run.add("  p99 of how late the generator itself was", got["dialled_late_p99_ms"],
            f"ms to dial who was due (p50 {got['dialled_late_p50_ms']}); an answer lay unread for {got['read_late_p99_ms']} ms at the most (p99; p50 {got['read_late_p50_ms']})", since)
    run.add("  normal again after", got["normal_after_s"], "s (-1: not within the time watched)", since, 5)
    if got["lost"]:
        run.note(f"{name}: {got['lost']} lost, the first: {got['odd_status']}")


# ---- slow clients

SLOW = {"heads": ["-H", "-i", "10"], "bodies": ["-B", "-i", "10", "-s", "8192"], "readers": ["-X", "-w", "1", "-y", "8", "-n", "5", "-z", "16", "-k", "3"]}


def open_at(port):
    """Connections that are open at that port of ours, at the server's end."""
    end = f":{port:04X}"
    return sum(line.split()[1].endswith(end) and line.split()[3] == "01" for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:])


def slow_clients(run, server, text, best, kind, port):
    """Honest people at half of what goes, while ten thousand others send or read a byte now and then."""
    path = run.folder / "slow"
    path.write_text(text, "utf8")
    url = f"http://127.0.0.1:{port}/sign-in"
    command = base.pinned(base.CLIENT_CORE, "slowhttptest", "-c", SLOW_ONES, "-r", 4000, "-l", 30, "-p", 5, "-u", url, *SLOW[kind])
    others = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        began = time.monotonic()
        while (opened := open_at(port)) < SLOW_OPEN and time.monotonic() - began < SLOW_WAIT_S:
            time.sleep(0.5)
        honest = base.pinned(base.CLIENT_CORE, base.BUILD / "bench" / "bench_scenario", port, path, 64, 8, best / 2)
        return json.loads(subprocess.run(honest, check=True, capture_output=True, text=True).stdout) | {"opened": opened}
    finally:
        others.terminate()
        others.wait()


def nginx(run, server, port):
    """The proxy as the package sets it up, on plain HTTP and one core with the server."""
    folder = pathlib.Path(tempfile.mkdtemp(dir=run.folder))
    (folder / "nginx.conf").write_text(f"""daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error; worker_rlimit_nofile 40000;
events {{ worker_connections 20000; }}
http {{ access_log off; client_header_timeout 15s; client_body_timeout 15s; send_timeout 15s; reset_timedout_connection on;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  upstream danh {{ server 127.0.0.1:{server.port}; keepalive 64; }}
  server {{ listen 127.0.0.1:{port} backlog=4096; location / {{ proxy_pass http://danh; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $http_host; }} }} }}""")
    process = subprocess.Popen(base.pinned(base.SERVER_CORE, "nginx", "-p", folder, "-c", folder / "nginx.conf"), stderr=subprocess.DEVNULL)
    time.sleep(1)
    return process


def slow(run, server, free_port, text, best):
    since = run.calibrate()
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    if shutil.which("slowhttptest") is None:
        run.note("slowhttptest is not installed: no slow clients")
        return
    port = free_port()
    proxy = nginx(run, server, port) if shutil.which("nginx") else None
    try:
        for where, at in (("directly", server.port), ("through nginx", port)):
            for kind in SLOW if at == server.port or proxy else ():
                got = slow_clients(run, server, text, best, kind, at)
                run.add(f"honest ones beside {SLOW_ONES} slow {kind}, {where}", got["flows_per_s"],
                        f"a second of {best / 2:.0f}; p50 {got['p50_ms']}, p99 {got['p99_ms']} ms; {got['failed']} failed; {got['opened']} slow ones stood open to begin with", since)
    finally:
        if proxy:
            proxy.terminate()
            proxy.wait()


def measure(run, server_of, free_port, people):
    data = run.folder / "surge-data"
    people = max(people, PEOPLE)  # each submits once for each certificate, and the crowd is long
    subprocess.run([base.BUILD / "danh", "synth", "--people", str(people), "--seed", "1", "--data", data, "--json"], check=True, stdout=subprocess.DEVNULL)
    listed = subprocess.run([base.BUILD / "bench" / "bench_sessions", data, str(people)], check=True, capture_output=True, text=True).stdout
    sessions = [line.split() for line in listed.splitlines()]
    newcomers = run.folder / "new.sock"
    with (data / "danh.ini").open("a") as settings:
        settings.write(f"\n[surge]\nnewcomers = unix:{newcomers}\n")
    server = server_of(data)
    try:
        holder = passkey.Passkey(server, passkey.Key(run.folder, "surge"))
        text = signing_in(server, holder, list(visitors(server, holder, [token for token, *_ in sessions[:VISITORS]])))
        slow(run, server, free_port, text, peak(run, server.port, text)["flows_per_s"])
    finally:
        server.stop()
    behind = Behind(run, data, holder.origin)
    try:
        crowd(run, behind, "signing in", lambda used: text, newcomers)
        crowd(run, behind, "submitting", lambda used: submitting(server, sessions[VISITORS:], used))
    finally:
        behind.stop()
