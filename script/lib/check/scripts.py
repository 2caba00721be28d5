"""Shell scripts parse and are executable; Python files compile."""
import ast
import subprocess


def check(tree):
    for path in tree.files("script/**", ".ci/**", "packaging/**"):
        if tree.text(path).startswith("#!"):
            if not (tree.root / path).stat().st_mode & 0o111:
                yield f"{path}:1: has #! but is not executable"
        first = tree.text(path).split("\n")[0]
        if "bash" in first or path.endswith(".sh"):
            done = subprocess.run(["bash", "-n", path], cwd=tree.root, capture_output=True, text=True)
            if done.returncode:
                yield f"{path}:1: {done.stderr.strip()}"
    for path in tree.files("**.py"):
        try:
            ast.parse(tree.text(path))
        except SyntaxError as error:
            yield f"{path}:{error.lineno}: {error.msg}"
