#!/usr/bin/env python3
"""Holds every include against the table of folders in docs/architecture.md.

Finds: a folder without a row, an include that the table does not allow or that does not start at the
root, isd-r/state.h or its struct below the functions of ES10, circles of files (a source and its header are
one), folders of more than 25 sources. A source that no header of its own explains opens with a comment on what it is.
"""
import os
import re
import sys

ROOMS = ("apdu", "crypto", "fs", "isd-r", "card", "tools")
# Quotes are for our own files; with angle brackets only one that has a folder of ours would be.
INCLUDE = re.compile(r'^\s*#\s*include\s+(?:"([^"]+)"|<((?:' + "|".join((*ROOMS, "tests")) + r')/[^>]+)>)', re.M)
CHIP = re.compile(r"\bstruct isd_r\b")
APART = {"tools": ("isd-r", "card"), "isd-r": ("tools",), "card": ("tools",)}
TABLE, MOST = "docs/architecture.md", 25


def table():
    """The row of each folder; lowest first."""
    rows = {}
    for number, line in enumerate(open(TABLE, encoding="utf-8")):
        if line.startswith("| `"):
            for folder in re.findall(r"`([^`]+)`", line.split("|")[1]):
                rows[folder] = number
    return rows


def sources():
    """Each file of the rooms, what it includes, whether its first line is a comment that says something, whether
    it takes the whole chip."""
    for room in ROOMS:
        for folder, _, names in os.walk(room):
            for name in names:
                if name.endswith((".c", ".h")):
                    path = f"{folder}/{name}"
                    text = open(path, encoding="utf-8").read()
                    opens = text.startswith("/*")
                    if text.startswith("/* clang-format off"):
                        sys.exit(f"{path}: begins with \"clang-format off\": say first what it is")
                    yield path, ["".join(used) for used in INCLUDE.findall(text)], opens, bool(CHIP.search(text))


def allowed(rows, user, used):
    return user == used or (rows[used] < rows[user] and used.split("/")[0] not in APART.get(user.split("/")[0], ()))


def circles(arrows):
    """The number of the circle that each file stands in (Tarjan, without recursion)."""
    order, low, stack, circle = {}, {}, [], {}
    for start in arrows:
        if start in order:
            continue
        walk = [(start, iter(arrows[start]))]
        order[start] = low[start] = len(order)
        stack.append(start)
        while walk:
            file, rest = walk[-1]
            step = next((other for other in rest if other not in circle), None)
            if step is None:
                walk.pop()
                if walk:
                    low[walk[-1][0]] = min(low[walk[-1][0]], low[file])
                if low[file] == order[file]:
                    while file not in circle:
                        circle[stack.pop()] = order[file]
            elif step in order:
                low[file] = min(low[file], order[step])
            else:
                order[step] = low[step] = len(order)
                stack.append(step)
                walk.append((step, iter(arrows.get(step, ()))))
    return circle


def stem(path):
    return os.path.splitext(path)[0]


def judge(rows, files):
    """What is wrong with each pair of a file and what it includes; what else is wrong."""
    pairs, other, arrows, count = {}, [], {}, {}
    for path, included in files.items():
        folder = os.path.dirname(path)
        count[folder] = count.get(folder, 0) + path.endswith(".c")
        for used in included:
            target = os.path.dirname(used)
            if target not in rows:
                pairs[path, used] = "it does not start at the root with a folder of the table"
                continue
            if folder not in rows:
                continue
            if not allowed(rows, folder, target):
                pairs[path, used] = f"{TABLE} does not let {folder} use {target}"
            elif used == "isd-r/state.h" and folder != "isd-r":
                pairs[path, used] = "only the functions directly in isd-r/ take the whole chip"
            if stem(path) != stem(used):
                arrows.setdefault(stem(path), set()).add(stem(used))
    for folder, number in count.items():
        if folder not in rows:
            other.append(f"{folder} has no row in {TABLE}")
        if number > MOST:
            other.append(f"{folder} holds {number} sources, more than {MOST}")
    other += [f"{folder} is a row of {TABLE} and no folder" for folder in rows if not os.path.isdir(folder)]
    circle = circles(arrows)
    for path, included in files.items():
        for used in included:
            if stem(path) != stem(used) and stem(used) in circle and circle.get(stem(path)) == circle[stem(used)]:
                pairs.setdefault((path, used), "both stand in one circle of files")
    return pairs, other


def main():
    rows = table()
    if not rows:
        sys.exit(f"{TABLE} has no table of folders")
    files = list(sources())
    pairs, found = judge(rows, {path: included for path, included, _, _ in files})
    names = {path for path, _, _, _ in files}
    found += [f"{path} names struct isd_r: only the functions directly in isd-r/ take the whole chip"
              for path, _, _, whole in files if whole and path.startswith("isd-r/") and path.count("/") > 1]
    pairs.update({(path, "-"): "it has no header of its own: open it with a line on what it is"
                  for path, _, opens, _ in files if path.endswith(".c") and stem(path) + ".h" not in names and not opens})
    found += [f"{a}: {why}" if b == "-" else f"{a} includes {b}: {why}" for (a, b), why in sorted(pairs.items())]
    print("\n".join(found)) if found else None
    sys.exit(1 if found else 0)


main()
