"""A person at a real terminal: types, and sees what the window shows."""

import os
import signal
import sys
import time
from pathlib import Path

import pexpect
import pyte

SCRIPT = Path(__file__).resolve().parents[1] / "examples" / "13_interview_in_the_terminal.py"
SIGN = "> "
PATIENCE = 30


class Terminal:
    """A window with a script in it.

    Args:
        command: What runs, as a list.
        columns, lines: The size of the window.
        environment: Variables besides those that are set.
    """

    def __init__(self, command=None, *, columns=80, lines=24, cwd=None, **environment):
        command = command or [sys.executable, "-W", "error", str(SCRIPT)]
        self.screen = pyte.Screen(columns, lines)
        self.stream = pyte.ByteStream(self.screen)
        self.raw = b""
        plain = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS", "LINES")}
        self.child = pexpect.spawn(
            command[0],
            command[1:],
            dimensions=(lines, columns),
            cwd=cwd and str(cwd),
            env={**plain, "TERM": "xterm-256color", "PYTHONUTF8": "1", **environment},
            timeout=PATIENCE,
            # Tests that run in the background have Ctrl-C switched off, and would hand that on.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        self.wait()

    def wait(self):
        """Until the script waits for the person, or has ended."""
        until = time.monotonic() + PATIENCE
        while not self.is_waiting():
            if time.monotonic() > until:
                raise TimeoutError(f"the script neither asks nor ends; the window shows\n{self.text}")
            if not self.read():
                return

    def read(self, timeout=PATIENCE):
        """Takes what the script wrote; nothing when it has ended."""
        try:
            data = self.child.read_nonblocking(65_536, timeout=timeout)
        except pexpect.EOF:
            self.child.close()
            return b""
        self.raw += data
        self.stream.feed(data)
        return data

    def is_waiting(self):
        cursor = self.screen.cursor
        return self.screen.display[cursor.y][: cursor.x].endswith(SIGN)

    def type(self, *lines):
        """Types each line with Enter after it, and waits each time for what comes."""
        for line in lines:
            known = len(self.raw)
            self.child.sendline(line)
            # The terminal echoes the line; what follows is the answer to it.
            while b"\r\n" not in self.raw[known:] and self.read():
                pass
            self.wait()
        return self

    def press(self, letter):
        """Ctrl and a letter, until the script has ended."""
        for _ in range(PATIENCE):
            # Python misses a signal that comes between its prompt and its reading; a person presses once more, too.
            self.child.sendcontrol(letter)
            try:
                while self.read(timeout=2):
                    pass
            except pexpect.TIMEOUT:
                continue
            return self
        raise TimeoutError(f"the script goes on; the window shows\n{self.text}")

    @property
    def text(self):
        """What the window shows."""
        return "\n".join(line.rstrip() for line in self.screen.display).rstrip()

    @property
    def flat(self):
        """The same on one line, so that a sentence is found wherever its lines break."""
        return " ".join(self.text.split())

    @property
    def has_ended(self):
        return not self.child.isalive()
