"""Installs the Debian package in a bare Debian of its own, runs it there as systemd would, and takes it away again.

usage: /usr/bin/python3 script/lib/package_try.py PACKAGE.deb     (root; script/package --try)

There is no systemd in a bare root: this file does what the units ask of it, from their own text: the sockets with their owners, the users, the credentials,
notification and watchdog, and the system-call filters, here with death instead of EPERM for a call that is not allowed. What needs namespaces of systemd's own
(ProtectSystem=, PrivateUsers= ...) is judged by `systemd-analyze` alone."""
import ctypes
import fcntl
import hashlib
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import time

import seccomp

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHELF = ROOT / ".local/package"
CLEAN = SHELF / "clean"
UNITS = CLEAN / "lib/systemd/system"
PORT_ANY = 0
HOST = "dinhdanh.example"  # of the packaged configurations
STARTS_IN_S = 60
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/", "LANG": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"}
# What any installation of any package leaves, and nginx when it first runs: logs, caches, dpkg's, apt's and adduser's own books.
NOT_OURS = re.compile(r"^/(proc|dev|sys|run/lock|run/adduser|tmp|var/log|var/cache|var/lib/(apt|dpkg|nginx|systemd|ucf)|etc/(passwd|group|shadow|gshadow|subuid|subgid)-?|etc/ld\.so\.cache)(/|$)")


def must(condition, what):
    if not condition:
        raise SystemExit(f"error: {what}")


def say(text):
    print(f"    {text}", flush=True)


def inside(*command, **more):
    return subprocess.run(["chroot", CLEAN, *command], env=ENVIRONMENT, text=True, **more)


def archive():
    """Where this machine has its Debian from."""
    targets = subprocess.run(["apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE)", "Created-By: Packages", "Component: main"], capture_output=True, text=True, check=True)
    return next(line.split()[0] for line in targets.stdout.splitlines() if line.split()[1] == "bookworm")


def bare_root(names):
    """A bare Debian with what the package depends on, so that afterwards only what is its own is compared. Made once, unpacked each time."""
    kept = SHELF / f"bare-{hashlib.sha256(' '.join(names).encode()).hexdigest()[:12]}.tar"
    shutil.rmtree(CLEAN, ignore_errors=True)
    CLEAN.mkdir()
    if kept.exists():
        subprocess.run(["tar", "-C", CLEAN, "-xf", kept], check=True)
        return
    subprocess.run(["debootstrap", "--variant=minbase", "bookworm", CLEAN, archive()], check=True, stdout=subprocess.DEVNULL)
    shutil.copy("/etc/resolv.conf", CLEAN / "etc/resolv.conf")
    (CLEAN / "usr/sbin/policy-rc.d").write_text("#!/bin/sh\nexit 101\n")  # nothing that is installed there starts by itself, on this machine's ports
    (CLEAN / "usr/sbin/policy-rc.d").chmod(0o755)
    for name in pathlib.Path("/etc/apt/apt.conf.d").glob("*"):  # how this machine reaches the archive
        shutil.copy(name, CLEAN / "etc/apt/apt.conf.d")
    inside("apt-get", "update", "-qq", check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    inside("apt-get", "install", "-y", "-qq", "--no-install-recommends", *names, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    inside("apt-get", "clean", check=True)
    subprocess.run(["tar", "-C", CLEAN, "-cf", f"{kept}.new", "."], check=True)
    os.rename(f"{kept}.new", kept)


def listing():
    """Every path of ours, and every user and group."""
    found = set()
    for folder, folders, files in os.walk(CLEAN):
        for name in folders + files:
            path = "/" + os.path.relpath(os.path.join(folder, name), CLEAN)
            if not NOT_OURS.match(path):
                found.add(path)
    for book in ("passwd", "group", "shadow", "gshadow"):
        found |= {f"{book}:{line.split(':')[0]}" for line in (CLEAN / "etc" / book).read_text().splitlines()}
    return found


def ids(user):
    line = next(line.split(":") for line in (CLEAN / "etc/passwd").read_text().splitlines() if line.startswith(user + ":"))
    return int(line[2]), int(line[3])


def group_id(group):
    return next(int(line.split(":")[2]) for line in (CLEAN / "etc/group").read_text().splitlines() if line.startswith(group + ":"))


class Unit:
    """A unit file; a key that stands several times is a list."""

    def __init__(self, name):
        self.name = name
        self.values = {}
        for line in (UNITS / name).read_text().splitlines():
            key, equals, value = line.partition("=")
            if equals and not line.startswith("#"):
                self.values.setdefault(key, []).append(value)

    def get(self, key):
        return self.values[key][-1]

    def allowed(self):
        """The system calls the unit's lines leave, as systemd reads them."""
        named = {}
        current = None
        for line in subprocess.run(["systemd-analyze", "syscall-filter", "--no-pager"], capture_output=True, text=True, check=True).stdout.splitlines():
            if line.startswith("@"):
                current = named.setdefault(line.strip(), [])
            elif current is not None and (word := line.strip()) and not word.startswith("#"):
                current.append(word)

        def expand(word):
            return {word} if not word.startswith("@") else set().union(*(expand(w) for w in named[word]))

        calls = expand("@default")
        for line in self.values["SystemCallFilter"]:
            words = set().union(*(expand(w) for w in line.lstrip("~").split()))
            calls = calls - words if line.startswith("~") else calls | words
        return calls


def listen(unit):
    """The unit's sockets, as systemd makes them."""
    all_made = []
    for path in unit.values["ListenStream"]:
        outside = CLEAN / path.lstrip("/")
        outside.parent.mkdir(parents=True, exist_ok=True)
        outside.unlink(missing_ok=True)
        made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        made.bind(str(outside))
        os.chown(outside, ids(unit.get("SocketUser"))[0], group_id(unit.get("SocketGroup")))
        os.chmod(outside, int(unit.get("SocketMode"), 8))
        made.listen(128)
        all_made.append(made)
    return all_made


def credentials(unit):
    """LoadCredential=, as systemd shows it: a folder of the service's own."""
    uid, gid = ids(unit.get("User"))
    folder = CLEAN / "run/credentials" / unit.name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for line in unit.values["LoadCredential"]:
        name, path = line.split(":")
        origin = CLEAN / path.lstrip("/")
        pairs = [(f"{name}_{file.name}", file) for file in origin.iterdir()] if origin.is_dir() else [(name, origin)]
        for shown, file in pairs:
            shutil.copy(file, folder / shown)
            os.chmod(folder / shown, 0o400)
            os.chown(folder / shown, uid, gid)
    os.chmod(folder, 0o500)
    os.chown(folder, uid, gid)
    return f"/run/credentials/{unit.name}"


RUNNING = []  # process ids that this file has started and not waited for


def end(pid):
    os.kill(pid, signal.SIGTERM)
    os.waitpid(pid, 0)
    RUNNING.remove(pid)


class Service:
    """A service started as its unit says."""

    def __init__(self, unit, sockets):
        self.unit = unit
        self.sockets = sockets
        uid, gid = ids(unit.get("User"))
        notify_path = CLEAN / f"run/notify-{unit.name}"
        notify_path.unlink(missing_ok=True)
        self.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notify.bind(str(notify_path))
        os.chmod(notify_path, 0o666)
        self.notify.settimeout(STARTS_IN_S)
        shown = credentials(unit)
        allowed = sorted(unit.allowed())
        watchdog_us = int(unit.get("WatchdogSec").rstrip("s")) * 1000000 // 15  # two seconds, so that this test hears of it

        def confine():
            aside = [fcntl.fcntl(passed, fcntl.F_DUPFD, 100) for passed in sockets]  # none of them in another's place
            for place, copy in enumerate(aside):
                os.dup2(copy, 3 + place)
                os.close(copy)
            os.chroot(CLEAN)
            os.chdir("/")
            os.setgroups([])
            os.setgid(gid)
            os.setuid(uid)
            os.umask(0o077)
            os.environ["LISTEN_PID"] = str(os.getpid())
            ctypes.CDLL(None).prctl(38, 1, 0, 0, 0)  # PR_SET_NO_NEW_PRIVS
            rules = seccomp.SyscallFilter(defaction=seccomp.KILL_PROCESS)
            for call in allowed:
                try:
                    rules.add_rule(seccomp.ALLOW, call)
                except (RuntimeError, ValueError):
                    pass  # not a call of this architecture
            rules.load()
            os.execve(words[0], words, {**environment, "LISTEN_PID": str(os.getpid())})

        words = unit.get("ExecStart").split()
        environment = {**ENVIRONMENT, "NOTIFY_SOCKET": f"/run/notify-{unit.name}", "WATCHDOG_USEC": str(watchdog_us), "CREDENTIALS_DIRECTORY": shown,
                       "LISTEN_FDS": str(len(sockets))}
        self.errors = CLEAN / f"tmp/{unit.name}.err"
        with open(CLEAN / f"tmp/{unit.name}.out", "w") as out, open(self.errors, "w") as errors:
            self.pid = os.fork()
            if self.pid == 0:
                os.dup2(out.fileno(), 1)
                os.dup2(errors.fileno(), 2)
                try:
                    confine()
                finally:
                    os._exit(127)
        RUNNING.append(self.pid)
        self.hear("READY=1")

    def hear(self, wanted):
        try:
            while wanted not in self.notify.recv(4096).decode().split("\n"):
                pass
        except TimeoutError:
            raise SystemExit(f"error: {self.unit.name} does not say {wanted}: {self.errors.read_text()}") from None

    def hear_watchdog(self):
        self.notify.setblocking(False)
        try:
            while self.notify.recv(4096):
                pass
        except BlockingIOError:
            self.notify.settimeout(STARTS_IN_S)
        self.hear("WATCHDOG=1")

    def stop(self):
        os.kill(self.pid, signal.SIGTERM)
        self.hear("STOPPING=1")
        _, status = os.waitpid(self.pid, 0)
        RUNNING.remove(self.pid)
        self.notify.close()
        for passed in self.sockets:
            passed.close()
        must(os.waitstatus_to_exitcode(status) == 0, f"{self.unit.name} ended with {os.waitstatus_to_exitcode(status)}: {self.errors.read_text()}")


def check_installed():
    for user, folder in (("danh", "/var/lib/danh"), ("danh-signer", "/var/lib/danh-signer")):
        status = os.stat(CLEAN / folder.lstrip("/"))
        must((status.st_uid, status.st_mode & 0o777) == (ids(user)[0], 0o700), f"{folder} is not {user}'s alone")
    status = os.stat(CLEAN / "etc/danh/signer-master")
    must((status.st_uid, status.st_mode & 0o777, status.st_size) == (0, 0o600, 32), "/etc/danh/signer-master is not root's alone")
    conffiles = inside("dpkg-query", "-W", "-f=${Conffiles}", "danh", capture_output=True, check=True).stdout
    must("/etc/danh/danh.ini" in conffiles, "/etc/danh/danh.ini is no conffile")
    for path in ("usr/bin/danh", "usr/lib/danh/danh-signer", "usr/share/danh/web/index.html", "usr/share/danh/procedures/lltp/procedure.lua"):
        must((CLEAN / path).exists(), f"/{path} is missing")
    checked = inside("runuser", "-u", "danh", "--", "danh", "procedure", "check", "--json", capture_output=True)
    must(checked.returncode == 0, f"danh procedure check: {checked.stderr}")
    refused = inside("runuser", "-u", "danh", "--", "danh", "serve", "--data", "/var/lib/danh", capture_output=True)
    must(refused.returncode == 4 and "no installation" in refused.stderr, f"danh serve before danh init: {refused.returncode} {refused.stderr}")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", PORT_ANY))
        return probe.getsockname()[1]


def start_receiver(name, url):
    key = subprocess.run(["base64", "-w0", CLEAN / "var/lib/danh/receivers/danh.der"], capture_output=True, text=True, check=True).stdout
    child = subprocess.Popen(["chroot", "--userspec=danh:danh", CLEAN, "danh", "receiver", "--name", name, "--data", f"/var/lib/danh/receivers/{name}",
                              "--listen", url.split("/")[2], "--peer-key", key], env=ENVIRONMENT, stdout=subprocess.PIPE, text=True)
    RUNNING.append(child.pid)
    must(child.stdout.readline(), f"the receiver {name} does not start")


def populate(signer):
    """A demonstration country whose keys the signer's own process makes; the port that its origin names."""
    port, national, provincial = free_port(), free_port(), free_port()
    urls = {"national_portal": f"http://127.0.0.1:{national}/deliveries", "provincial_system": f"http://127.0.0.1:{provincial}/deliveries"}
    data = CLEAN / "var/lib/danh"
    inside("runuser", "-u", "danh", "--", "danh", "init", "--data", "/var/lib/danh", check=True, stdout=subprocess.DEVNULL)
    must(not (data / "signer").exists(), "danh init made keys outside of the signer")
    for made in list(data.iterdir()):
        shutil.rmtree(made) if made.is_dir() else made.unlink()
    synth = inside("runuser", "-u", "danh", "--", "danh", "synth", "--data", "/var/lib/danh", "--people", "2000", "--json", "--origin", f"http://localhost:{port}",
                   "--signer", "/run/danh/signer.sock", "--national-portal", urls["national_portal"], "--provincial-system", urls["provincial_system"],
                   capture_output=True)
    must(synth.returncode == 0, f"danh synth: {synth.stderr}{signer.errors.read_text()}")
    (data / "identities.json").write_text(synth.stdout)
    must(not (data / "signer").exists() and list((CLEAN / "var/lib/danh-signer/signer").glob("*.key")), "keys lie elsewhere than with the signer")
    for name, url in urls.items():
        start_receiver(name, url)
    return port


def start_signer():
    return Service(Unit("danh-signer.service"), listen(Unit("danh-signer.socket")))


def start_server(port):
    """On the unit's own socket, which is the proxy's, and on one of this machine, so that the job's client reaches it."""
    door = socket.socket()
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    door.bind(("127.0.0.1", port))
    door.listen(128)
    return Service(Unit("danh.service"), [*listen(Unit("danh.socket")), door])


def do_main_job(server, port):
    job = subprocess.run(["node", ROOT / "script/lib/main_job.mjs", "--origin", f"http://localhost:{port}", "--data", CLEAN / "var/lib/danh", "--program", CLEAN / "usr/bin/danh",
                          "--out", CLEAN / "tmp/certificate"], env={**os.environ, "PATH": f"{ROOT}/.local/node/bin:{os.environ['PATH']}"}, capture_output=True, text=True)
    must(job.returncode == 0, f"the main job: {job.stderr}{server.errors.read_text()}")
    over_unix = subprocess.run(["curl", "-s", "--unix-socket", CLEAN / "run/danh/web.sock", "http://localhost/readyz"], capture_output=True, text=True, check=True)
    must(json.loads(over_unix.stdout)["status"] == "ready", over_unix.stdout)


def check_reload(server):
    """ExecReload= as the unit has it: good, and refused; and the signal."""
    ini = CLEAN / "var/lib/danh/danh.ini"
    good = ini.read_text()
    command = ["runuser", "-u", "danh", "--", *server.unit.get("ExecReload").split()]
    must(inside(*command, capture_output=True).returncode == 0, "the unit's ExecReload= fails")
    ini.write_text(good + "\n[log]\nno_such_key = 1\n")
    refused = inside(*command, capture_output=True)
    ini.write_text(good)
    must(refused.returncode == 4 and "no_such_key" in refused.stderr, f"ExecReload= with a wrong danh.ini: {refused.returncode} {refused.stderr}")
    os.kill(server.pid, signal.SIGHUP)
    server.hear("RELOADING=1")
    server.hear("READY=1")


def certificate(folder, name, subject, *more):
    """A key and a certificate below `root`, or below itself."""
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", subject, *more,
                    "-keyout", folder / f"{name}.key", "-out", folder / f"{name}.pem"], check=True, capture_output=True)


def start_nginx(port):
    """By the packaged text, in which an operator has set what is marked there: ports, as others may have 443 here."""
    folder = CLEAN / "etc/danh/tls"
    folder.mkdir()
    certificate(folder, "client-roots", "/CN=root")
    below = ["-CA", folder / "client-roots.pem", "-CAkey", folder / "client-roots.key"]
    certificate(folder, "certificate", f"/CN={HOST}", *below, "-addext", f"subjectAltName=DNS:{HOST}", "-addext", "basicConstraints=critical,CA:FALSE")
    (folder / "certificate.key").rename(folder / "key.pem")
    certificate(folder, "bank", "/CN=bank", *below, "-addext", "basicConstraints=critical,CA:FALSE")
    certificate(folder, "stranger", "/CN=bank")
    site = (CLEAN / "usr/share/doc/danh/examples/danh.conf").read_text()
    (CLEAN / "etc/nginx/sites-enabled/default").unlink(missing_ok=True)
    for marked, own in (("listen 443", f"listen 127.0.0.1:{port}"), ("listen [::]:443", f"listen [::1]:{port}"),
                        ("listen 80", f"listen 127.0.0.1:{free_port()}"), ("listen [::]:80", f"listen [::1]:{free_port()}")):
        must(marked in site, f"the packaged nginx configuration has no {marked}")
        site = site.replace(marked, own)
    (CLEAN / "etc/nginx/conf.d/danh.conf").write_text(site)
    tested = inside("nginx", "-t", capture_output=True)
    must(tested.returncode == 0, f"nginx -t: {tested.stderr}")
    child = subprocess.Popen(["chroot", CLEAN, "nginx", "-g", "daemon off;"], env=ENVIRONMENT)
    RUNNING.append(child.pid)
    for _ in range(STARTS_IN_S * 10):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return child
        time.sleep(0.1)
    raise SystemExit("error: nginx does not answer")


def ask(port, path, *more):
    """What came, and how: by whom who trusts that root, and asks for that name."""
    folder = CLEAN / "etc/danh/tls"
    done = subprocess.run(["curl", "-sS", "--http2", "--tlsv1.3", "--cacert", folder / "client-roots.pem",
                           "--resolve", f"{HOST}:{port}:127.0.0.1", "-D", "-", "-o", "/dev/null", "-w", "%{http_version} %{http_code}", *more, f"https://{HOST}:{port}{path}"],
                          capture_output=True, text=True)
    must(done.returncode == 0, f"curl {path}: {done.stderr}")
    head, _, summary = done.stdout.rpartition("\n")
    return summary, head.lower()


def try_proxy():
    port, folder = free_port(), CLEAN / "etc/danh/tls"
    nginx = start_nginx(port)
    summary, head = ask(port, "/sign-in")
    must(summary == "2 200", f"a page through nginx: HTTP version and status {summary}")
    for name in ("strict-transport-security", "content-security-policy", "x-content-type-options", "referrer-policy"):
        must(f"\n{name}:" in head, f"through nginx a page comes without {name}")
    for kept_inside in ("/metrics", "/readyz"):
        must(ask(port, kept_inside)[0] == "2 404", f"{kept_inside} is shown to everybody")
    client = {"client_id": "bank", "client_name": "Bank", "application_type": "web", "redirect_uris": ["https://bank.example/cb"], "scope": "openid introspection",
              "grant_types": ["authorization_code", "client_credentials"], "token_endpoint_auth_method": "tls_client_auth", "tls_client_auth_subject_dn": "CN=bank",
              "tls_client_certificate_bound_access_tokens": True, "danh_purpose": "to try it", "danh_owner": "Bank"}
    added = inside("runuser", "-u", "danh", "--", "danh", "client", "add", "-", "--data", "/var/lib/danh", input=json.dumps(client), capture_output=True)
    must(added.returncode == 0, f"danh client add: {added.stderr}")
    form = ["--data", "grant_type=client_credentials&client_id=bank"]
    shown = {name: ["--cert", folder / f"{name}.pem", "--key", folder / f"{name}.key"] for name in ("bank", "stranger")}
    for who, more, expected in (("with its certificate", shown["bank"], "2 200"), ("with one of the same name by another root", shown["stranger"], "2 401"), ("without", [], "2 401")):
        summary, _ = ask(port, "/oidc/token", *form, *more)
        must(summary == expected, f"a client {who}: {summary}")
    nginx.send_signal(signal.SIGQUIT)
    nginx.wait()
    RUNNING.remove(nginx.pid)
    shutil.rmtree(folder)
    (CLEAN / "etc/nginx/conf.d/danh.conf").unlink()


def older(package):
    """The same package as an older version, for what an upgrade must keep."""
    unpacked = SHELF / "older"
    shutil.rmtree(unpacked, ignore_errors=True)
    subprocess.run(["dpkg-deb", "--raw-extract", package, unpacked], check=True)
    control = unpacked / "DEBIAN/control"
    control.write_text(re.sub(r"^Version: .*$", "Version: 0.0.1", control.read_text(), flags=re.MULTILINE))
    subprocess.run(["dpkg-deb", "--build", "--root-owner-group", unpacked, CLEAN / "tmp/older.deb"], check=True, stdout=subprocess.DEVNULL)
    shutil.rmtree(unpacked)


def apt(*words):
    done = inside("apt-get", "-y", "-o", "Dpkg::Options::=--force-confold", *words, capture_output=True)
    must(done.returncode == 0, f"apt-get {' '.join(words)}: {done.stderr}")


def ledger_key():
    """As its readers have it: kept before the signer ends, who alone knows it."""
    return inside("runuser", "-u", "danh", "--", "danh", "ledger", "key", "--data", "/var/lib/danh", capture_output=True, check=True).stdout.strip()


def ledger_size(key):
    verified = inside("runuser", "-u", "danh", "--", "danh", "ledger", "verify", "--data", "/var/lib/danh", "--key", key, "--json", capture_output=True)
    must(verified.returncode == 0, f"danh ledger verify: {verified.stdout}{verified.stderr}")
    return json.loads(verified.stdout)["entries"]


def try_package(package):
    shutil.copy(package, CLEAN / "tmp/danh.deb")
    older(package)
    before = listing()
    apt("install", "/tmp/older.deb")
    check_installed()
    say("installed: users, folders and rights, conffile, programs and web app")
    signer = start_signer()
    port = populate(signer)
    server = start_server(port)
    do_main_job(server, port)
    server.hear_watchdog()
    signer.hear_watchdog()
    check_reload(server)
    key = ledger_key()
    say("danh.service and danh-signer.service ran as their units say, reload and watchdog too, and the main job was done")
    server.stop()
    ini = CLEAN / "var/lib/danh/danh.ini"
    plain = ini.read_text()
    ini.write_text(plain.replace(f"origin = http://localhost:{port}", f"origin = https://{HOST}"))
    server = start_server(port)
    try_proxy()
    say("nginx in front of them, by the packaged configuration: TLS 1.3, HTTP/2, security headers, a client known by its certificate")
    server.stop()
    signer.stop()
    ini.write_text(plain)

    master, entries = (CLEAN / "etc/danh/signer-master").read_bytes(), ledger_size(key)
    with open(CLEAN / "etc/danh/danh.ini", "a") as ini:
        ini.write("; the operator's own line\n")
    apt("install", "/tmp/danh.deb")
    must("operator's own" in (CLEAN / "etc/danh/danh.ini").read_text(), "the upgrade took the operator's danh.ini away")
    must((CLEAN / "etc/danh/signer-master").read_bytes() == master and ledger_size(key) == entries, "the upgrade changed the master key or the data")
    signer, server = start_signer(), start_server(port)
    do_main_job(server, port)
    server.stop()
    signer.stop()
    must(ledger_size(key) > entries, "after the upgrade nothing was written")
    say("upgraded: danh.ini, keys and data kept, and the main job was done again")

    for receiver in RUNNING[:]:  # they run as danh, who is to go
        end(receiver)
    apt("remove", "danh")
    must((CLEAN / "var/lib/danh/danh.db").exists() and (CLEAN / "etc/danh/signer-master").exists() and (CLEAN / "etc/danh/danh.ini").exists(), "removing took data with it")
    must(not (CLEAN / "usr/bin/danh").exists() and not list(UNITS.glob("danh*")), "removing left programs or units")
    apt("install", "/tmp/danh.deb")
    must((CLEAN / "etc/danh/signer-master").read_bytes() == master and ledger_size(key) > entries, "installed again, it does not find its keys and data")
    shutil.rmtree(CLEAN / "run/credentials")
    for left in (CLEAN / "run").glob("notify-*"):
        left.unlink()
    apt("purge", "danh")
    left = sorted(listing() - before)
    must(not left, f"left after purging: {left}")
    say("removed: programs gone, data kept, found again; purged: nothing left")


def main():
    must(os.geteuid() == 0, "root is needed")
    package = pathlib.Path(sys.argv[1])
    depends = subprocess.run(["dpkg-deb", "-f", package, "Depends"], capture_output=True, text=True, check=True).stdout
    bare_root(sorted({re.split(r"[ (|]", word.strip())[0] for word in depends.split(",")} | {"nginx-light"}))  # recommended: in front of it
    mounted = []
    try:
        for kind, where in (("proc", "proc"), ("devtmpfs", "dev")):
            options = ["-t", kind, kind] if kind == "proc" else ["--bind", "/dev"]
            subprocess.run(["mount", *options, CLEAN / where], check=True)
            mounted.append(CLEAN / where)
        try_package(package)
    finally:
        for pid in RUNNING[:]:
            end(pid)
        for place in reversed(mounted):
            subprocess.run(["umount", place], check=False)
    shutil.rmtree(CLEAN)


main()
