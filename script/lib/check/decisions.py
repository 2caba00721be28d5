"""doc/adr: numbers without gap or double, the title carries the number, every ADR-nnnn in the tree exists. doc/architecture.md: three pages."""
import re

PAGES_LINES = 180


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
    if "doc/architecture.md" in tree.files() and len(tree.lines("doc/architecture.md")) > PAGES_LINES:
        yield f"doc/architecture.md:{PAGES_LINES}: {len(tree.lines('doc/architecture.md'))} lines: at most three pages, {PAGES_LINES} lines"
