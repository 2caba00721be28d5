"""Every SQL statement is prepared on SQLite and on PostgreSQL, with parameters and results of the types db.h knows, and without what means two things.

A statement is a string literal that begins with SELECT, INSERT, UPDATE, DELETE or WITH, seen as the compiler sees it: macros put in, neighbours joined. The tables are
those of a new installation; each of them that PostgreSQL does not divide by person is named in doc/scale.md. src/db keeps its engines' own statements to itself, and src/receiver, and src/witness, which stand for other systems, their own files."""
import concurrent.futures
import json
import pathlib
import re
import shlex
import sqlite3
import subprocess
import sys
import tempfile

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))
import postgres  # noqa: E402

OWN = ("src/db/", "src/receiver/", "src/witness/")
VERB = re.compile(r"(SELECT|INSERT|UPDATE|DELETE|WITH)\b")
HAS_LITERAL = re.compile(r'"(SELECT|INSERT|UPDATE|DELETE|WITH) ')
TOKEN = re.compile(r'^# (?P<line>\d+) "(?P<file>[^"]*)"[^\n]*\n|"(?P<literal>(?:\\.|[^"\\])*)"|\'(?:\\.|[^\'\\])*\'|\n|[^\s"\'#]+|#', re.M)
SCALE = "doc/scale.md"
TABLES = "tables"  # the database that has them
PARAMETERS = {"bigint", "text", "bytea"}
RESULTS = PARAMETERS | {"integer"}  # a literal number, and what CASE makes of two
UNLIKE = {
    r"\bLIKE\b": "LIKE: SQLite takes a and A for the same, PostgreSQL does not, nor are their escapes; REPLACE(x, part, '') <> x says `contains`",
    r"\bGLOB\b|\bILIKE\b|::": "a word of one engine",
    r'"': "double quotes: SQLite may take the name for a text",
    r"\bAVG\(": "AVG is a float here and a decimal there",
}


def preprocessed(tree, entry):
    flags = [word for word in shlex.split(entry["command"]) if word.startswith(("-I", "-D", "-std")) and "FORTIFY" not in word]
    done = subprocess.run(["gcc", "-E", *flags, entry["file"]], cwd=entry["directory"], capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else None


def literals(text, path):
    """Line and text of each literal of this file, neighbours joined."""
    line, is_here, last = 0, False, None
    for token in TOKEN.finditer(text):
        if token["line"]:
            line, is_here = int(token["line"]), token["file"].endswith(path)
        elif token.group() == "\n":
            line += 1
        elif token["literal"] is None or not is_here:
            if last:
                yield last
            last = None
        else:
            last = (last[0], last[1] + token["literal"]) if last else (line, token["literal"])


def statements(tree):
    """(path:line, text) of the whole tree."""
    commands = tree.root / "build/compile_commands.json"
    wanted = {}
    for entry in json.loads(commands.read_text("utf-8")):
        path = entry["file"].removeprefix("../")
        if path.startswith("src/") and not path.endswith("_test.c") and not path.startswith(OWN) and (tree.root / path).exists() \
                and HAS_LITERAL.search(tree.text(path)):
            wanted.setdefault(path, entry)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for path, text in zip(wanted, pool.map(lambda entry: preprocessed(tree, entry), wanted.values())):
            if text is None:
                yield f"{path}:1", None
                continue
            for line, literal in literals(text, path):
                sql = literal.replace("\\'", "'").replace('\\"', '"').replace("\\n", "\n")
                if VERB.match(sql) and ";" not in sql:  # with a semicolon it is part of a migration
                    yield f"{path}:{line}", sql


def new_tables(tree, folder, url):
    """The tables of a new installation, as the program itself makes them on either engine: the file."""
    for name, more in (("file", []), ("server", ["--database", url])):
        made = subprocess.run([tree.root / "build/danh", "synth", "--data", f"{folder}/{name}", "--people", "1000", "--no-accounts", *more], capture_output=True, text=True,
                              check=False)
        if made.returncode:
            raise RuntimeError(made.stderr.strip())
    return sqlite3.connect(f"file:{folder}/file/danh.db?mode=ro", uri=True)


def sqlite_problem(database, sql):
    try:
        database.execute(f"EXPLAIN {sql}", dict.fromkeys(re.findall(r"\$(\d+)", sql)))
    except sqlite3.Error as error:
        return f"SQLite: {error}"
    return None


def ask(cluster, text):
    return subprocess.run([f"{cluster.bin}/psql", "-X", "-q", "-A", "-t", "-d", cluster.url(TABLES), "-f", "-"], input=text, capture_output=True, text=True, check=False)


def marked(output):
    """What follows each `@number` line."""
    number = None
    for line in output.split("\n"):
        if mark := re.fullmatch(r"@(\d+)", line):
            number = int(mark[1])
        elif number is not None and line:
            yield number, line


def postgres_problems(cluster, found):
    """(index, sentence)."""
    text = "".join(f"\\warn @{i}\nPREPARE s{i} AS {sql};\n" for i, (_, sql) in enumerate(found))
    text += "SELECT replace(name, 's', '@') || E'\\n' || array_to_string(parameter_types, ',') FROM pg_prepared_statements;\n"
    done = ask(cluster, text)
    refused = set()
    for i, line in marked(done.stderr):
        if ": ERROR:" in line:
            refused.add(i)
            yield i, "PostgreSQL: " + line.split("ERROR:")[1].strip()
    for i, types in marked(done.stdout):
        for number, name in enumerate(types.split(","), 1):
            if name not in PARAMETERS:
                yield i, f"${number} would be {name} on PostgreSQL: compare it with a column first, or CAST(${number} AS BIGINT)"
    rows = "".join(f"\\echo @{i}\n{sql} \\gdesc\n" for i, (_, sql) in enumerate(found) if i not in refused and not re.match("INSERT|UPDATE|DELETE", sql))
    for i, line in marked(ask(cluster, rows).stdout):
        name, _, kind = line.rpartition("|")
        if kind not in RESULTS:
            yield i, f"column {name} would be {kind} on PostgreSQL: CAST(... AS BIGINT), or CASE WHEN ... THEN 1 ELSE 0 END"


def scale_problems(tree, cluster):
    """What there is one of must say how it scales."""
    if SCALE not in tree.files():
        return
    whole = "SELECT relname FROM pg_class WHERE relkind = 'r' AND NOT relispartition AND relnamespace = 'public'::regnamespace ORDER BY 1;\n"
    for table in ask(cluster, whole).stdout.split():
        if f"`{table}`" not in tree.text(SCALE):
            yield f"{SCALE}:1: {table} is not divided by person, and nothing says how it scales"


def check(tree):
    found = []
    for place, sql in statements(tree):
        if sql is None:
            yield f"{place}: the preprocessor refuses it"
            continue
        found.append((place, sql))
        for pattern, why in UNLIKE.items():
            if re.search(pattern, re.sub(r"'[^']*'", "''", sql)):
                yield f"{place}: {why}"
    with tempfile.TemporaryDirectory() as folder, postgres.running() as cluster:
        database = new_tables(tree, folder, cluster.create(TABLES))
        for place, sql in found:
            if problem := sqlite_problem(database, sql):
                yield f"{place}: {problem}"
        for i, sentence in postgres_problems(cluster, found):
            yield f"{found[i][0]}: {sentence}"
        yield from scale_problems(tree, cluster)
