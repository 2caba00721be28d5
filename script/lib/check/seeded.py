"""Every check finds what it is there for: violations are sown into a small tree, which is clean without them."""
import importlib
import json
import os
import pathlib
import re
import subprocess
import tempfile

from tree import Tree

LONG = "int ledger_long(void) {\n" + "  (void)0;\n" * 70 + "  return 0;\n}\n"
DEEP = "int ledger_deep(int n) {\n  if (n) { if (n) { if (n) { if (n) { return 1; } } } }\n  return 0;\n}\n"
WIDE = "int ledger_wide(int a, int b, int c, int d, int e, int f) { return a + b + c + d + e + f; }\n"
UNUSED = "int main(void) {\n  int never;\n  return 0;\n}\n"
EMPTY = "int main(void) { return 0; }\n"
MESON = "project('x', 'c', default_options: ['werror=true', 'warning_level=2'])\nexecutable('a', 'a.c')\nalias_target('bench', executable('b', 'b.c', build_by_default: false))\n"
CONTRACT = "paths:\n  /api/me:\n    get:\n      operationId: me\n"
MAN = ("danh(1)\n\n# NAME\n\ndanh - a program\n\n# COMMANDS\n\n*serve* *now* [_OPTIONS_]\n\tServes.\n\n\t*--drain* _SECONDS_\n\t\tlonger\n\n*version*\n\tPrints.\n\n"
       "# EXIT STATUS\n\n*0*\n\tDone.\n\n*71*\n\tNo memory.\n\n# LIMITS\n\n*codes_max* 5\n\tCodes.\n\n# SEE ALSO\n\nNone.\n")
MAN_INI = "danh.ini(5)\n\n# NAME\n\ndanh.ini - its settings\n\n## [log]\n\n*requests* = _WORD_\n\tWhich.\n\n*url* = _URL_ (at start)\n\tWhere.\n\n# SEE ALSO\n\nNone.\n"
SETTINGS = ('const struct server_setting server_setting_rows[] = {\n    {"log", "requests", KIND, AT(log_requests), false, NULL},\n'
            '    TEXT_AT_START("log", "url", url, is_url),\n    {0},\n};\n')
UNFINISHED = "TO" + "DO"


def archive(root):
    """build/libcore.a of the tree's C files, its members named as Meson names them."""
    (root / "build").mkdir()
    objects = []
    for source in root.glob("src/*/*.c"):
        objects.append(f"build/{'_'.join(source.relative_to(root).parts)}.o")
        subprocess.run(["cc", "-c", str(source), "-o", objects[-1]], cwd=root, check=True)
    subprocess.run(["ar", "rcs", "build/libcore.a", *objects], cwd=root, check=True)


def standards_page(root):
    (root / "doc").mkdir(exist_ok=True)
    (root / "doc/standards.md").write_text(importlib.import_module("standards").page(Tree(root)))


def executable(root):
    for path in root.glob("script/*"):
        path.chmod(0o755)


def web_tools(root):
    """The app's own tools and rules; a tree without a source of its own has nothing else to complain of."""
    ours = pathlib.Path(__file__).resolve().parents[3] / "web"
    for name in ("node_modules", "package.json", "biome.json", "tsconfig.json"):
        os.symlink(ours / name, root / "web" / name)


def program(root):
    """A program whose new installation has one table, and how its sources are compiled."""
    (root / "build").mkdir()
    made = root / "build/danh"
    made.write_text('#!/bin/sh\nmkdir "$3" && sqlite3 "$3/danh.db" "CREATE TABLE t (n INTEGER NOT NULL, s TEXT) STRICT"\n'
                    'test -z "$8" || psql -q -d "$8" -c "CREATE TABLE t (n BIGINT NOT NULL, s TEXT)"\n')
    made.chmod(0o755)
    commands = [{"directory": str(root / "build"), "command": "cc -c", "file": f"../{path.relative_to(root)}"} for path in root.glob("src/*/*.c")]
    (root / "build/compile_commands.json").write_text(json.dumps(commands))


def helping(root):
    """A program that says what it knows."""
    (root / "build").mkdir()
    made = root / "build/danh"
    made.write_text('#!/bin/sh\ncase "$1" in\nhelp) printf "usage\\n\\n  serve  Serves\\n  version  Prints\\n" ;;\n'
                    'serve) printf "usage: danh serve now [options]\\n\\n  --drain SECONDS  longer\\n  --help  this\\n" ;;\n'
                    '*) printf "usage: danh version [options]\\n\\nexit codes: 0 done, 71 no memory\\n" ;;\nesac\n')
    made.chmod(0o755)


# check -> (a clean tree, what is sown into it, what must be said of each, what else has to be made)
CASES = {
    "manual": ({"doc/man/danh.1.scd": MAN, "doc/man/danh.ini.5.scd": MAN_INI, "src/cli/cli.h": "enum cli_exit { CLI_OK = 0 };\n", "src/server/config.c": SETTINGS,
                "src/base/arena.c": "enum { EXIT_OUT_OF_MEMORY = 71 };\n", "src/account/limits.c": "a = {ENV_LIMIT(account_limits, codes_max)};\n"},
               {"doc/man/danh.1.scd": MAN.replace("*now*", "*later*").replace("drain* _SECONDS_", "drain*").replace("*version*", "*vanish*").replace("*71*", "*72*")
                .replace("# SEE", "*many_max* 1\n\tMany.\n\n# SEE"), "doc/man/danh.ini.5.scd": MAN_INI.replace("requests", "answers").replace(" (at start)", ""),
                "src/cli/cli.h": "enum cli_exit { CLI_OK = 0, CLI_REFUSED = 1 };\n", "src/message/limits.c": "a = {ENV_LIMIT_UP_TO(message_limits, window_ms, 5)};\n"},
               [r"command version is not there", r"knows no command vanish", r"operand of danh serve now is not there", r"knows no operand of danh serve later",
                r"--drain takes SECONDS, not nothing", r"exit code 1 is not there", r"exit code 71 is not there", r"knows no exit code 72", r"--help does not name exit code 1",
                r"limit message\.window_ms is not there", r"knows no limit many_max", r"setting \[log\] requests is not there", r"knows no setting \[log\] answers",
                r"\[log\] url waits for a start"], helping),
    "second_compiler": ({"meson.build": MESON, "a.c": EMPTY, "b.c": EMPTY}, {"b.c": UNUSED}, [r"^b\.c:2.*never"], None),
    "web": ({"web/src/api/a.ts": "export const a = 1\n", "doc/api/openapi.yaml": "openapi: 3.1.0\ninfo: { title: a, version: '1' }\npaths: {}\n"},
            {"web/src/api/a.ts": "export const a: string = 1\n"}, [r"^web: src/api/a\.ts.*TS2322"], web_tools),
    "headers": ({"src/base/a.h": "#pragma once\n#include <stddef.h>\nsize_t a_len(void);\n"}, {"src/base/a.h": "#pragma once\nsize_t a_len(void);\n"},
                [r"^src/base/a\.h:1: .* under gcc", r"^src/base/a\.h:1: .* under clang"], None),
    "sizes": ({"src/ledger/a.c": "int ledger_a(void) { return 0; }\n"}, {"src/ledger/a.c": LONG + DEEP + WIDE + "\n" * 530},
              [r"ledger_long has 73 lines", r"ledger_deep has 4 levels", r"ledger_wide has 6 parameters", r"^src/ledger/a\.c:601: "], None),
    "layers": ({"src/layers.txt": "base:\ndb: base\nledger: base db\n", "src/base/a.h": "\n", "src/db/db.h": '#include "base/a.h"\n', "src/ledger/ledger.h": "\n",
                "src/ledger/leaf.h": "\n"},
               {"src/db/db.h": '#include "ledger/ledger.h"\n#include <openssl/evp.h>\n', "src/layers.txt": "base: db\ndb: base\nledger: base db\n"},
               [r"^src/db/db\.h:1: .*may not include ledger", r"^src/db/db\.h:2: .*belongs in src/crypto/", r"^src/layers\.txt:1: base names db"], None),
    "symbols": ({"src/ledger/a.c": "int ledger_a(void) { return 0; }\n", "src/base/slice.c": "int slice_a(void) { return 0; }\n"},
                {"src/ledger/b.c": "int other_b(void) { return 0; }\n", "src/base/text.c": "int slice_b(void) { return 0; }\n"},
                [r"^src/ledger/b\.c:1: other_b", r"^src/base/text\.c:1: slice_b"], archive),
    "names": ({"src/ledger/a.c": "int ledger_a(void) { return 0; }\n"},
              {"src/ledger/util.c": "\n", "src/ledger/a.c": "int ledger_helper(char *to) { return strcpy(to, to) != 0; }\n"},
              [r"^src/ledger/util\.c:1: ", r"^src/ledger/a\.c:1: 'ledger_helper'", r"^src/ledger/a\.c:1: strcpy\(\)"], None),
    "columns": ({"src/ledger/a.c": 'static const char *a = "CREATE TABLE t (person_id id/public, n int/public, PRIMARY KEY (person_id, n))";\n'},
                {"src/ledger/b.c": 'static const char *b = "CREATE TABLE u (n int/public PRIMARY KEY, person_id id/public, name text)";\n'},
                [r"u: 'name text' is not", r"u is about a person"], None),
    "statements": ({"src/ledger/a.c": '#define N "n = $1"\nconst char *a = "SELECT n FROM t WHERE "\n    N;\n', "doc/scale.md": "One of it: `t`.\n"},
                   {"src/ledger/a.c": 'const char *a[] = {"SELECT m FROM t", "SELECT n FROM t WHERE ($1 = 0 OR n = $1) AND s LIKE $2",\n    "SELECT SUM(n), MAX(s) IS NULL FROM t"};\n',
                    "src/ledger/b.c": 'const char *b = "DELETE FROM t WHERE n IS $1";\n', "doc/scale.md": "One of it: `u`, and not t.\n"},
                   [r"^src/ledger/a\.c:1: SQLite: no such column: m", r"^src/ledger/a\.c:1: PostgreSQL: column .m. does not", r"^src/ledger/a\.c:1: \$1 would be integer",
                    r"^src/ledger/a\.c:1: LIKE", r"^src/ledger/a\.c:2: column sum would be numeric", r"^src/ledger/a\.c:2: column \?column\? would be boolean",
                    r"^src/ledger/b\.c:1: PostgreSQL: syntax error", r"^doc/scale\.md:1: t is not divided"], program),
    "errors": ({"src/api/errors.c": '    {LEDGER_A, 500, "a"},\n', "src/ledger/ledger.h": "enum { LEDGER_A = RESULT_CODE(1, 2, 3) };\n"},
               {"src/api/errors.c": '    {LEDGER_A, 500, "a"},\n    {LEDGER_A, 500, "a"},\n    {LEDGER_GONE, 500, "b"},\n',
                "src/ledger/more.h": "enum { LEDGER_B = RESULT_CODE(1, 2, 4) };\n"},
               [r"LEDGER_A has two rows", r"^src/api/errors\.c:3: LEDGER_GONE", r"^src/ledger/more\.h:1: LEDGER_B has no row"], None),
    "routes": ({"src/api/routes.c": '{{HTTP_GET, "/api/me"}, me, 0},\n', "doc/api/openapi.yaml": CONTRACT},
               {"src/api/routes.c": '{{HTTP_POST, "/api/me"}, me, 0},\n'}, [r"GET /api/me is not served", r"POST /api/me is not in"], None),
    "standards": ({"src/ledger/a.c": "/* Sorted first. [RFC9162 2.1 MUST] */\n", "doc/checklists.tsv": "F1\ttls\t\nF2\tnot ours\tboth: nobody\n",
                   "src/ledger/a_test.c": "/* [RFC9162 2.1 MUST] [F1 accepts] [F1 refuses] */\n"},
                  {"src/ledger/a_test.c": "/* [F1 accepts] [F3 refuses] */\n"},
                  [r"^src/ledger/a\.c:1: no test cites \[RFC 9162 2\.1\]", r"no test says \[F1 refuses\]", r"tests name F3, which"], standards_page),
    "documents": ({"README.md": "See `src/ledger/a.c` and [a decision](doc/adr/0001-a.md).\n", "src/ledger/a.c": "\n", "doc/adr/0001-a.md": "# ADR-0001: a\n"},
                  {"README.md": "See `src/ledger/b.c`, [a page](doc/none.md) and ADR-0007.\n", "doc/adr/0003-c.md": "# ADR-0002: c\n"},
                  [r"there is no src/ledger/b\.c", r"leads nowhere: doc/none\.md", r"there is no ADR-0007", r"the first line is not '# ADR-0003", r"ADR-0002 is missing"],
                  None),
    "words": ({"a.c": "/* done */\n"}, {"a.c": f"/* {UNFINISHED}: later */\n"}, [r"^a\.c:1: a mark of unfinished work"], None),
    "scripts": ({"script/run": "#!/usr/bin/env bash\necho a\n", "a.py": "a = 1\n"}, {"script/run": "#!/usr/bin/env bash\nif\n", "a.py": "a =\n"},
                [r"^script/run:1: .*syntax error", r"^a\.py:1: "], executable),
}


def found(name, files, prepare):
    """What the check says of a tree of these files."""
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder).resolve()
        for path, text in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text)
        subprocess.run(["git", "init", "-q"], cwd=root, check=True)
        if prepare:
            prepare(root)
        return list(importlib.import_module(name).check(Tree(root)))


def check(tree):
    listed = re.search(r"^CHECKS = \[(.*?)\]", tree.text("script/check"), re.M | re.S)[1]
    for name in set(re.findall(r'"(\w+)"', listed)) - {"seeded"} - set(CASES):
        yield f"script/lib/check/seeded.py:1: nothing is sown for {name}"
    for name, (clean, sown, expected, prepare) in CASES.items():
        where = f"script/lib/check/{name}.py:1"
        yield from (f"{where}: complains of a clean tree: {problem}" for problem in found(name, clean, prepare))
        problems = found(name, {**clean, **sown}, prepare)
        yield from (f"{where}: does not find /{wanted}/ among {problems}" for wanted in expected if not any(re.search(wanted, p) for p in problems))
