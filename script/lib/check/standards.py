"""doc/standards.md is what the citations in the tree say: each requirement, where it is met, which test shows it.

A citation is `[RFC9162 2.1.1 MUST]` or `[Decree 69/2024 Art 15]` in a comment. script/lib/standards.py writes the page; this holds the
committed page against it, and every MUST against the tests: a MUST that is met somewhere and tested nowhere is a problem.

`[F13 accepts]` and `[F13 refuses]` in a test say which demand of doc/checklists.tsv it shows."""
import re

PAGE = "doc/standards.md"
# What a citation may begin with, and what it is in full. Order is the page's.
SOURCES = {
    "RFC": "Internet standards (RFC)",
    "OpenID": "OpenID and FAPI specifications",
    "OIDC": "OpenID and FAPI specifications",
    "FAPI": "OpenID and FAPI specifications",
    "CIBA": "OpenID and FAPI specifications",
    "JARM": "OpenID and FAPI specifications",
    "IDA": "OpenID and FAPI specifications",
    "WebAuthn": "Web Authentication Level 3",
    "FIDO": "FIDO Alliance specifications",
    "TPM": "Trusted Platform Module Library",
    "ICAO": "ICAO Doc 9303",
    "EN": "European Standards of ETSI",
    "ISO": "International Standards of ISO",
    "X": "Recommendations of ITU-T",
    "FIPS": "Federal Information Processing Standards",
    "EMV": "EMV QR Code Specification, Merchant-Presented Mode",
    "NAPAS": "NAPAS, VietQR",
    "NIST": "NIST Special Publications",
    "SP": "NIST Special Publications",
    "OWASP": "OWASP Application Security Verification Standard",
    "WCAG": "Web Content Accessibility Guidelines",
    "Unicode": "The Unicode Standard",
    "Law": "Laws of the National Assembly",
    "Labour": "Laws of the National Assembly",
    "Resolution": "Resolutions",
    "Decree": "Decrees of the Government",
    "Decision": "Decisions of the Prime Minister and of ministers",
    "Directive": "Directives of the Prime Minister",
    "Circular": "Circulars of ministries",
    "Meeus": "J. Meeus, Astronomical Algorithms, 2nd edition",
}
CITATION = re.compile(r"(?<![\w\]])\[((?:" + "|".join(SOURCES) + r")(?=[\d .])[^\]\[{}=_]{2,120})\]")
DEMANDS = "doc/checklists.tsv"
KINDS = ("accepts", "refuses")
SHOWN = re.compile(r"\[([A-Z]\d+(?:, [A-Z]\d+)*) (accepts|refuses)\]")
PATTERNS = ("src/**.c", "src/**.h", "src/**.def", "procedures/**.lua", "web/src/**.ts", "web/src/**.tsx", "tests/**.c", "tests/**.mjs", "tests/**.ts",
            "script/units/**", "web/test/**")


def is_test(path):
    return path.startswith(("tests/", "web/test/")) or re.search(r"(_test\.(c|h|lua)|\.test\.tsx?|_fixture\.h)$", path) is not None


def split(citation):
    """`RFC9162 2.1.1 MUST; RFC8941 3.1` names two; a part without a source of its own goes on with the one before it."""
    source = None
    for part in citation.split(";"):
        part = " ".join(part.replace("\n *", " ").split())
        first = re.match(r"(RFC|EN|ISO|FIPS|X)[ .]?(\d[\d-]*)\s*(.*)", part)
        if first:
            part = f"{first[1]} {first[2]} {first[3]}".strip()
        if re.match("|".join(SOURCES), part):
            source = part
        elif source is None:
            continue
        else:
            part = f"{source.split(' Art ')[0]} {part}"
        yield part


def strip_word(requirement):
    return re.sub(r"\s+(MUST NOT|MUST|SHALL NOT|SHALL|SHOULD NOT|SHOULD|MAY)$", "", requirement)


COMMENTS = re.compile(r"/\*.*?\*/|//[^\n]*|(?:^[ \t]*--[^\n]*\n)+|--[^\n]*", re.S | re.M)
LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"')


def said(text, start):
    """What the program says beside the citation: the clause of its comment; where that is bare, the refusal's own words on its line."""
    for comment in COMMENTS.finditer(text):
        if comment.start() <= start < comment.end():
            break
    else:
        return ""
    whole = re.sub(r"\s*\n[ \t]*(?:\*|--|//)?", " ", comment.group())
    cited = re.sub(r"\s*\n[ \t]*(?:\*|--|//)?", " ", comment.group()[: start - comment.start()])
    clauses, at = [], 0
    for end in [m.end() for m in re.finditer(r"[.;](?=\s)", re.sub(r"\[[^\]]*\]", lambda m: "_" * len(m.group()), whole))] + [len(whole)]:
        clauses.append((at, whole[at:end]))
        at = end
    here = next((i for i, (at, clause) in enumerate(clauses) if at <= len(cited) < at + len(clause)), 0)
    words = tidy(clauses[here][1])
    if not words and here + 1 < len(clauses):
        words = tidy(clauses[here + 1][1])
    if not words and here > 0:
        words = tidy(clauses[here - 1][1])
    if not words:
        line = text[text.rfind("\n", 0, start) + 1: start]
        literal = LITERAL.search(line)
        words = ("refuses: " if "FAIL(" in line else "") + literal[1] if literal and "FAIL(" in line else ""
    return words


def tidy(clause):
    words = CITATION.sub("", clause)
    words = re.sub(r"^(/\*+|//|--)|\*/$", "", words.strip())
    words = re.sub(r"^\s*[\w/]+\.[ch]: ", "", words)
    words = re.sub(r"^\s*(Standard|Deviates|Shapes|Lateness|Errors) {2,}", "", words)
    words = re.sub(r"\s+([,.;:])", r"\1", re.sub(r"\s+", " ", words)).strip(" ,;:.*")
    return words if re.search(r"\w{3}", words) else ""


def collect(tree):
    """requirement -> {"words", "sources", "tests", "must"}"""
    rows = {}
    for path in tree.files(*PATTERNS):
        text = tree.text(path)
        for found in CITATION.finditer(text):
            for requirement in split(found[1]):
                row = rows.setdefault(strip_word(requirement), {"words": "", "sources": set(), "tests": set(), "must": None})
                if is_test(path):
                    row["tests"].add(path)
                    continue
                row["sources"].add(path)
                row["words"] = row["words"] or said(text, found.start())
                if re.search(r"\b(MUST|SHALL)\b", requirement):
                    row["must"] = row["must"] or f"{path}:{text.count(chr(10), 0, found.start()) + 1}"
    return rows


def order(requirement):
    return [(0, int(p), "") if p.isdigit() else (1, 0, p) for p in re.findall(r"\d+|[^\d\s.]+", requirement)]


def demands(tree):
    """id -> (what is asked, why a test of that kind is not there)"""
    lines = tree.lines(DEMANDS) if DEMANDS in tree.files() else []
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return {row[0]: (row[1], row[2] if len(row) > 2 else "") for row in rows}


def shown(tree):
    """(id, "accepts" or "refuses") -> the test files that say so"""
    tests = {}
    for path in tree.files("src/**_test.c", "tests/**"):
        if is_test(path) and path.endswith((".c", ".mjs", ".ts", ".py")):
            for found in SHOWN.finditer(tree.text(path)):
                for one in re.findall(r"[A-Z]\d+", found[1]):
                    tests.setdefault((one, found[2]), set()).add(path)
    return tests


def demand_lines(tree):
    tests = shown(tree)
    yield from ["## Checklists", "", "What the profiles of our field demand (`doc/checklists.tsv`), each with the tests that accept what is right and refuse what is not.", "",
                "| id | asked of us | accepts | refuses |", "|---|---|---|---|"]
    for one, (asked, why) in demands(tree).items():
        cells = []
        for kind in KINDS:
            files = "<br>".join(f"`{p}`" for p in sorted(tests.get((one, kind), ())))
            cells.append(files or (why.split(": ", 1)[1] if why.startswith((kind, "both")) else "**gap**"))
        yield f"| {one} | {asked} | {cells[0]} | {cells[1]} |"
    yield ""


def demand_problems(tree):
    tests, asked = shown(tree), demands(tree)
    for one, (_, why) in asked.items():
        for kind in KINDS:
            if (one, kind) not in tests and not why.startswith((kind, "both")):
                yield f"{DEMANDS}:1: no test says [{one} {kind}]"
    for one, _ in sorted(set(tests) - {(i, k) for i in asked for k in KINDS}):
        yield f"{DEMANDS}:1: tests name {one}, which it does not list"


def page(tree):
    rows = collect(tree)
    out = ["# Standards and law",
           "",
           "Every rule that a line of this program follows because a standard or a law says so, where it is met, and the tests that show it.",
           "Written by `script/lib/standards.py` from the citations in the sources; `script/check` holds it against them.",
           ""]
    for prefix, title in SOURCES.items():
        mine = sorted((r for r in rows if re.match(rf"{prefix}[ .\d]", r)), key=order)
        if not mine or title in [line[3:] for line in out]:
            continue
        mine = sorted((r for r in rows if any(t == title and re.match(rf"{p}[ .\d]", r) for p, t in SOURCES.items())), key=order)
        out += [f"## {title}", "", "| requirement | what it says here | source | test |", "|---|---|---|---|"]
        for requirement in mine:
            row = rows[requirement]
            cells = [requirement + (" **must**" if row["must"] else ""), row["words"].replace("|", "\\|"),
                     "<br>".join(f"`{p}`" for p in sorted(row["sources"])), "<br>".join(f"`{p}`" for p in sorted(row["tests"]))]
            out.append("| " + " | ".join(cells) + " |")
        out.append("")
    out += demand_lines(tree) if DEMANDS in tree.files() else []
    return "\n".join(out)


def check(tree):
    for requirement, row in sorted(collect(tree).items()):
        if row["must"] and not row["tests"] and not tree.excepted("standards", requirement):
            yield f"{row['must']}: no test cites [{requirement}], which must hold"
    yield from demand_problems(tree)
    if PAGE not in tree.files() or tree.text(PAGE) != page(tree):
        yield f"{PAGE}:1: not what the sources cite: run script/lib/standards.py"
