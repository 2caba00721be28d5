#!/usr/bin/env python3
"""A private PostgreSQL 15 cluster for tests, with a standby if wanted: a folder of its own, a Unix socket only its owner reaches (with --tcp also a free port of loopback), an
unprivileged user (root becomes `postgres` or `nobody`), ended by its own process id and removed.

usage: script/lib/postgres.py run [--durable] [--tcp] [--set NAME=VALUE] COMMAND...     runs COMMAND with DANH_TEST_POSTGRES=URL; its exit code
       script/lib/postgres.py serve [--durable] [--tcp] [--set NAME=VALUE]              for other languages: see below

Texts are ordered by their bytes, as SQLite orders them. Without --durable the folder lies in memory where there is room: every setting is as safe as the
platform insists on, and an fsync costs nothing; right where a test does not ask what a lost machine leaves.
`serve` prints {"url", "pid", "folder", "log"} once it answers, then obeys its standard input, one order a line, one JSON line in answer to each:
  start                      after a stop or a kill: {"pid"}
  stop fast|immediate|kill   SIGINT (ends sessions), SIGQUIT (no checkpoint), SIGKILL to all its processes, as when a machine is lost
  create NAME [TEMPLATE]     a database: {"url"}
  drop NAME                  and whoever is connected to it
  template NAME              nobody connects to it any more, so that others are made from it
  base                       a base copy; wants --set archive_mode=on and an archive_command that fills ../wal
  recover MOMENT             another cluster, as this one was then: {"url"}
  sql TEXT                   {"answer"}: what psql prints of it, of the database `postgres` on the server that takes writes
  standby                    (needs --set wal_level=replica --set max_wal_senders=4) a second server that follows this one, which from then on acknowledges nothing the second has not on its disk: {"url", "pid"}, of both
  promote                    the second takes writes: {"ms"}; `start` and `stop` stay the first one's
  follow stop|go             the second receives but does not apply; applies again
The end of its input ends the cluster. URL names the database `postgres`; a test makes databases of its own beside it."""
import argparse
import contextlib
import glob
import json
import os
import pwd
import random
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

OWNER = "danh"
START_S = 60
FOLLOW = {"stop": "SELECT pg_wal_replay_pause()", "go": "SELECT pg_wal_replay_resume()"}
SIGNALS = {"smart": signal.SIGTERM, "fast": signal.SIGINT, "immediate": signal.SIGQUIT, "kill": signal.SIGKILL}
MEMORY, ROOM_BYTES = "/dev/shm", 2 << 30
QUICK = {"wal_level": "minimal", "max_wal_senders": "0", "min_wal_size": "32MB", "max_wal_size": "256MB"}
ALWAYS = {"max_connections": "300", "shared_buffers": "64MB", "jit": "off", "timezone": "UTC", "log_timezone": "UTC", "log_line_prefix": "%m [%p] ",
          "log_min_duration_statement": "-1", "log_checkpoints": "off", "huge_pages": "off", "dynamic_shared_memory_type": "mmap"}


def programs():
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"), key=lambda path: int(path.split("/")[4]))
    wanted = [path for path in found if "/15/" in path] or found
    if not wanted:
        raise FileNotFoundError("no PostgreSQL here: script/setup installs it")
    return os.path.dirname(wanted[0])


def unprivileged():
    """What a command must begin with so that it is not root, and ends with this process."""
    prefix = ["setpriv", "--pdeathsig", "QUIT"]
    if os.getuid() != 0:
        return prefix, None
    names = {user.pw_name: user for user in pwd.getpwall()}
    user = names.get("postgres") or names["nobody"]
    return [*prefix, f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"], user


PORTS = range(12000, 32000)  # below those that the kernel gives to whoever connects
CLAIMS = []


def free_port():
    """One that is this process's own among all tests of this machine (as in tests/flows/lib/installation.mjs): a name without a file says whose it is."""
    for port in random.sample(PORTS, len(PORTS)):
        claim = socket.socket(socket.AF_UNIX)
        try:
            claim.bind(f"\0danh-port-{port}")
            with socket.socket() as free:
                free.bind(("127.0.0.1", port))
        except OSError:
            claim.close()
            continue
        CLAIMS.append(claim)
        return port
    raise RuntimeError("no free port")


def children_of(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="utf-8") as file:
        return [int(child) for child in file.read().split()]


def state_of(pid):
    """One letter of proc(5): R, S, T, ...; Z, ended, also where nothing is left of it."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError), open(f"/proc/{pid}/stat", encoding="utf-8") as file:
        return file.read().rpartition(")")[2].split()[0]
    return "Z"


def wait_for(pid, states):
    until = time.monotonic() + START_S
    while state_of(pid) not in states and time.monotonic() < until:
        time.sleep(0.002)


def in_memory():
    """A folder whose bytes never meet a disk, or None when there is none with room."""
    with contextlib.suppress(OSError):
        if os.path.ismount(MEMORY) and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM_BYTES:
            return MEMORY
    return None


class Cluster:
    def __init__(self, durable=False, tcp=False, settings=None):
        self.bin = programs()
        self.folder = tempfile.mkdtemp(prefix="danh-postgres-", dir=None if durable else in_memory())
        self.data, self.log = f"{self.folder}/data", f"{self.folder}/log"
        self.process, self.port, self.password, self.standby = None, None, None, None
        self.prefix, user = unprivileged()
        if user:
            os.chown(self.folder, user.pw_uid, user.pw_gid)
        try:
            self._init(durable, tcp, settings or {})
        except BaseException:
            self.remove()
            raise

    def _init(self, durable, tcp, settings):
        command = [f"{self.bin}/initdb", "-D", self.data, "-U", OWNER, "--locale=C", "--encoding=UTF8", "--auth-local=trust", "--auth-host=scram-sha-256"]
        with tempfile.NamedTemporaryFile("w", dir=self.folder, delete=False) as word:
            self.password = secrets.token_hex(16)
            word.write(self.password)
        os.chmod(word.name, 0o644)  # inside a folder that is closed
        made = subprocess.run([*self.prefix, *command, f"--pwfile={word.name}", *([] if durable else ["--no-sync"])], cwd=self.folder, capture_output=True, text=True,
                              check=False)
        os.unlink(word.name)
        if made.returncode:
            raise RuntimeError(f"initdb: {made.stderr.strip()}")
        if tcp:
            self.port = free_port()
        wanted = {**ALWAYS, **({} if durable else QUICK), "unix_socket_directories": self.folder, "listen_addresses": "127.0.0.1" if tcp else "",
                  "port": str(self.port or 5432), **settings}
        with open(f"{self.data}/postgresql.auto.conf", "a", encoding="utf-8") as file:
            for name, value in wanted.items():
                escaped = value.replace("'", "''")
                file.write(f"{name} = '{escaped}'\n")

    def url_of_both(self, database="postgres"):
        """First this one, then its standby: whoever connects takes the one that takes writes."""
        if self.port:
            return f"postgresql://{OWNER}:{self.password}@127.0.0.1:{self.port},127.0.0.1:{self.standby.port}/{database}"
        return f"postgresql://{OWNER}@/{database}?host={self.folder},{self.standby.folder}"

    def url(self, database="postgres"):
        if self.port:
            return f"postgresql://{OWNER}:{self.password}@127.0.0.1:{self.port}/{database}"
        return f"postgresql://{OWNER}@/{database}?host={self.folder}"

    @property
    def pid(self):
        return self.process.pid if self.process else None

    def start(self):
        with open(self.log, "ab") as log:
            said = log.tell()
            self.process = subprocess.Popen([*self.prefix, f"{self.bin}/postgres", "-D", self.data], cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        ready, until = f"{self.data}/postmaster.pid", time.monotonic() + START_S
        while True:
            with contextlib.suppress(FileNotFoundError), open(ready, encoding="utf-8") as file:
                lines = file.read().split("\n")
                if len(lines) > 7 and lines[0] == str(self.process.pid) and lines[7].strip() == "ready":
                    return self
            if self.process.poll() is not None or time.monotonic() > until:
                with open(self.log, "rb") as file:
                    file.seek(said)
                    raise RuntimeError(f"PostgreSQL did not start: {file.read().decode(errors='replace')[-2000:]}")
            time.sleep(0.02)

    def stop(self, how="fast"):
        if not self.process:
            return
        children = []
        if how == "kill":  # they learn of its end by a pipe, which one just forked still holds, and would go on answering
            self.process.send_signal(signal.SIGSTOP)
            wait_for(self.process.pid, "TZ")
            children = children_of(self.process.pid)
            for child in children:
                os.kill(child, signal.SIGKILL)
        self.process.send_signal(SIGNALS[how])
        self.process.wait(timeout=START_S)
        for child in children:
            wait_for(child, "Z")
        self.process = None

    def sql(self, text, database="postgres"):
        """What psql prints of it, unaligned; fails where a statement does."""
        done = subprocess.run([f"{self.bin}/psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", self.url(database), "-f", "-"], input=text,
                              capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(done.stderr.strip())
        return done.stdout.strip()

    def create(self, name, template="template0"):
        checked(name), checked(template)
        self.sql(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)

    def drop(self, name):
        self.sql(f"DROP DATABASE IF EXISTS {checked(name)} WITH (FORCE)")

    def template(self, name):
        self.sql(f"ALTER DATABASE {checked(name)} WITH ALLOW_CONNECTIONS false IS_TEMPLATE false")

    def base(self):
        """A base copy to recover from: needs ARCHIVED among the settings."""
        command = [f"{self.bin}/pg_basebackup", "-D", f"{self.folder}/base", "-d", self.url(), "-X", "none", "-c", "fast", "--no-sync"]
        made = subprocess.run([*self.prefix, *command], cwd=self.folder, capture_output=True, text=True, check=False)
        if made.returncode:
            raise RuntimeError(f"pg_basebackup: {made.stderr.strip()}")

    def recover(self, moment):
        """Another cluster, as this one was at `moment`; it ends with this one."""
        segment = self.sql("SELECT pg_walfile_name(pg_current_wal_lsn())")
        self.sql("SELECT pg_switch_wal()")
        self.wait(f"SELECT last_archived_wal >= '{segment}' FROM pg_stat_archiver", "t")
        self.standby = Recovered(self, moment).start()
        self.standby.wait("SELECT pg_is_in_recovery()", "f")
        return self.standby

    def writer(self):
        return self.standby if self.standby and self.standby.is_promoted else self

    def follow(self):
        """A standby, synchronous from here on. Both url and addresses name both."""
        self.standby = Standby(self).start()
        self.sql("ALTER SYSTEM SET synchronous_standby_names = '*'")
        self.sql("SELECT pg_reload_conf()")
        self.wait("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'", "1")
        return self.standby

    def wait(self, question, answer):
        until = time.monotonic() + START_S
        while (told := self.sql(question)) != answer:
            if time.monotonic() > until:
                raise RuntimeError(f"{question}: {told}, not {answer}")
            time.sleep(0.02)

    def remove(self):
        if self.standby:
            self.standby.remove()
        self.stop("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)


class Standby(Cluster):
    """A copy of a running cluster that follows it (over its Unix socket)."""

    def __init__(self, primary):  # pylint: disable=super-init-not-called
        self.bin, self.prefix, self.password, self.standby = primary.bin, primary.prefix, primary.password, None
        self.folder = tempfile.mkdtemp(prefix="danh-postgres-", dir=os.path.dirname(primary.folder))
        self.data, self.log = f"{self.folder}/data", f"{self.folder}/log"
        self.process, self.is_promoted, self.port = None, False, None
        user = unprivileged()[1]
        if user:
            os.chown(self.folder, user.pw_uid, user.pw_gid)
        command = [f"{self.bin}/pg_basebackup", "-D", self.data, "-d", primary.url(), "-X", "stream", "-c", "fast", "-R", "--no-sync"]
        made = subprocess.run([*self.prefix, *command], cwd=self.folder, capture_output=True, text=True, check=False)
        if made.returncode:
            raise RuntimeError(f"pg_basebackup: {made.stderr.strip()}")
        if primary.port:
            self.port = free_port()
        with open(f"{self.data}/postgresql.auto.conf", "a", encoding="utf-8") as file:
            file.write(f"unix_socket_directories = '{self.folder}'\nport = {self.port or 5432}\n")

    def promote(self):
        began = time.monotonic()
        self.sql("SELECT pg_promote(true, 60)")
        self.wait("SELECT pg_is_in_recovery()", "f")
        self.is_promoted = True
        return round((time.monotonic() - began) * 1000)


class Recovered(Standby):
    """A cluster as another one was at a moment: its base copy and what its archive has of the log since."""

    def __init__(self, primary, moment):  # pylint: disable=super-init-not-called
        self.bin, self.prefix, self.password, self.standby = primary.bin, primary.prefix, primary.password, None
        self.folder = tempfile.mkdtemp(prefix="danh-postgres-", dir=os.path.dirname(primary.folder))
        self.data, self.log = f"{self.folder}/data", f"{self.folder}/log"
        self.process, self.is_promoted, self.port = None, True, None
        shutil.copytree(f"{primary.folder}/base", self.data)
        with open(f"{self.data}/postgresql.auto.conf", "a", encoding="utf-8") as file:
            file.write(f"unix_socket_directories = '{self.folder}'\nrestore_command = 'cp {primary.folder}/wal/%f %p'\n"
                       f"recovery_target_time = '{moment}'\nrecovery_target_action = 'promote'\narchive_mode = 'off'\n")
        with open(f"{self.data}/recovery.signal", "w", encoding="utf-8"):
            pass
        user = unprivileged()[1]
        for path, _, names in os.walk(self.folder) if user else ():
            for each in (path, *(os.path.join(path, name) for name in names)):
                os.chown(each, user.pw_uid, user.pw_gid)
        os.chmod(self.data, 0o700)


def checked(name):
    if not re.fullmatch(r"[a-z_][a-z0-9_]{0,60}", name):
        raise ValueError(f"no name for a database: {name}")
    return name


@contextlib.contextmanager
def running(**options):
    """with running(durable=False, tcp=False, settings={...}) as cluster: ..."""
    cluster = Cluster(**options)
    try:
        yield cluster.start()
    finally:
        cluster.remove()


def obey(cluster, order):
    verb, *words = order.split()
    if verb == "start":
        return {"pid": cluster.start().pid}
    if verb == "stop":
        return {"stopped": cluster.stop(*words)}
    if verb == "create":
        return {"url": cluster.create(*words)}
    if verb in ("drop", "template"):
        return {verb: getattr(cluster, verb)(*words)}
    if verb == "sql":
        return {"answer": cluster.writer().sql(order.partition(" ")[2])}
    if verb == "base":
        return {"base": cluster.base()}
    if verb == "recover":
        return {"url": cluster.recover(" ".join(words)).url()}
    if verb == "standby":
        return {"pid": cluster.follow().pid, "url": cluster.url_of_both()}
    if verb == "promote":
        return {"ms": cluster.standby.promote()}
    if verb == "follow":
        return {"answer": cluster.standby.sql(FOLLOW[words[0]])}
    raise ValueError(f"no such order: {verb}")


def serve(cluster):
    print(json.dumps({"url": cluster.url(), "pid": cluster.pid, "folder": cluster.folder, "log": cluster.log}), flush=True)
    for line in sys.stdin:
        try:
            answer = obey(cluster, line)
        except Exception as error:  # whoever asked must hear of it, and the cluster go on
            answer = {"error": str(error)}
        print(json.dumps(answer), flush=True)
    return 0


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("usage: ")[1].split("\n\n")[0])
    verbs = parser.add_subparsers(dest="verb", required=True)
    for name in ("run", "serve"):
        verb = verbs.add_parser(name)
        verb.add_argument("--durable", action="store_true")
        verb.add_argument("--tcp", action="store_true")
        verb.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
        if name == "run":
            verb.add_argument("command", nargs=argparse.REMAINDER)
    asked = parser.parse_args()
    if asked.verb == "run" and not asked.command:
        parser.error("run needs a command")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the cluster goes too
    with running(durable=asked.durable, tcp=asked.tcp, settings=dict(each.split("=", 1) for each in asked.set)) as cluster:
        if asked.verb == "serve":
            return serve(cluster)
        return subprocess.run(asked.command, env={**os.environ, "DANH_TEST_POSTGRES": cluster.url()}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
