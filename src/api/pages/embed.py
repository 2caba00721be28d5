"""Writes the pages and their texts as C: embed.py OUTPUT texts.tsv PAGE.html ...

Checks while it is at it: every {{t.key}} has a text, every text two languages, every block is closed."""
import pathlib
import re
import sys


def c_string(text: str) -> str:
    lines = []
    for line in text.splitlines(keepends=True):
        escaped = line.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("?", "\\?")
        lines.append(f'    "{escaped}"')
    return "\n".join(lines)


def main() -> None:
    output, texts, *pages = map(pathlib.Path, sys.argv[1:])
    rows = [line.split("\t") for line in texts.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    for row in rows:
        if len(row) != 3 or not all(row):
            sys.exit(f"{texts}: not key, vi, en: {row}")
    keys = {row[0] for row in rows}
    out = ['#include "api/page.h"', "", "const struct page_text api_page_texts[] = {"]
    for key, vi, en in sorted(rows):  # found by halves
        out.append(f"    {{{c_string(key).strip()}, {c_string(vi).strip()}, {c_string(en).strip()}}},")
    out += ["};", f"const size_t api_page_text_count = {len(rows)};", ""]
    table = []
    for page in pages:
        text = re.sub(r"\A<!--.*?-->\n", "", page.read_text("utf-8"), flags=re.S)
        for key in re.findall(r"{{t\.([^}]+)}}", text):
            if key not in keys:
                sys.exit(f"{page}: no text {key}")
        open_blocks = []
        for mark, name in re.findall(r"{{([#/])([^}]+)}}", text):
            if mark == "#":
                open_blocks.append(name)
            elif not open_blocks or open_blocks.pop() != name:
                sys.exit(f"{page}: {{{{/{name}}}}} closes nothing")
        if open_blocks:
            sys.exit(f"{page}: {open_blocks} not closed")
        names = sorted(set(re.findall(r"{{[#>]?([a-z_]+)}}", text)))
        # a string literal may have 4,095 bytes only
        out.append(f"static const unsigned char {page.stem}_text[] = {{{','.join(str(b) for b in text.encode())},0}};")
        table.append(f'    {{"{page.stem}", (const char *){page.stem}_text, "{" ".join(names)}"}},')
    out += ["", "const struct page_template api_page_templates[] = {", *table, "    {0},", "};", ""]
    output.write_text("\n".join(out), "utf-8")


main()
