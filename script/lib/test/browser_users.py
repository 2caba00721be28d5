"""Who plays the journeys in Chromium: the demonstration's identities, and an account of the operating system that is not root."""
import contextlib
import os
import pwd
import shutil
import sqlite3
import subprocess


def identities(demo):
    """The file that tests/browser/playwright.config.ts describes."""
    country = demo.country
    people = {p["name"]: person(p["pin"], p["full_name"], p["birth_date"]) for p in country["identities"]}
    people["enrolee"] = enrolee(demo)
    return {"password": country["demo_password"], "passcode": country["demo_passcode"], "signing_pin": country["demo_signing_pin"], "people": people}


def person(pin, name, birth_date):
    return {"pin": pin, "name": name, "birth_date": birth_date, "sex": "male" if int(pin[3]) % 2 == 0 else "female"}


def enrolee(demo):
    """Somebody in Hanoi, grown up, with a valid card and without an account."""
    taken = {p["pin"] for p in demo.country["identities"]}
    with contextlib.closing(sqlite3.connect(f"file:{demo.data}/danh.db?mode=ro", uri=True)) as db:
        rows = db.execute("""SELECT p.pin, p.name, p.birth FROM person p JOIN person_residence r ON r.person_id = p.person_id AND r.kind = 1
                             WHERE r.province = '01' AND p.life = 1 AND p.card_number IS NOT NULL AND p.card_expires > 30000
                               AND p.birth BETWEEN 19700101 AND 19991231 ORDER BY p.person_id DESC LIMIT 50""").fetchall()
    for pin, name, birth in rows:
        pin, birth = f"{pin:012d}", str(birth)
        if pin not in taken and not birth.endswith("00"):
            return person(pin, name, f"{birth[:4]}-{birth[4:6]}-{birth[6:]}")
    raise RuntimeError("nobody in the country can enrol")


def drop(command, env, folder):
    """Chromium refuses to run its sandbox as root: then the tests run as nobody, with a home of their own."""
    if os.getuid() != 0:
        return command, env
    nobody = pwd.getpwnam("nobody")
    reachable = subprocess.run(["setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups", "test", "-r", "tests/browser/playwright.config.ts"])
    if reachable.returncode or not shutil.which("setpriv"):
        return command, env
    for path in [folder, *(os.path.join(folder, name) for name in os.listdir(folder))]:
        os.chown(path, nobody.pw_uid, nobody.pw_gid)
    return (["setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups", *command],
            {**env, "HOME": folder, "TMPDIR": folder, "XDG_CONFIG_HOME": folder, "XDG_CACHE_HOME": folder})
