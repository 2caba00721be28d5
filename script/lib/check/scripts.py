"""Shell scripts parse and are executable; Python files compile; the man page is clean under mandoc's lint and names
every command."""
import ast
import re
import subprocess


def check(tree):
    for path in tree.files("script/**", ".ci/**", "packaging/**"):
        if tree.text(path).startswith("#!"):
            if not (tree.root / path).stat().st_mode & 0o111:
                yield f"{path}:1: has #! but is not executable"
        first = tree.text(path).split("\n")[0]
        if "bash" in first or path.endswith(".sh"):
            done = subprocess.run(["bash", "-n", path], cwd=tree.root, capture_output=True, text=True)
            if done.returncode:
                yield f"{path}:1: {done.stderr.strip()}"
    for path in tree.files("**.py"):
        try:
            ast.parse(tree.text(path))
        except SyntaxError as error:
            yield f"{path}:{error.lineno}: {error.msg}"
    for path in tree.files("doc/man/*.scd"):
        page = subprocess.run(["scdoc"], input=tree.text(path), capture_output=True, text=True)
        if page.returncode:
            yield f"{path}:1: scdoc: {page.stderr.strip()}"
            continue
        lint = subprocess.run(["mandoc", "-T", "lint", "-W", "warning"], input=page.stdout, capture_output=True, text=True)
        # scdoc writes more paragraph macros than needed; that is not the page's fault
        yield from (f"{path}: {line}" for line in lint.stdout.strip().splitlines() if "skipping paragraph macro" not in line)
        yield from commands(tree, path)


def commands(tree, path):
    """The page has a paragraph for every row of the table of commands, and no other."""
    rows = re.findall(r'^    \{"([a-z]+)",', tree.text("src/cli/commands.c"), re.M)
    section = re.search(r"^# COMMANDS\n(.*?)^# ", tree.text(path), re.M | re.S)
    told = re.findall(r"^\*([a-z]+)\*", section[1] if section else "", re.M)
    yield from (f"{path}:1: says nothing of danh {name}" for name in rows if name not in told)
    yield from (f"{path}:1: danh {name} is no command" for name in told if name not in rows)
    yield from (f"src/cli/commands.c:1: {name} has two rows" for name in sorted(set(rows)) if rows.count(name) > 1)
