"""Banned names (a thing belongs to the module that owns its noun) and banned functions (unbounded, ambiguous or out of env's hands)."""
import re

BANNED_NAMES = {"util", "utils", "helper", "helpers", "common", "misc", "manager", "managers"}
BANNED_FUNCTIONS = {
    "strcpy": "struct slice or buf_", "strcat": "struct buf", "sprintf": "snprintf or buf_", "vsprintf": "vsnprintf", "atoi": "base's number parser",
    "atol": "base's number parser", "strtok": "slice_", "rand": "struct random", "srand": "struct random", "random": "struct random",
    "time": "struct clock", "gets": "a bounded read",
}
CALL = re.compile(r"(?<![\w.])(?<!->)(" + "|".join(BANNED_FUNCTIONS) + r")\s*\(")
# The start of a definition: a name before its parameters, fields or values.
SYMBOL = re.compile(r"^(?:[A-Za-z_][\w ]*[ *]+)(\w+)\s*\(|^(?:struct|enum)\s+(\w+)\s*\{", re.M)


def words(name):
    return set(re.split(r"[_./-]", name.lower()))


def check(tree):
    for path in tree.files("src/**", "procedures/**", "tests/**", "bench/**", "web/src/**", "script/**"):
        banned = set().union(*(words(part) for part in path.split("/"))) & BANNED_NAMES
        if banned and not tree.excepted("names", path):
            yield f"{path}:1: '{', '.join(sorted(banned))}' in a file's name: put it with the noun it serves"
    for path in tree.files("src/**.c", "src/**.h", "tests/**.c", "bench/**.c"):
        text = tree.code(path)
        for found in SYMBOL.finditer(text):
            name = found[1] or found[2]
            if words(name) & BANNED_NAMES and not tree.excepted("names", name):
                yield f"{path}:{text.count(chr(10), 0, found.start()) + 1}: '{name}' holds a banned word: name what it is"
        if path.startswith("src/base/"):
            continue
        for found in CALL.finditer(text):
            if text[: found.start()].rstrip().endswith("#define"):
                continue
            place = f"{path} {found[1]}"
            if not tree.excepted("names", place):
                yield f"{path}:{text.count(chr(10), 0, found.start()) + 1}: {found[1]}() is banned outside src/base/: use {BANNED_FUNCTIONS[found[1]]}"
