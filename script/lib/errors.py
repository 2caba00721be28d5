"""Every result code of every module has its row in src/api/errors.c, each code one row, and no row names a code that is gone.

Codes of edges that never reach HTTP (server, receiver, cli) are exempt: src/cli/cli.c has their sentences."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXEMPT = {"server", "receiver", "cli"}


def declared() -> dict[str, str]:
    codes = {}
    for header in sorted((ROOT / "src").glob("*/*.h")):
        for name in re.findall(r"(\w+)\s*=\s*RESULT_CODE\(", header.read_text("utf-8")):
            codes[name] = header.parent.name
    return codes


def main() -> int:
    table = (ROOT / "src/api/errors.c").read_text("utf-8")
    rows = re.findall(r"^\s*\{([A-Z0-9_]+), \d{3},", table, flags=re.M)
    codes = declared()
    wrong = [f"src/api/errors.c: no row for {name} ({module})" for name, module in codes.items() if module not in EXEMPT and name not in rows]
    wrong += [f"src/api/errors.c: {name} is no code" for name in rows if name not in codes]
    wrong += [f"src/api/errors.c: {name} has two rows" for name in sorted(set(rows)) if rows.count(name) > 1]
    print("\n".join(wrong))
    return 1 if wrong else 0


sys.exit(main())
