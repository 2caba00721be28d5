"""What every check reads: the repository's own files, and C text without comments and strings.

A check is a file in this folder with `def check(tree)`: it yields problems, one line each, `path:line: what is wrong`, and asks
`tree.excepted(check, place)` before it reports a place that script/check may except with a reason."""
import pathlib
import re
import subprocess

COMMENT_OR_STRING = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
COMMENT = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"', re.S)


def blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)


class Tree:
    def __init__(self, root: pathlib.Path, exceptions: dict[str, dict[str, str]] | None = None):
        self.root = root
        self.exceptions = exceptions or {}
        self.used: set[tuple[str, str]] = set()
        self._files: list[str] | None = None

    def files(self, *patterns: str) -> list[str]:
        """Paths below the root that git knows or would add, those that match one of the patterns (fnmatch-like, ** crosses folders)."""
        if self._files is None:
            listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=self.root, capture_output=True, check=True)
            self._files = sorted(p for p in set(listed.stdout.decode().split("\0")) if p and (self.root / p).is_file())
        if not patterns:
            return self._files
        wanted = [re.compile(glob(p)) for p in patterns]
        return [p for p in self._files if any(w.fullmatch(p) for w in wanted)]

    def text(self, path: str) -> str:
        return (self.root / path).read_text("utf-8", errors="replace")

    def lines(self, path: str) -> list[str]:
        return self.text(path).split("\n")

    def code(self, path: str) -> str:
        """C text with comments blanked and strings emptied; lines keep their numbers."""
        return COMMENT_OR_STRING.sub(lambda m: blank(m.group()) if m.group()[0] == "/" else m.group()[0] + blank(m.group()[1:-1]) + m.group()[0],
                                     self.text(path))

    def uncommented(self, path: str) -> str:
        """C text with comments blanked; strings stay."""
        return COMMENT.sub(lambda m: blank(m.group()) if m.group()[0] == "/" else m.group(), self.text(path))

    def excepted(self, check: str, place: str) -> bool:
        if place in self.exceptions.get(check, {}):
            self.used.add((check, place))
            return True
        return False


def glob(pattern: str) -> str:
    out = ""
    for part in re.split(r"(\*\*/|\*\*|\*|\?)", pattern):
        out += {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}.get(part, re.escape(part))
    return out


def line_of(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1
