"""``python -m fenji`` is the command ``fenji``, for where the command is not on the path."""

from fenji.cli.main import run

if __name__ == "__main__":
    run()
