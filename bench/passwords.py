"""Password sign-ins: bound by Argon2id and reported apart. Whether a storm of them slows token refresh, and whether the time of an answer tells an
unknown number from a wrong password."""
import random

import sign_in as base

STORM_CLIENTS = 32
STORM_S = 8
ROUNDS = 3
REFRESH_CLIENTS = 4
REFRESH_PER_S = 100


def attempts(ours, pins):
    form = {"pin": "{1}", "password": "khong-phai-mat-khau-nay", "next": "/app/"}
    headers = [base.FORM, f"Origin: http://localhost:{ours.port}"]
    status = base.Browser(ours.port).ask("POST", "/sign-in", {"pin": pins[0], "password": "khong-phai-mat-khau-nay", "next": "/app/"})[0]
    return base.scenario(pins, base.request(ours, "POST", "/sign-in", headers, form, before=[f"expect {status}"]))


def refreshes(ours, rows):
    asked = base.ASKED | {"scope": "openid profile email offline_access"}
    tokens = [base.token_answer(ours, row, asked)["refresh_token"] for row in rows]
    form = {"grant_type": "refresh_token", "refresh_token": "{1}"}
    return base.scenario(tokens, base.request(ours, "POST", ours.token, [base.FORM, base.basic(ours)], form, before=["expect 200"]))


def said(got):
    return f"ms p50; p90 {got['p90_ms']} ms, p99 {got['p99_ms']} ms"


def measure(run, bench, ours, rows):
    since = run.calibrate()
    unknown = [f"0{random.randrange(10**11):011d}" for _ in range(5000)]
    known = [one["pin"] for one in run.identities if one["pin"]]
    texts = {"unknown": attempts(ours, unknown), "known": attempts(ours, known)}
    refresh = refreshes(ours, rows)
    whole = bench.load(ours, texts["unknown"], 4, STORM_CLIENTS)
    run.add("password sign-ins, wrong ones, bound by Argon2id", whole["flows_per_s"], f"a second on one core; {whole['processor_us']:.0f} us of it each", since)
    got = {"unknown": [], "known": []}
    for _ in range(ROUNDS):
        for kind, text in texts.items():
            got[kind].append(bench.load(ours, text, 3, clients=1))
    for kind, name in (("unknown", "unknown number"), ("known", "known number, wrong password")):
        middle = sorted(got[kind], key=lambda one: one["p50_ms"])[ROUNDS // 2]
        run.add(f"  time of the answer, one at a time: {name}", middle["p50_ms"], said(middle), since)
    quiet = bench.load(ours, refresh, STORM_S - 2, REFRESH_CLIENTS, REFRESH_PER_S)
    # two clients that never sleep would take the core they share from one another for milliseconds, and that would count as the server's
    storm = bench.begin(ours, texts["unknown"], STORM_S, STORM_CLIENTS, "sharing")
    beside = bench.load(ours, refresh, STORM_S - 2, REFRESH_CLIENTS, REFRESH_PER_S)
    stormed = bench.end(ours, storm)
    run.calibrate()
    run.add(f"token refresh, {REFRESH_PER_S} a second", quiet["p50_ms"], said(quiet), since)
    run.add(f"  in a storm of {STORM_CLIENTS} clients' passwords", beside["p50_ms"], f"{said(beside)}; {beside['flows_per_s']} refreshed and "
            f"{stormed['flows_per_s']} passwords checked a second", since)
