"""src/api/routes.c and doc/api/openapi.yaml name the same methods and paths."""
import re

TABLE, CONTRACT = "src/api/routes.c", "doc/api/openapi.yaml"
# Served, but no part of the contract's resources: files of the web app.
BESIDE = {("get", "/assets/{}")}


def shape(path):
    path = re.sub(r"/\*$", "/{}", path)
    return re.sub(r"\{[^}]*\}", "{}", path)


def check(tree):
    text = tree.uncommented(TABLE)
    served = {}
    for found in re.finditer(r'\{\s*HTTP_(\w+),\s*"([^"]+)"\s*\}', text):
        if (found[1].lower(), shape(found[2])) in served:
            yield f"{TABLE}:{text.count(chr(10), 0, found.start()) + 1}: {found[1]} {found[2]} stands there already: this row is never reached"
        served[(found[1].lower(), shape(found[2]))] = (text.count("\n", 0, found.start()) + 1, found[2])
    promised, path = {}, None
    for number, line in enumerate(tree.lines(CONTRACT), 1):
        if found := re.match(r"  (/[^:]*):\s*$", line):
            path = found[1]
        elif path and (found := re.match(r"    (get|put|post|patch|delete):", line)):
            promised[(found[1], shape(path))] = (number, path)
        elif re.match(r"\S", line) and not line.startswith("paths"):
            path = None
    for key in sorted(set(promised) - set(served)):
        yield f"{CONTRACT}:{promised[key][0]}: {key[0].upper()} {promised[key][1]} is not served ({TABLE})"
    for key in sorted(set(served) - set(promised) - BESIDE):
        yield f"{TABLE}:{served[key][0]}: {key[0].upper()} {served[key][1]} is not in {CONTRACT}"
