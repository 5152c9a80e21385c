"""Prints what it reads, and puts it into README.md between <!-- NAME:begin --> and <!-- NAME:end -->. Usage: into_readme.py NAME"""

import pathlib
import re
import sys

name, text = sys.argv[1], sys.stdin.read().strip()
print(text)
readme = pathlib.Path(__file__).parents[2] / "README.md"
block = re.compile(rf"(<!-- {name}:begin -->\n).*?(\n<!-- {name}:end -->)", re.DOTALL)
old = readme.read_text(encoding="utf-8")
new, found = block.subn(lambda marks: marks[1] + text + marks[2], old)
if found != 1:
    sys.exit(f"{readme}: expected one block {name}, found {found}")
readme.write_text(new, encoding="utf-8")
