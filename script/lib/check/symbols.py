"""External symbols of build/libcore.a begin with their folder's name; on the shelves base, codec and crypto with their file's."""
import re
import subprocess

SHELVES = {"base", "codec", "crypto"}


def check(tree):
    archive = tree.root / "build/libcore.a"
    if not archive.exists():
        yield "build/libcore.a:1: not built: run script/lib/build.sh"
        return
    listing = subprocess.run(["nm", "-A", "-g", "--defined-only", str(archive)], capture_output=True, text=True, check=True).stdout
    modules = {p.split("/")[1] for p in tree.files("src/*/*.c")}
    sources = {p.replace("/", "_"): p for p in tree.files("src/*/*.c")}
    for line in listing.splitlines():
        found = re.match(r".*?([^/:]+)\.o:\s*\S*\s+([A-Za-z])\s+(\S+)$", line)
        if not found:
            continue
        symbol, path = found[3], sources.get(found[1])
        if symbol.startswith(("__odr_asan", "__asan", "__ubsan", "DW.ref")):
            continue
        if path is None:  # generated code: any module's
            if not any(symbol.startswith(f"{m}_") for m in modules) and not tree.excepted("symbols", symbol):
                yield f"{found[1]}:1: {symbol} begins with no module's name"
            continue
        module, stem = path.split("/")[1], path.split("/")[2][:-2]
        allowed = shelf_words(tree, module, stem) if module in SHELVES else [module]
        if not any(symbol == a or symbol.startswith(f"{a}_") for a in allowed) and not tree.excepted("symbols", symbol):
            yield f"{path}:{line_of(tree, path, symbol)}: {symbol} should begin with {' or '.join(f'{a}_' for a in allowed)}"


def shelf_words(tree, module, stem):
    """The file's name, and on a shelf the header's that a file x_more.c adds to (x509_verify.c: x509_)."""
    words = [stem, *(h[:-2].split("/")[2] for h in tree.files(f"src/{module}/{stem}?*.h"))]
    while "_" in stem:
        stem = stem.rpartition("_")[0]
        if f"src/{module}/{stem}.h" in tree.files():
            words.append(stem)
    return words


def line_of(tree, path, symbol):
    for number, line in enumerate(tree.code(path).split("\n"), 1):
        if re.search(rf"\b{symbol}\b", line):
            return number
    return 1
