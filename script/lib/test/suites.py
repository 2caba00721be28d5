"""The suites of script/test: each runs one kind of test and gives (passed, failed). What failed is printed, what passed is counted."""
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

import demonstration
import unprivileged

sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import postgres  # noqa: E402

TSAN_TESTS = ["pool", "fiber", "db", "http_server", "http_stay", "http_connection", "ledger", "outbox", "signer_process", "snapshot"]


def run(command, seconds, **more):
    """Runs a program in a process group of its own; what it printed, and its exit code. Late: the group is ended."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", start_new_session=True, **more)
    try:
        output, _ = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, 15)
        try:
            process.communicate(timeout=5)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            process.communicate()
        raise subprocess.TimeoutExpired(command, seconds) from None
    return output, process.returncode


def indent(text, lines=60):
    kept = text.rstrip().split("\n")
    if len(kept) > lines:
        kept = ["..."] + kept[-lines:]
    print("\n".join(f"    {line}" for line in kept))


def tap(text):
    """Top-level counts of a TAP stream; a skipped test counts as neither."""
    passed = failed = 0
    for line in text.split("\n"):
        if re.match(r"ok\b", line) and not re.search(r"# ?skip", line, re.I):
            passed += 1
        elif re.match(r"not ok\b", line) and not re.search(r"# ?(skip|todo)", line, re.I):
            failed += 1
    return passed, failed


def meson(folder, seconds, names=(), wrapper=None, env=None):
    for log in glob.glob(f"{folder}/meson-logs/testlog*.json"):
        os.remove(log)
    output, code = run(["meson", "test", "-C", folder, "--no-rebuild", "--num-processes", "2", *(["--wrapper", wrapper] if wrapper else []), *names], seconds, env={**os.environ, **(env or {})})
    passed = failed = skipping = 0
    logs = glob.glob(f"{folder}/meson-logs/testlog*.json")  # its name has the wrapper in it
    if not logs:
        indent(output)
        return 0, 1
    with open(logs[0], encoding="utf-8", errors="replace") as file:
        for line in file:
            test = json.loads(line)
            good, bad = tap(test.get("stdout") or "")
            # meson takes cmocka's "not ok # SKIP" for a failure
            is_skipping = test["result"] == "FAIL" and test["returncode"] == 0 and bad == 0 and "# SKIP" in test["stdout"]
            if test["result"] not in ("OK", "SKIP") and not is_skipping:
                bad = max(bad, 1)
                print(f"    {test['name']}: {test['result']}")
                indent("\n".join(t for t in (test.get("stdout") or "").split("\n") if not t.startswith("ok ")))
                indent("\n".join((test.get("stderr") or "").split("\n")[:40]))
            passed, failed, skipping = passed + good, failed + bad, skipping + is_skipping
    if code != 0 and failed == 0 and not skipping:
        indent(output)
        failed = 1
    return passed, failed


def node_tests(pattern, seconds, env=None, without=()):
    files = sorted(set(glob.glob(pattern)) - set(without))
    if not files:
        return 0, 0
    output, code = run(["node", "--test", "--test-reporter=tap", "--test-concurrency=1", *files], seconds, env={**os.environ, **(env or {})})
    counts = {word: int(n) for word, n in re.findall(r"^# (pass|fail|cancelled) (\d+)$", output, re.M)}
    passed, failed = counts.get("pass", 0), counts.get("fail", 0) + counts.get("cancelled", 0)
    if code != 0 or failed:
        failed = max(failed, 1)
        indent("\n".join(line for line in output.split("\n") if not re.match(r"\s*(ok |# Subtest|---|\.\.\.|duration_ms|type:)", line)), 120)
    return passed, failed


def build(folder, seconds, options, targets=(), env=None):
    """A build folder of its own, for a sanitizer. True: it is there."""
    if not os.path.exists(f"{folder}/build.ninja"):
        output, code = run(["meson", "setup", folder, *options], seconds, env={**os.environ, **(env or {})})
        if code:
            indent(output)
            return False
    output, code = run(["ninja", "-C", folder, *targets], seconds)
    if code:
        indent("\n".join(line for line in output.split("\n") if not line.startswith("[")))
    return code == 0


def unit(is_long, seconds):
    """Unit tests beside the sources, published vectors, outside tools (meson test)"""
    return meson("build", seconds)


def procedures(is_long, seconds):
    """Every procedure's own legal examples (danh procedure check)"""
    output, code = run(["build/danh", "procedure", "check", "--json"], seconds)
    last = output.strip().split("\n")[-1]
    if code:
        indent(run(["build/danh", "procedure", "check"], seconds)[0])
    if not last.startswith("{"):
        return 0, 1
    counts = json.loads(last)
    return counts["passed"], max(counts["failed"], 1 if code else 0)


def web(is_long, seconds):
    """The web app's own tests (vitest)"""
    with tempfile.TemporaryDirectory() as folder:
        output, code = run(["npm", "run", "--silent", "test", "--", "--reporter=json", f"--outputFile={folder}/web.json"], seconds, cwd="web")
        try:
            with open(f"{folder}/web.json", encoding="utf-8") as file:
                report = json.load(file)
        except FileNotFoundError:
            indent(output)
            return 0, 1
    for result in report["testResults"]:
        for test in result["assertionResults"]:
            if test["status"] == "failed":
                print(f"    {test['fullName']}")
                indent("\n".join(test["failureMessages"]))
        if result["status"] == "failed" and not result["assertionResults"]:
            indent(result.get("message", result["name"]))
    return report["numPassedTests"], report["numFailedTests"] + (1 if code and not report["numFailedTests"] else 0)


def flows(is_long, seconds):
    """Stories over HTTP against a running platform (tests/flows)"""
    without = [f"tests/flows/{name}.test.mjs" for name in ("nodes", "postgres_trouble", "visit")]  # PostgreSQL alone has nodes, troubles of its own, and a log of statements
    return node_tests("tests/flows/*.test.mjs", seconds, {"DANH_LONG": "1" if is_long else ""}, without)


def flows_postgres(is_long, seconds):
    """The same stories on PostgreSQL, in a cluster of their own (script/lib/postgres.py)"""
    with postgres.running() as cluster:
        return node_tests("tests/flows/*.test.mjs", seconds, {"DANH_LONG": "1" if is_long else "", "DANH_TEST_POSTGRES": cluster.url()})


# A disk's failed writes and lost power below SQLite; PostgreSQL's are tests/crash's, by kill and recovery.
UNIT_OF_SQLITE = {"db_crash"}


def unit_postgres(is_long, seconds):
    """The unit tests that keep rows, on PostgreSQL: those whose fixture asks db/engine_fixture.h"""
    tests = json.loads(run(["meson", "introspect", "build", "--tests"], seconds)[0])
    names = [test["name"] for test in tests if any(asks_engine(path) for path in glob.glob(f"{test['cmd'][0]}.p/*_test.c.o"))]
    names = sorted(set(names) - UNIT_OF_SQLITE)
    with postgres.running(settings={"autovacuum": "off"}) as cluster:  # each database lives for one test
        return meson("build", seconds, names, env={"DANH_TEST_POSTGRES": cluster.url()})


def asks_engine(path):
    with open(path, "rb") as file:
        return b"DANH_TEST_POSTGRES" in file.read()


def crash(is_long, seconds):
    """kill -9 and failed input and output under load (tests/crash)"""
    return node_tests("tests/crash/*.test.mjs", seconds, {"DANH_KILLS": "1000" if is_long else "100"})


def interop(is_long, seconds):
    """Programs nobody here wrote (tests/interop; pdfsig, qpdf and openssl are among the unit tests)"""
    return node_tests("tests/interop/*.test.mjs", seconds, {"DANH_LONG": "1" if is_long else ""})


def browser(is_long, seconds):
    """The journeys in Chromium with axe-core (Playwright)"""
    with tempfile.TemporaryDirectory() as folder, demonstration.running(folder, people=2000) as demo, demonstration.pilot(folder) as pilot:
        os.chmod(folder, 0o711)
        results = f"{folder}/results"
        os.mkdir(results)
        for file in (f"{demo.data}/identities.json", pilot.printed):
            shutil.copy(file, results)
        command = ["web/node_modules/.bin/playwright", "test", "-c", "tests/browser", "--reporter=json", f"--output={results}/output"]
        env = {**os.environ, "DANH_URL": demo.origin, "DANH_IDENTITIES": f"{results}/identities.json", "DANH_PILOT_URL": pilot.origin,
               "DANH_PILOT": f"{results}/pilot.json", "PLAYWRIGHT_JSON_OUTPUT_NAME": f"{results}/report.json"}
        command, env = unprivileged.drop(command, env, results)
        output, code = run(command, seconds, env=env)
        try:
            with open(f"{results}/report.json", encoding="utf-8") as file:
                report = json.load(file)
        except FileNotFoundError:
            indent(output)
            return 0, 1
        for suite in report["suites"]:
            browser_failures(suite)
        stats = report["stats"]
        for error in report.get("errors", []):
            indent(plain(error.get("message", "")))
        return stats["expected"], stats["unexpected"] + stats["flaky"] + (1 if code and not stats["unexpected"] else 0)


def browser_failures(suite):
    for inner in suite.get("suites", []):
        browser_failures(inner)
    for spec in suite.get("specs", []):
        if not spec["ok"]:
            print(f"    {spec['file']}:{spec['line']} {spec['title']}")
            for test in spec["tests"]:
                for result in test["results"][-1:]:
                    for error in result.get("errors", []):
                        indent(plain(error.get("message", "")), 30)
                    indent(page_seen(result), 60)


def page_seen(result):
    """What the page said when the test failed, as Playwright's tree of it"""
    paths = [a["path"] for a in result.get("attachments", []) if a.get("name") == "error-context" and a.get("path")]
    if not paths:
        return ""
    with open(paths[0], encoding="utf-8") as file:
        return file.read().partition("# Page snapshot")[2].partition("# Test source")[0]


def plain(text):
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


SANITIZED = ["--buildtype=debugoptimized", "-Db_sanitize=address,undefined", "-Db_lundef=false", "-Dfuzz=true", "-Dc_args=-fsanitize=fuzzer-no-link"]


def sanitizers(is_long, seconds):
    """The unit tests under AddressSanitizer and UndefinedBehaviorSanitizer (clang)"""
    if not build("build-asan", seconds, SANITIZED, env={"CC": "ccache clang"}):
        return 0, 1
    os.environ["UBSAN_OPTIONS"] = "halt_on_error=1:print_stacktrace=1"
    return meson("build-asan", seconds)


def threads(is_long, seconds):
    """What runs on many threads under ThreadSanitizer"""
    if not os.path.exists("build-tsan/build.ninja") and not build("build-tsan", seconds, ["--buildtype=debugoptimized", "-Db_sanitize=thread", "-Db_lundef=false"], ["-t", "clean"]):
        return 0, 1
    known = {t["name"] for t in json.loads(run(["meson", "introspect", "build-tsan", "--tests"], seconds)[0])}
    names = sorted(known) if is_long else [n for n in TSAN_TESTS if n in known]
    if not build("build-tsan", seconds, [], [f"test_{n}" for n in names]):
        return 0, 1
    # memmem checked whole at each call makes counting in a long text quadratic
    os.environ["TSAN_OPTIONS"] = f"halt_on_error=1:intercept_memmem=0:suppressions={os.path.abspath('script/lib/test/threads.supp')}"
    return meson("build-tsan", seconds, names, "setarch -R")


def fuzz(is_long, seconds):
    """Every parser that meets outside bytes, a moment each (libFuzzer); script/fuzz runs them for longer"""
    if not build("build-asan", seconds, SANITIZED, ["fuzz"], {"CC": "ccache clang"}):
        return 0, 1
    passed = failed = 0
    for program in sorted(glob.glob("build-asan/fuzz_*")):
        if os.path.isdir(program):
            continue
        output, code = run([sys.executable, "script/fuzz", "--seconds", "30" if is_long else "2", "--no-build", os.path.basename(program)[5:]], seconds)
        if code:
            print(f"    {program}")
            indent(output, 40)
        passed, failed = passed + (code == 0), failed + (code != 0)
    return passed, failed
