"""Every #include is held against src/layers.txt: a module includes only those its line names, only the public header of another
module (all headers of a shelf), and only the system libraries that are its own."""
import re

SHELVES = {"base", "codec", "crypto"}
# A header of a library, and the only folders that may include it.
LIBRARIES = {
    "openssl/": {"crypto"}, "sodium.h": {"crypto"}, "sqlite3.h": {"db"}, "libpq-fe.h": {"db"}, "event2/": {"http"}, "curl/": {"http"},
    "lua.h": {"procedure"}, "lualib.h": {"procedure"}, "lauxlib.h": {"procedure"}, "jansson.h": {"codec"}, "qrencode.h": {"codec"},
    "utf8proc.h": {"codec"}, "hb": {"pdf"}, "ini.h": {"server"}, "cmocka.h": {"base"}, "zlib.h": {"pdf", "codec", "evidence"}, "fido.h": {"webauthn"}, "fido/": {"webauthn"}, "cbor.h": {"webauthn"},
}
INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]', re.M)


def order(tree):
    """The lines of layers.txt: module -> modules it may include; problems beside it."""
    modules, problems = {}, []
    for number, line in enumerate(tree.lines("src/layers.txt"), 1):
        line = line.split("#")[0].strip()
        if not line:
            continue
        name, _, named = line.partition(":")
        for other in named.split():
            if other not in modules:
                problems.append(f"src/layers.txt:{number}: {name} names {other}, which is not on an earlier line")
        if name in modules:
            problems.append(f"src/layers.txt:{number}: {name} has two lines")
        modules[name] = set(named.split())
    return modules, problems


def check(tree):
    modules, problems = order(tree)
    yield from problems
    for path in tree.files("src/**.c", "src/**.h"):
        parts = path.split("/")
        module = parts[1] if len(parts) > 2 else None
        if module is not None and module not in modules:
            yield f"{path}:1: folder {module} has no line in src/layers.txt"
            continue
        text = tree.uncommented(path)
        for found in INCLUDE.finditer(text):
            line = text.count("\n", 0, found.start(2)) + 1
            problem = (ours if found[1] == '"' else theirs)(found[2], module, modules, path)
            if problem and not tree.excepted("layers", f"{path} {found[2]}"):
                yield f"{path}:{line}: {problem}"
    for path in tree.files("src/*/*.h"):
        module = path.split("/")[1]
        if module in modules and f"src/{module}/{module}.h" not in tree.files() and module not in SHELVES:
            yield f"{path}:1: module {module} has no public header src/{module}/{module}.h"


def ours(name, module, modules, path):
    target, _, header = name.partition("/")
    if not header:
        return f'"{name}": write the folder too, "{module}/{name}"'
    if target not in modules:
        return f'"{name}": src/layers.txt has no module {target}'
    if module is None or target == module:
        return None
    if target not in modules[module]:
        return f'"{name}": {module} may not include {target} (src/layers.txt)'
    tests_fixture = path.endswith(("_test.c", "_test.h", "_fixture.h")) and header.endswith("_fixture.h")
    if target not in SHELVES and header != f"{target}.h" and not tests_fixture:
        return f'"{name}" is private to {target}/; its public header is "{target}/{target}.h"'
    return None


def theirs(name, module, modules, path):
    for prefix, folders in LIBRARIES.items():
        matches = name == prefix or (prefix.endswith("/") and name.startswith(prefix)) or (prefix == "hb" and re.match(r"hb[-.]", name))
        if matches and module not in folders:
            return f"<{name}> belongs in {' and '.join(sorted(f'src/{f}/' for f in folders))} alone"
    return None
