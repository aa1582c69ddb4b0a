#!/usr/bin/env python3
"""embed.py OUT FILE...: the page's files as a C source (page.h)."""
import os
import sys

TYPES = {".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8",
         ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}


def main():
    out, files = sys.argv[1], sys.argv[2:]
    arrays, rows = [], []
    for number, name in enumerate(files):
        with open(name, "rb") as source:
            data = source.read()
        path = "/" + os.path.basename(name)
        lines = [",".join(str(byte) for byte in data[at:at + 32]) for at in range(0, len(data), 32)]
        arrays.append("static const uint8_t file_%d[] = {\n%s};\n" % (number, ",\n".join(lines)))
        rows.append('    {"%s", "%s", file_%d, %d},\n'
                    % ("/" if path == "/index.html" else path, TYPES[os.path.splitext(name)[1]], number, len(data)))
    with open(out, "w", encoding="ascii") as target:
        target.write('#include "tools/inspect/page.h"\n\n' + "\n".join(arrays))
        target.write("\nconst struct page_file page_files[] = {\n%s};\n" % "".join(rows))
        target.write("const size_t page_file_count = %d;\n" % len(files))


main()
