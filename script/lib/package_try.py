"""Installs the Debian package in a bare Debian of its own, runs it there as systemd would, and takes it away again.

usage: /usr/bin/python3 script/lib/package_try.py PACKAGE.deb     (root; script/package --try)

There is no systemd in a bare root: this file does what the units ask of it, from their own text: the sockets with their owners, the users, the credentials,
notification and watchdog, and the system-call filters, here with death instead of EPERM for a call that is not allowed. What needs namespaces of systemd's own
(ProtectSystem=, PrivateUsers= ...) is judged by `systemd-analyze` alone."""
import ctypes
import fcntl
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys

import seccomp

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHELF = ROOT / ".local/package"
BARE = SHELF / "bare.tar"
CLEAN = SHELF / "clean"
UNITS = CLEAN / "lib/systemd/system"
PORT_ANY = 0
STARTS_IN_S = 60
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/", "LANG": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"}
# What any installation of any package leaves: logs, caches, dpkg's and apt's own books.
NOT_OURS = re.compile(r"^/(proc|dev|sys|run/lock|tmp|var/log|var/cache|var/lib/(apt|dpkg|systemd|ucf)|etc/(passwd|group|shadow|gshadow|subuid|subgid)-?|etc/ld\.so\.cache)(/|$)")


def must(condition, what):
    if not condition:
        raise SystemExit(f"error: {what}")


def say(text):
    print(f"    {text}", flush=True)


def inside(*command, **more):
    return subprocess.run(["chroot", CLEAN, *command], env=ENVIRONMENT, text=True, **more)


def bare_root():
    """The bare Debian, from the archive this machine uses; made once, unpacked each time."""
    if not BARE.exists():
        targets = subprocess.run(["apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE)", "Created-By: Packages", "Component: main"], capture_output=True, text=True, check=True)
        archive = next(line.split()[0] for line in targets.stdout.splitlines() if line.split()[1] == "bookworm")
        fresh = SHELF / "bare"
        shutil.rmtree(fresh, ignore_errors=True)
        subprocess.run(["debootstrap", "--variant=minbase", "bookworm", fresh, archive], check=True, stdout=subprocess.DEVNULL)
        subprocess.run(["tar", "-C", fresh, "-cf", f"{BARE}.new", "."], check=True)
        shutil.rmtree(fresh)
        os.rename(f"{BARE}.new", BARE)
    shutil.rmtree(CLEAN, ignore_errors=True)
    CLEAN.mkdir()
    subprocess.run(["tar", "-C", CLEAN, "-xf", BARE], check=True)
    shutil.copy("/etc/resolv.conf", CLEAN / "etc/resolv.conf")
    for name in pathlib.Path("/etc/apt/apt.conf.d").glob("*"):  # how this machine reaches the archive
        shutil.copy(name, CLEAN / "etc/apt/apt.conf.d")
    inside("apt-get", "update", "-qq", check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


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
    """The unit's socket, as systemd makes it."""
    path = unit.get("ListenStream")
    outside = CLEAN / path.lstrip("/")
    outside.parent.mkdir(parents=True, exist_ok=True)
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    made.bind(str(outside))
    os.chown(outside, ids(unit.get("SocketUser"))[0], group_id(unit.get("SocketGroup")))
    os.chmod(outside, int(unit.get("SocketMode"), 8))
    made.listen(128)
    return made


def credentials(unit):
    """LoadCredential=, as systemd shows it: a folder of the service's own."""
    uid, gid = ids(unit.get("User"))
    folder = CLEAN / "run/credentials" / unit.name
    folder.mkdir(parents=True, exist_ok=True)
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


class Service:
    """A service started as its unit says."""

    def __init__(self, unit, sockets):
        self.unit = unit
        uid, gid = ids(unit.get("User"))
        notify_path = CLEAN / f"run/notify-{unit.name}"
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
    must(child.stdout.readline(), f"the receiver {name} does not start")
    return child


def demonstrate(signer):
    """A demonstration country whose keys the signer's own process makes, and the main job in it."""
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
    door = socket.socket()  # of this machine, so that the job's client reaches it; the unit's own is the proxy's
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    door.bind(("127.0.0.1", port))
    door.listen(128)
    receivers = [start_receiver(name, url) for name, url in urls.items()]
    server = Service(Unit("danh.service"), [listen(Unit("danh.socket")), door])
    try:
        job = subprocess.run(["node", ROOT / "script/lib/main_job.mjs", "--origin", f"http://localhost:{port}", "--data", data, "--program", ROOT / "build/danh",
                              "--out", CLEAN / "tmp/certificate"], env={**os.environ, "PATH": f"{ROOT}/.local/node/bin:{os.environ['PATH']}"}, capture_output=True, text=True)
        must(job.returncode == 0, f"the main job: {job.stderr}{server.errors.read_text()}")
        over_unix = subprocess.run(["curl", "-s", "--unix-socket", CLEAN / "run/danh/web.sock", "http://localhost/readyz"], capture_output=True, text=True, check=True)
        must(json.loads(over_unix.stdout)["status"] == "ready", over_unix.stdout)
        server.hear_watchdog()
        os.kill(server.pid, signal.SIGHUP)
        server.hear("READY=1")
        server.stop()
    finally:
        for child in receivers:
            child.terminate()
            child.wait()
    say("danh.service and danh-signer.service ran as their units say, and the main job was done")


def main():
    must(os.geteuid() == 0, "root is needed")
    bare_root()
    mounted = []
    try:
        for kind, where in (("proc", "proc"), ("devtmpfs", "dev")):
            options = ["-t", kind, kind] if kind == "proc" else ["--bind", "/dev"]
            subprocess.run(["mount", *options, CLEAN / where], check=True)
            mounted.append(CLEAN / where)
        try_package(pathlib.Path(sys.argv[1]))
    finally:
        for place in reversed(mounted):
            subprocess.run(["umount", place], check=False)
    shutil.rmtree(CLEAN)


def try_package(package):
    shutil.copy(package, CLEAN / "tmp/danh.deb")
    # What it depends on comes first, so that only what is its own is compared.
    depends = subprocess.run(["dpkg-deb", "-f", package, "Depends"], capture_output=True, text=True, check=True).stdout
    names = [re.split(r"[ (|]", word.strip())[0] for word in depends.split(",")]
    inside("apt-get", "install", "-y", "-qq", "--no-install-recommends", *names, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    inside("groupadd", "--system", "--force", "www-data", check=True)
    before = listing()
    installed = inside("dpkg", "-i", "/tmp/danh.deb", capture_output=True)
    must(installed.returncode == 0, f"dpkg -i: {installed.stderr}")
    check_installed()
    say("installed: users, folders and rights, conffile, programs and web app")
    signer = Service(Unit("danh-signer.service"), [listen(Unit("danh-signer.socket"))])
    demonstrate(signer)
    signer.hear_watchdog()
    signer.stop()
    master = (CLEAN / "etc/danh/signer-master").read_bytes()
    again = inside("dpkg", "-i", "/tmp/danh.deb", capture_output=True)
    must(again.returncode == 0 and (CLEAN / "etc/danh/signer-master").read_bytes() == master, f"installed over itself: {again.stderr}")
    shutil.rmtree(CLEAN / "run/credentials")
    for left in (CLEAN / "run").glob("notify-*"):
        left.unlink()
    removed = inside("dpkg", "--remove", "danh", capture_output=True)
    must(removed.returncode == 0 and (CLEAN / "var/lib/danh/danh.db").exists() and (CLEAN / "etc/danh/signer-master").exists(), f"removing took data with it: {removed.stderr}")
    purged = inside("dpkg", "--purge", "danh", capture_output=True)
    must(purged.returncode == 0, f"dpkg --purge: {purged.stderr}")
    left = sorted(listing() - before)
    must(not left, f"left after purging: {left}")
    say("removed: programs gone, data kept; purged: nothing left")


main()
