"""Every column of a migration is `name type/class`; a table about a person has person_id first in its primary key."""
import re

COLUMN = re.compile(r"\w+ (id|int|text|bytes|time)/(public|personal|sensitive|secret)\b")
CONSTRAINT = re.compile(r"(PRIMARY KEY|UNIQUE|CHECK|FOREIGN KEY|CONSTRAINT)\b")
LITERALS = re.compile(r'"(?:\\.|[^"\\\n])*"(?:\s*"(?:\\.|[^"\\\n])*")*')


def check(tree):
    for path in tree.files("src/*/*.c"):
        text = tree.uncommented(path)
        if path.endswith("_test.c") or path.startswith("src/db/"):
            continue
        for literal in LITERALS.finditer(text):
            sql = "".join(re.findall(r'"((?:\\.|[^"\\\n])*)"', literal.group()))
            line = text.count("\n", 0, literal.start()) + 1
            for table, body in tables(sql):
                at = line + literal.group()[: max(0, literal.group().find(f"TABLE {table}"))].count("\n")
                yield from table_problems(tree, f"{path}:{at}", table, body)
            for table, column in re.findall(r"ALTER TABLE (\w+) ADD (?:COLUMN )?([^;]+)", sql):
                if not COLUMN.match(column):
                    yield f"{path}:{line}: {table}: '{column}' is not `name type/class`"


def tables(sql):
    for found in re.finditer(r"CREATE TABLE (\w+) ?\(", sql):
        depth = 1
        for end in range(found.end(), len(sql)):
            depth += (sql[end] == "(") - (sql[end] == ")")
            if depth == 0:
                break
        yield found[1], sql[found.end():end]


def items(body):
    depth, start = 0, 0
    for i, c in enumerate(body):
        depth += (c == "(") - (c == ")")
        if c == "," and depth == 0:
            yield body[start:i].strip()
            start = i + 1
    yield body[start:].strip()


def table_problems(tree, place, table, body):
    key, names = [], []
    for item in items(body):
        if CONSTRAINT.match(item):
            if item.startswith("PRIMARY KEY"):
                key = [w.strip() for w in item[item.index("(") + 1:item.index(")")].split(",")]
            continue
        if not COLUMN.match(item):
            yield f"{place}: {table}: '{item[:60]}' is not `name type/class`"
            continue
        names.append(item.split()[0])
        if "PRIMARY KEY" in item:
            key = [item.split()[0]]
    if "person_id" in names and key[:1] != ["person_id"] and not tree.excepted("columns", table):
        yield f"{place}: {table} is about a person, but its primary key does not begin with person_id"
