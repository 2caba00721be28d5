"""Every result code of every module has its row in src/api/errors.c or errors_sign_in.c, each code one row, and no row names a code that is gone.

Codes of edges that never reach HTTP (server, receiver, backup, cli) are exempt: src/cli/cli.c has their sentences."""
import re

EXEMPT = {"server", "receiver", "backup", "cli", "replay"}
TABLE = "src/api/errors.c"
TABLES = "src/api/errors*.c"


def check(tree):
    rows = []
    for table in tree.files(TABLES):
        text = tree.uncommented(table)
        rows += [(m[1], table, text.count("\n", 0, m.start(1)) + 1) for m in re.finditer(r"^\s*\{([A-Z0-9_]+), \d{3},", text, flags=re.M)]
    known = {name for name, _, _ in rows}
    codes = set()
    for path in tree.files("src/*/*.h"):
        header = tree.uncommented(path)
        for found in re.finditer(r"(\w+)\s*=\s*RESULT_CODE\(", header):
            codes.add(found[1])
            if path.split("/")[1] not in EXEMPT and found[1] not in known:
                yield f"{path}:{header.count(chr(10), 0, found.start()) + 1}: {found[1]} has no row in {TABLE}"
    for name, table, line in rows:
        if name not in codes:
            yield f"{table}:{line}: {name} is no code of any module"
    for name in sorted(known):
        places = [(table, line) for other, table, line in rows if other == name]
        if len(places) > 1:
            yield f"{places[1][0]}:{places[1][1]}: {name} has two rows"
