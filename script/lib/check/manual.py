"""doc/man: every command, operand, option, exit code, limit and setting that the program knows is in its page, and no page has one that it does not know.

Commands and options are what `danh help` and `danh COMMAND --help` print; exit codes the enum of src/cli/cli.h and that of src/base/arena.c; limits the ENV_LIMIT rows of
src/*/limits.c; settings the table of src/server/config.c, with whether they wait for a start. Pages are clean under mandoc's lint."""
import re
import subprocess

COMMANDS, SETTINGS = "doc/man/danh.1.scd", "doc/man/danh.ini.5.scd"
COMMON = {"data", "json", "help"}
ROW = re.compile(r'^\s*(\w*)[({]"([a-z]+ ?)", "([a-z_]+)", (.*)$', re.M)


def section(text, name):
    """What stands under a heading, and the line that it begins on."""
    found = re.search(rf"^# {name}\n(.*?)(?=^# |\Z)", text, re.M | re.S)
    return (found[1], text.count("\n", 0, found.start(1)) + 1) if found else ("", 1)


def both_ways(path, what, known, written):
    """written: name -> line."""
    for name in sorted(known - set(written)):
        yield f"{path}:1: {what} {name} is not there"
    for name in sorted(set(written) - known):
        yield f"{path}:{written[name]}: the program knows no {what} {name}"


def said(program, *words):
    return subprocess.run([program, *words], capture_output=True, text=True, check=True).stdout


def commands(tree, text):
    program = tree.root / "build/danh"
    known = {line.split()[0] for line in said(program, "help").splitlines() if re.match(r"  [a-z]", line)}
    body, first = section(text, "COMMANDS")
    blocks = list(re.finditer(r"^\*([a-z-]+)\*([^\n]*)\n(.*?)(?=^\*|\Z)", body, re.M | re.S))
    yield from both_ways(COMMANDS, "command", known, {block[1]: first + body.count("\n", 0, block.start()) for block in blocks})
    for block in blocks:
        if block[1] not in known:
            continue
        line = first + body.count("\n", 0, block.start())
        usage, *rest = said(program, block[1], "--help").splitlines()
        operands = set(re.findall(r"[A-Za-z][A-Za-z0-9-]*", usage.split(block[1], 1)[1].replace("[options]", "")))
        written = set(re.findall(r"[*_]([A-Za-z][A-Za-z0-9-]*)[*_]", block[2].replace("[_OPTIONS_]", "")))
        yield from both_ways(COMMANDS, f"operand of danh {block[1]}", operands, dict.fromkeys(written, line))
        options = {found[1]: found[2] or "" for found in (re.match(r"  --([a-z-]+)(?: ([A-Z][^ ]*))?", text) for text in rest) if found and found[1] not in COMMON}
        items = {found[1]: found[2] or "" for found in re.finditer(r"^\t\*--([a-z-]+)\*(?: _(.*)_)?$", block[3], re.M)}
        yield from both_ways(COMMANDS, f"option of danh {block[1]}", set(options), dict.fromkeys(items, line))
        for name in sorted(set(options) & set(items)):
            if options[name] != items[name].replace("\\", ""):
                yield f"{COMMANDS}:{line}: danh {block[1]} --{name} takes {options[name] or 'nothing'}, not {items[name] or 'nothing'}"
        for name in sorted(set(re.findall(r"\*--([a-z-]+)\*", block[3])) - set(options) - COMMON):
            yield f"{COMMANDS}:{line}: danh {block[1]} has no option --{name}"


def exit_codes(tree, text):
    program = tree.root / "build/danh"
    enum = re.search(r"enum cli_exit \{(.*?)\};", tree.uncommented("src/cli/cli.h"), re.S)[1]
    known = set(re.findall(r"= (\d+)", enum)) | set(re.findall(r"EXIT_OUT_OF_MEMORY = (\d+)", tree.text("src/base/arena.c")))
    body, first = section(text, "EXIT STATUS")
    yield from both_ways(COMMANDS, "exit code", known, {found[1]: first + body.count("\n", 0, found.start()) for found in re.finditer(r"^\*(\d+)\*$", body, re.M)})
    helped = said(program, "version", "--help").split("exit codes:")[1]
    for code in sorted(known - set(re.findall(r"(?<![\w-])(\d+) ", helped))):
        yield f"src/cli/cli.c:1: --help does not name exit code {code}"


def limits(tree, text):
    known = set()
    for path in tree.files("src/*/limits.c"):
        module = path.split("/")[1]
        names = re.findall(r"ENV_LIMIT(?:_UP_TO)?\(\w+, (\w+)", tree.uncommented(path))
        known |= {name if module == "account" else f"{module}.{name}" for name in names}
    body, first = section(text, "LIMITS")
    yield from both_ways(COMMANDS, "limit", known, {found[1]: first + body.count("\n", 0, found.start()) for found in re.finditer(r"\*([a-z.]+_[a-z_]+)\*", body)})


def settings(tree):
    source = tree.uncommented("src/server/config.c")
    table = re.search(r"server_setting_rows\[\] = \{(.*?)^\};", source, re.M | re.S)[1]
    known = {}
    for macro, name, key, rest in ROW.findall(table):
        place = f"[{name}NAME]" if name.endswith(" ") else f"[{name}]"
        words = [word.strip(" )}") for word in rest.split(",")]
        # In full rows the switch stands behind kind and member; TEXT and SECRET have none.
        known[f"{place} {key}"] = macro == "TEXT_AT_START" or (words[1] == "true" if macro in ("NUMBER", "SWITCH") else macro == "" and "true" in words)
    if len(known) != len(re.findall(r'^\s*\w*[({]"', table, re.M)):
        yield "src/server/config.c:1: rows that script/lib/check/manual.py cannot read"
    written, at_start, place = {}, set(), ""
    for number, line in enumerate(tree.lines(SETTINGS), 1):
        if found := re.match(r"## (\[.*\])$", line):
            place = found[1]
        elif line.startswith("*"):
            names = [f"{place} {key}" for key in re.findall(r"\*([a-z_]+)\* = ", line)]
            written |= dict.fromkeys(names, number)
            at_start |= set(names) if line.endswith(" (at start)") else set()
    yield from both_ways(SETTINGS, "setting", set(known), written)
    for name in sorted(set(known) & set(written)):
        if known[name] != (name in at_start):
            yield f"{SETTINGS}:{written[name]}: {name} {'waits for a start' if known[name] else 'does not wait for a start'}"


def check(tree):
    text = tree.text(COMMANDS)
    yield from commands(tree, text)
    yield from exit_codes(tree, text)
    yield from limits(tree, text)
    yield from settings(tree)
    for path in tree.files("doc/man/*.scd"):
        page = subprocess.run(["scdoc"], input=tree.text(path), capture_output=True, text=True, check=False)
        if page.returncode:
            yield f"{path}:1: scdoc: {page.stderr.strip()}"
            continue
        lint = subprocess.run(["mandoc", "-T", "lint", "-W", "warning"], input=page.stdout, capture_output=True, text=True, check=False)
        # scdoc writes more paragraph macros than needed; that is not the page's fault
        yield from (f"{path}: {line}" for line in lint.stdout.strip().splitlines() if "skipping paragraph macro" not in line)
