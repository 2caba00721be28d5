"""doc/adr: numbers without gap or double, the title carries the number, every ADR-nnnn in the tree exists. doc/architecture.md: three pages.
Every path a document names in backticks or as a link is there."""
import os
import pathlib
import re

PAGES_LINES = 180
# `src/http/server_test.c`, `tests/flows`, `doc/adr/`: beginning with a folder of ours, without placeholders in <>; * as in a shell.
PATH = re.compile(r"`((?:src|tests|script|doc|procedures|web|bench|packaging)/[\w./*-]+)(?: [^`]*)?`")


def check(tree):
    numbers = {}
    for path in tree.files("doc/adr/*.md"):
        found = re.fullmatch(r"doc/adr/(\d{4})-[a-z0-9-]+\.md", path)
        if not found:
            yield f"{path}:1: name it NNNN-what-was-decided.md"
            continue
        if found[1] in numbers:
            yield f"{path}:1: {found[1]} is taken by {numbers[found[1]]}"
        numbers[found[1]] = path
        if not tree.text(path).startswith(f"# ADR-{found[1]}: "):
            yield f"{path}:1: the first line is not '# ADR-{found[1]}: title'"
    for number, path in enumerate(sorted(numbers), 1):
        if int(path) != number:
            yield f"{numbers[path]}:1: ADR-{number:04d} is missing before it"
            break
    for path in tree.files("src/**", "web/src/**", "doc/**.md", "procedures/**", "script/**", "*.md"):
        for line, text in enumerate(tree.lines(path), 1):
            for cited in re.findall(r"ADR-(\d{4})", text):
                if cited not in numbers:
                    yield f"{path}:{line}: there is no ADR-{cited}"
    folders = {str(parent) for path in tree.files() for parent in pathlib.PurePosixPath(path).parents}
    for path in tree.files("*.md", "doc/**.md", "tests/**.md", "procedures/*.md", "src/**.md"):
        for line, text in enumerate(tree.lines(path), 1):
            for named in PATH.findall(text):
                named = named.rstrip("/")
                if "node_modules" not in named and named not in folders and not tree.files(named) and not tree.excepted("documents", named):
                    yield f"{path}:{line}: there is no {named}"
            for link in re.findall(r"\]\(([^)#:]+)[^):]*\)", text):
                target = os.path.normpath(os.path.join(os.path.dirname(path), link))
                if target not in folders and target not in tree.files():
                    yield f"{path}:{line}: the link leads nowhere: {link}"
    if "doc/architecture.md" in tree.files() and len(tree.lines("doc/architecture.md")) > PAGES_LINES:
        yield f"doc/architecture.md:{PAGES_LINES}: {len(tree.lines('doc/architecture.md'))} lines: at most three pages, {PAGES_LINES} lines"
