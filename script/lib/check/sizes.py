"""File <= 600 lines, function <= 70 lines, <= 5 parameters, nesting <= 3. Larger: an exception in script/check with its reason."""
import re

FILE_LINES, FUNCTION_LINES, PARAMETERS, NESTING = 600, 70, 5, 3
CONTROL = {"if", "for", "while", "switch", "else", "do"}


def check(tree):
    for path in tree.files("src/**.c", "src/**.h", "src/**.def", "tests/**", "bench/**", "procedures/**.lua", "web/src/**", "web/dev/**", "script/**"):
        if path.endswith((".json", ".csv", ".txt", ".pdf", ".png", ".age")):
            continue
        count = tree.text(path).count("\n")
        if count > FILE_LINES and not tree.excepted("sizes", path):
            yield f"{path}:{FILE_LINES + 1}: {count} lines, at most {FILE_LINES}"
    for path in tree.files("src/**.c", "src/**.h", "tests/**.c", "bench/**.c"):
        for function in functions(tree.code(path)):
            for value, limit, unit in ((function["lines"], FUNCTION_LINES, "lines"), (function["parameters"], PARAMETERS, "parameters"),
                                       (function["nesting"], NESTING, "levels of nesting")):
                if value > limit and not tree.excepted("sizes", f"{path} {function['name']} {unit}"):
                    yield f"{path}:{function['line']}: {function['name']} has {value} {unit}, at most {limit}"


def matching(text, close):
    """The position of the '(' that belongs to the ')' at close."""
    depth = 0
    for i in range(close, -1, -1):
        depth += (text[i] == ")") - (text[i] == "(")
        if depth == 0:
            return i
    return 0


def head(text, brace):
    """Name and parameters of the function whose body opens at brace; None: something else opens there."""
    end = brace
    while True:
        before = text[:end].rstrip()
        if not before.endswith(")"):
            return None
        opening = matching(before, len(before) - 1)
        name = re.search(r"(\w+)\s*$", before[:opening])
        if name is None:
            return None
        if name[1] == "__attribute__" or (name[1].isupper() and len(name[1]) > 2):
            end = name.start()
            continue
        inside = before[opening + 1:-1].strip()
        depth, commas = 0, 0
        for c in inside:
            depth += (c in "([{") - (c in ")]}")
            commas += c == "," and depth == 0
        return name[1], 0 if inside in ("", "void") else commas + 1


def opens_block(text, brace):
    """Does the brace open the block of a control statement?"""
    before = text[max(0, brace - 4000):brace].rstrip()
    word = re.search(r"(\w+)$", before)
    if word:
        return word[1] in CONTROL
    if before.endswith(")"):
        opening = matching(before, len(before) - 1)
        word = re.search(r"(\w+)\s*$", before[:opening])
        return bool(word) and (word[1] in CONTROL or word[1].isupper() or "_each" in word[1])
    return False


def functions(text):
    text = re.sub(r"^[ \t]*#(?:\\\n|[^\n])*", lambda m: re.sub(r"[^\n]", " ", m.group()), text, flags=re.M)
    stack, current = [], None
    for brace in re.finditer(r"[{}]", text):
        i = brace.start()
        if brace.group() == "}":
            if stack:
                stack.pop()
            if current and not stack:
                yield current | {"lines": text.count("\n", current["start"], i) + 1}
                current = None
            continue
        if not stack:
            found = head(text, i)
            if found:
                current = {"name": found[0], "parameters": found[1], "start": i, "line": text.count("\n", 0, i) + 1, "nesting": 0}
            stack.append(False)
            continue
        stack.append(opens_block(text, i))
        if current:
            current["nesting"] = max(current["nesting"], sum(stack))
