"""The part sign_in: Danh beside npm oidc-provider (bench/peer/oidc_provider.mjs), with its memory store and with a durable one.

All servers run at once on the first core, the client (bench_scenario) on the second. Each figure is measured in turns, peer in memory, ours, peer
durable, ours, over and over, so that drift meets them alike. What is compared is the same on the wire: requests, grant, client authentication, ES256."""
import base64
import contextlib
import hashlib
import http.client
import json
import os
import pathlib
import re
import signal
import socket
import statistics
import subprocess
import tempfile
import time
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[1]
BUILD = ROOT / "build-release"
SERVER_CORE, CLIENT_CORE = "0", "1"
CLIENTS = 32  # of 24, in step behind one sync, a core with the lanes of ADR-0024 does nothing for a tenth of the time
PEOPLE = 400
ROUNDS = 7
SECONDS = 1
WARM_S, WARM_LOGINS_S = 3, 15  # before anything counts: the peer's logins are twice as fast after twenty seconds of them
STARTS = 5
VERIFIER = "a-verifier-of-forty-three-characters-0123456789"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
REDIRECT = "https://client.example/callback"
RESOURCE = "https://resource.example"
ASKED = {"client_id": "bench", "response_type": "code", "scope": "openid profile email", "redirect_uri": REDIRECT, "code_challenge": CHALLENGE,
         "code_challenge_method": "S256"}
FORM = "Content-Type: application/x-www-form-urlencoded"
CLIENT = {"client_id": "bench", "client_name": "Bench", "danh_owner": "Bench", "danh_purpose": "Bench", "danh_sector": "client.example",
          "application_type": "web", "token_endpoint_auth_method": "client_secret_basic", "redirect_uris": [REDIRECT], "scope": "openid profile email read",
          "grant_types": ["authorization_code", "client_credentials", "refresh_token"], "danh_resources": [RESOURCE],
          "danh_attributes": [{"name": name, "purpose": "Bench", "required": True} for name in ("name", "email")]}


def pinned(core, *command):
    return ["taskset", "-c", core, *map(str, command)]


def rss_mb(pids):
    total = 0
    for pid in pids:
        for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            total += int(line.split()[1]) if line.startswith("Rss:") else 0
    return round(total / 1024, 1)


def processor_s(pids):
    ticks = 0
    for pid in pids:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


class Browser:
    """Follows redirects of one server and keeps its cookies."""

    def __init__(self, port, cookies=None):
        self.port = port
        self.cookies = dict(cookies or {})

    def ask(self, method, target, form=None):
        connection = http.client.HTTPConnection("localhost", self.port)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if form is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://localhost:{self.port}"}
        connection.request(method, target, None if form is None else urllib.parse.urlencode(form), headers)
        answer = connection.getresponse()
        body = answer.read().decode()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.split(";")[0].partition("=")
            self.cookies[name] = value
        connection.close()
        return answer.status, answer.headers.get("Location", ""), body

    def follow(self, target):
        """Through redirects of the server's own, to a page or to the client; (address, body)."""
        for _ in range(8):
            status, location, body = self.ask("GET", target)
            if status not in (302, 303) or location.startswith(REDIRECT):
                return location or target, body
            parts = urllib.parse.urlsplit(location)
            target = parts.path + (f"?{parts.query}" if parts.query else "")
        raise SystemExit(f"no end of redirects at {target}")


class Peer:
    def __init__(self, port, store):
        self.port, self.name = port, "memory" if store == "memory" else "durable"
        self.label = f"peer, {self.name}"
        began = time.monotonic()
        self.process = subprocess.Popen(pinned(SERVER_CORE, "node", ROOT / "bench/peer/oidc_provider.mjs", port, store), stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True)
        if self.process.stdout.readline() != "ready\n":
            raise SystemExit("the peer does not start")
        self.start_ms = (time.monotonic() - began) * 1000
        self.authorize, self.token, self.userinfo, self.keys = "/auth", "/token", "/me", "/jwks"
        self.introspect = "/token/introspection"
        self.secret = "a-secret-of-more-than-thirty-two-characters"

    def pids(self):
        return [self.process.pid]

    def people(self):
        """Cookies of people who have signed in and agreed; they must be here again for a code at once."""
        rows = []
        for number in range(PEOPLE):
            browser = Browser(self.port)
            location, _ = browser.follow(f"/auth?{urllib.parse.urlencode(ASKED | {'login_hint': number})}")
            if "code=" not in location:
                raise SystemExit(f"the peer gives no code: {location}")
            rows.append(";".join(f"{name}={value}" for name, value in browser.cookies.items() if name.startswith("_session")))
        return rows

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


class Floor:
    """The system alone (bench_floor): answers with the bytes that a server answered with. What the others can be at best, as the machine is just now."""

    def __init__(self, run, port, server, target):
        self.port, self.name, self.keys, self.label = port, "floor", target, "one recv and one send of the same bytes, no program"
        path = run.folder / "floor"
        with socket.create_connection(("localhost", server.port)) as asking:
            asking.sendall(f"GET {target} HTTP/1.1\r\nHost: localhost:{server.port}\r\n\r\n".encode())
            asking.settimeout(0.2)
            answer = b""
            with contextlib.suppress(TimeoutError):
                while part := asking.recv(65536):
                    answer += part
        path.write_bytes(answer)
        self.process = subprocess.Popen(pinned(SERVER_CORE, BUILD / "bench" / "bench_floor", port, path), stdout=subprocess.PIPE, text=True)
        if self.process.stdout.readline() != "ready\n":
            raise SystemExit("bench_floor does not start")

    def pids(self):
        return [self.process.pid]

    def stop(self):
        self.process.terminate()
        self.process.wait()


class Ours:
    """danh serve on a copy of the country, with the client and people who have signed in and agreed."""

    def __init__(self, run, server_of, free_port=None, data=None, sessions=None):
        self.name, self.server_of, self.free_port = "ours", server_of, free_port
        self.data = data or run.fresh("sign_in")
        made = subprocess.run([BUILD / "danh", "client", "add", "-", "--data", self.data, "--json"], input=json.dumps(CLIENT), capture_output=True, text=True)
        if made.returncode != 0:
            raise SystemExit(f"danh client add: {made.stderr}")
        self.secret = json.loads(made.stdout)["client_secret"]
        for name in ("address_failures_max", "wrong_passwords_max"):  # counted attempts would end a storm after a hundred
            subprocess.run([BUILD / "danh", "account", "limit", name, "1000000000", "--data", self.data], check=True, capture_output=True)
        self.sessions = sessions or self.sign_people_in()
        self.server = server_of(self.data)
        self.port, self.start_ms = self.server.port, self.server.start_ms
        self.authorize, self.token, self.userinfo, self.keys = "/oidc/authorize", "/oidc/token", "/oidc/userinfo", "/oidc/jwks"
        self.introspect = "/oidc/introspect"

    def sign_people_in(self):
        listed = subprocess.run([BUILD / "bench" / "bench_sessions", self.data, str(PEOPLE)], check=True, capture_output=True, text=True).stdout
        return [line.split()[0] for line in listed.splitlines()]

    def pids(self):
        return self.server.pids()

    def people(self):
        rows = []
        for session in self.sessions:
            browser = Browser(self.port, {"danh_session": session})
            location, page = browser.follow(f"/oidc/authorize?{urllib.parse.urlencode(ASKED)}")
            token = re.search(r'name="token" value="([\w-]+)"', page)
            if token:
                _, location, page = browser.ask("POST", urllib.parse.urlsplit(location).path, {"token": token[1], "decision": "agree"})
            if "code=" in location:
                rows.append(f"danh_session={session}")
        if len(rows) < len(self.sessions) // 2:
            raise SystemExit(f"{len(rows)} of {len(self.sessions)} people got a code; the last: {location} {page[:300]}")
        return rows

    def stop(self):
        self.server.stop()


# ---- what the client does

def request(server, method, target, headers=(), form=None, before=()):
    lines = [*before, f"{method} {target} HTTP/1.1", f"Host: localhost:{server.port}", *headers]
    return "\n".join(lines) + ("\n\n" + "&".join(f"{name}={value}" for name, value in form.items()) if form is not None else "\n") + "\n"


def basic(server):
    return "Authorization: Basic " + base64.b64encode(f"bench:{server.secret}".encode()).decode()


def scenario(rows, *steps, head=""):
    return head + "".join(f"row {row}\n" for row in rows) + "".join(f"===\n{step}" for step in steps)


def login(server, rows):
    query = urllib.parse.urlencode(ASKED) + "&state={random}&nonce={random}"
    return scenario(rows, request(server, "GET", f"{server.authorize}?{query}", ["Cookie: {1}"], before=["expect 303", "take code location code"]),
                    request(server, "POST", server.token, [FORM, basic(server)], {"grant_type": "authorization_code", "code": "{code}",
                            "redirect_uri": urllib.parse.quote(REDIRECT, ""), "code_verifier": VERIFIER}, before=["expect 200"]))


def client_credentials(server):
    form = {"grant_type": "client_credentials", "scope": "read", "resource": urllib.parse.quote(RESOURCE, "")}
    return scenario(["-"], request(server, "POST", server.token, [FORM, basic(server)], form, before=["expect 200"]))


def token_answer(server, row, asked=None):
    """What the token endpoint says to somebody who has signed in; agrees where that is asked."""
    asked = asked or ASKED
    browser = Browser(server.port, dict(part.split("=", 1) for part in row.split(";")))
    location, page = browser.follow(f"{server.authorize}?{urllib.parse.urlencode(asked)}")
    token = re.search(r'name="token" value="([\w-]+)"', page)
    if token:
        _, location, _ = browser.ask("POST", urllib.parse.urlsplit(location).path, {"token": token[1], "decision": "agree"})
    form = {"grant_type": "authorization_code", "code": urllib.parse.parse_qs(urllib.parse.urlsplit(location).query)["code"][0], "redirect_uri": REDIRECT,
            "code_verifier": VERIFIER}
    connection = http.client.HTTPConnection("localhost", server.port)
    name, value = basic(server).split(": ", 1)
    connection.request("POST", server.token, urllib.parse.urlencode(form), {"Content-Type": FORM.split(": ")[1], name: value})
    answer = json.loads(connection.getresponse().read())
    connection.close()
    if "access_token" not in answer:
        raise SystemExit(f"{server.name} gives no token: {answer}")
    return answer


def userinfo(server, tokens):
    return scenario(tokens, request(server, "GET", server.userinfo, ["Authorization: Bearer {1}"], before=["expect 200"]))


def introspection(server, tokens):
    return scenario(tokens, request(server, "POST", server.introspect, [FORM, basic(server)], {"token": "{1}"}, before=["expect 200"]))


def get(server, target):
    return scenario(["-"], request(server, "GET", target, before=["expect 200"]))


# ---- measuring

class Bench:
    def __init__(self, run):
        self.run = run
        self.started = 0

    def begin(self, server, text, seconds=SECONDS, clients=CLIENTS, per_s=None):
        self.started += 1
        path = self.run.folder / f"scenario-{self.started}"
        path.write_text(text, "ascii")
        command = pinned(CLIENT_CORE, BUILD / "bench" / "bench_scenario", server.port, path, clients, seconds, *([per_s] if per_s else []))
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True), processor_s(server.pids())

    def end(self, server, begun):
        process, before = begun
        printed, complaints = process.communicate()
        if process.returncode != 0:
            raise SystemExit(f"bench_scenario: {complaints}")
        got = json.loads(printed)
        got["processor_us"] = (processor_s(server.pids()) - before) * 1e6 / max(1, got["flows"])
        if got["failed"]:
            self.run.note(f"{server.name}: {got['failed']} failed, first {got['first_failure']}")
        return got

    def load(self, server, *args, **more):
        return self.end(server, self.begin(server, *args, **more))

    def beside(self, figure, ours, peers, write, reaches, warm_s=WARM_S):
        """One figure of all servers in turns; a row for ours and one for each peer with the ratio."""
        since = self.run.calibrate()
        texts = {server.name: write(server) for server in (ours, *peers)}
        for server in (ours, *peers):
            self.load(server, texts[server.name], warm_s)
        pairs = {peer.name: [] for peer in peers}  # of loads right after each other: the machine drifts
        for _ in range(ROUNDS):
            for peer in peers:
                pairs[peer.name].append((self.load(peer, texts[peer.name]), self.load(ours, texts[ours.name])))
        self.run.calibrate()
        mine = [own for of_peer in pairs.values() for _, own in of_peer]
        self.run.add(figure, round(median(mine, "flows_per_s")), f"a second on one core; {median(mine, 'processor_us'):.0f} us of it each", since)
        for peer in peers:
            theirs = [one for one, _ in pairs[peer.name]]
            times = statistics.median(own["flows_per_s"] / max(1, one["flows_per_s"]) for one, own in pairs[peer.name])
            by_processor = statistics.median(one["processor_us"] / max(1, own["processor_us"]) for one, own in pairs[peer.name])
            told = f"{median(theirs, 'flows_per_s'):.0f} a second, {median(theirs, 'processor_us'):.0f} us; by processor {by_processor:.2f}"
            if isinstance(peer, Floor):
                first = [one for one, _ in pairs[peers[0].name]]
                told += f"; itself {median(theirs, 'flows_per_s') / median(first, 'flows_per_s'):.2f} times the peer, {peers[0].name}"
            self.run.add(f"  {peer.label}: ours is times that", round(times, 2), told, since, reaches.get(peer.name))


def median(loads, name):
    return statistics.median(load[name] for load in loads)


def measure(run, server_of, free_port):
    bench = Bench(run)
    ours = Ours(run, server_of, free_port)
    folder = tempfile.mkdtemp(dir=run.folder)
    peers = [Peer(free_port(), "memory"), Peer(free_port(), f"{folder}/peer.db")]
    try:
        everything(run, bench, ours, peers)
    finally:
        for server in (ours, *peers):
            server.stop()


def everything(run, bench, ours, peers):
    import fapi  # noqa: PLC0415  both build on this module
    import passwords  # noqa: PLC0415
    bank = fapi.Bank(run, ours)
    bank.people()  # first: a passkey is added by whoever has signed in lately
    rows = {server.name: server.people() for server in (ours, *peers)}
    bench.beside("authorization code + PKCE: code and tokens, signed in, consent remembered", ours, peers, lambda s: login(s, rows[s.name]),
                 {"memory": 7, "durable": 20}, WARM_LOGINS_S)
    resident = {server.name: rss_mb(server.pids()) for server in (ours, *peers)}
    for server in peers:
        run.add(f"  resident memory after that load: ours is that part of the peer's, {server.name}", round(resident[ours.name] / resident[server.name], 2),
                f"{resident[ours.name]} MB of {resident[server.name]} MB", -1, 0.25)
    bench.beside("client credentials, ES256 access token", ours, peers, client_credentials, {"memory": 3.5, "durable": 3.5})
    tokens = {server.name: [token_answer(server, row)["access_token"] for row in rows[server.name][:100]] for server in (ours, *peers)}
    bench.beside("introspection", ours, peers, lambda s: introspection(s, tokens[s.name]), {"memory": 5, "durable": 5})
    bench.beside("userinfo", ours, peers, lambda s: userinfo(s, tokens[s.name]), {"memory": 5, "durable": 5})
    for figure, target in (("JWKS", lambda s: s.keys), ("discovery", lambda _: "/.well-known/openid-configuration")):
        floor = Floor(run, ours.free_port(), ours, target(ours))
        try:
            bench.beside(figure, ours, [*peers, floor], lambda s, target=target: get(s, target(s)), {"memory": 6, "durable": 6})
        finally:
            floor.stop()
    others = rows[ours.name][-50:]  # than the bank's, whose sessions have made room for newer ones
    for part in (lambda: fapi.measure(run, bench, bank), lambda: passwords.measure(run, bench, ours, others), lambda: cold_starts(run, ours)):
        try:
            part()
        except (Exception, SystemExit) as problem:  # what was measured before it is printed all the same
            run.note(f"left out: {problem!r}")


def cold_starts(run, ours):
    """From exec to the first answered page, in turns. The peer's is until it says that it listens."""
    data, times = run.fresh("start"), {"ours": [], "peer": []}
    for _ in range(STARTS):
        for name, start in (("ours", lambda: ours.server_of(data)), ("peer", lambda: Peer(ours.free_port(), "memory"))):
            server = start()
            times[name].append(server.start_ms)
            server.stop()
    for name, taken in times.items():
        run.add(f"cold start, {name}", round(statistics.median(taken), 1), f"ms on one core (median of {STARTS})", -1, 50 if name == "ours" else None)
