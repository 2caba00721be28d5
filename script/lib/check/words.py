"""What no tracked file may hold: paths of one machine, hosts of package registries, secrets, and marks of unfinished work."""
import re

# The classes in brackets keep this file from finding itself.
FORBIDDEN = [
    (r"(?<![\w.])/(?:wor[k]|roo[t]|farm|home/\w+)/", "a path of one machine"),
    (r"\bsub-?agen[t]s?\b|\bwor[k]tree of\b|\bAI assistan[t]\b|\blanguage mode[l]\b", "a word about how it was written"),
    (r"registry\.npmj[s]|registry\.yarnpk[g]|pypi\.or[g]|pythonhoste[d]|proxy\.golan[g]|crates\.i[o]\b|deb\.debia[n]\.org", "a package registry's host"),
    (r"-----BEGIN (?:[A-Z]+ )*PRIVATE KE[Y]-----", "a private key"),
    (r"\bAKI[A][0-9A-Z]{16}\b|\bgh[pous]_[A-Za-z0-9]{36}\b|\bxox[abp]-[0-9A-Za-z-]{10,}", "a secret"),
    (r"\b(?:TOD[O]|FIXM[E]|XX[X]|HAC[K])\b", "a mark of unfinished work"),
]
LOCK = re.compile(r'"resolved":\s*"https?://')


def check(tree):
    patterns = [(re.compile(p), what) for p, what in FORBIDDEN]
    for path in tree.files():
        raw = (tree.root / path).read_bytes()
        if b"\0" in raw[:8000]:
            continue
        for number, line in enumerate(raw.decode("utf-8", errors="replace").split("\n"), 1):
            for pattern, what in patterns:
                found = pattern.search(line)
                if found and not tree.excepted("words", f"{path} {found.group()}"):
                    yield f"{path}:{number}: {what}: {found.group()}"
            if path.endswith("package-lock.json") and LOCK.search(line):
                yield f"{path}:{number}: the lock file names a registry: set omit-lockfile-registry-resolved=true in .npmrc"
