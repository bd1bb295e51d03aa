"""Writes the two commands of the README's section "Set up" to files, so that CI runs what readers run.

Usage: readme_commands.py README.md FOLDER
"""

import re
import sys
from pathlib import Path

readme, folder = Path(sys.argv[1]).read_text(encoding="utf-8"), Path(sys.argv[2])
section = re.search(r"^## Set up$(.*?)^## ", readme, re.MULTILINE | re.DOTALL)
if section is None:
    sys.exit('README.md has no section "Set up"')
commands = re.findall(r"^```\w*\n(.*?)^```$", section[1], re.MULTILINE | re.DOTALL)
if len(commands) != 2:
    sys.exit(f'the section "Set up" of README.md has {len(commands)} fenced commands, not two')
for number, command in enumerate(commands, 1):
    (folder / f"command_{number}.sh").write_text(command, encoding="utf-8")
