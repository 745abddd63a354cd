"""The command line without its start: one process has loaded fenji and forks for every command, as fast as the command itself.

Everything else is as for a user: a process of its own, its own folder, environment, streams and exit code. Tests that are about
processes themselves (kills, two runs at once) start them the ordinary way.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

CLIENT = """#!{python} -IS
import json, os, signal, socket, sys
with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
    line.connect({address!r})
    told = json.dumps([sys.argv[1:], os.getcwd(), dict(os.environ)]).encode()
    socket.send_fds(line, [len(told).to_bytes(8, "big")], [0, 1, 2])
    line.sendall(told)
    at_work = int.from_bytes(line.recv(8), "big")
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda number, _frame: os.kill(at_work, number))
    code = line.recv(16)
sys.exit(int(code) if code else 70)
"""


@contextmanager
def forking_fenji(folder: Path) -> Iterator[Path]:
    """A program ``fenji`` in a folder that is served by forks of one process while the block lasts."""
    address = str(folder / "fenji.socket")
    program = folder / "fenji"
    program.write_text(CLIENT.format(python=sys.executable, address=address), "utf-8")
    program.chmod(0o755)
    server = subprocess.Popen([sys.executable, __file__, address], start_new_session=True)
    try:
        while not Path(address).exists():
            assert server.poll() is None
            time.sleep(0.05)
        yield program
    finally:
        # What commands have left running, such as a server, ends too.
        os.killpg(server.pid, signal.SIGTERM)
        server.wait()


def serve(address: str) -> None:
    """Forks for every command that a client sends, until it is terminated."""
    main = import_module("fenji.cli.main")
    for name in main.COMMANDS:
        import_module(f"fenji.cli.{name}")
    gc.freeze()
    gc.set_threshold(*main.GARBAGE_AFTER)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as door:
        door.bind(f"{address}.new")
        door.listen()
        Path(f"{address}.new").rename(address)
        while True:
            line, _ = door.accept()
            with line:
                if os.fork() == 0:
                    _answer(line)


def _answer(line: socket.socket) -> None:
    """One command, in the forked process."""
    code = 70
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        head, streams, _flags, _address = socket.recv_fds(line, 8, 3)
        told = b""
        while len(told) < int.from_bytes(head, "big"):
            told += line.recv(1 << 16)
        line.sendall(os.getpid().to_bytes(8, "big"))  # so that who ends the command ends the process that does it
        arguments, folder, environment = json.loads(told)
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(environment)
        code = import_module("fenji.cli.main").answer(arguments)
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        line.sendall(str(code).encode())
        os._exit(code)


if __name__ == "__main__":
    serve(sys.argv[1])
