"""Prints what it reads, and puts it into docs/speed.md between <!-- NAME:begin --> and <!-- NAME:end -->. Usage: into_docs.py NAME"""

import pathlib
import re
import sys

name, text = sys.argv[1], sys.stdin.read().strip()
print(text)
page = pathlib.Path(__file__).parents[2] / "docs" / "speed.md"
block = re.compile(rf"(<!-- {name}:begin -->\n).*?(\n<!-- {name}:end -->)", re.DOTALL)
old = page.read_text(encoding="utf-8")
new, found = block.subn(lambda marks: marks[1] + text + marks[2], old)
if found != 1:
    sys.exit(f"{page}: expected one block {name}, found {found}")
page.write_text(new, encoding="utf-8")
