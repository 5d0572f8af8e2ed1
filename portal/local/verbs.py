"""The verbs of the Makefile. Each has what it needs set up first, then does one thing."""

import errno
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from types import FrameType

from . import assets, bootstrap
from .console import Stop, complain, say
from .environment import exports, for_demo
from .locks import held
from .paths import ROOT, VAR, in_venv, venv_bin
from .servers import Servers, home

DEFAULT_PORT = 8000


def main(args: Sequence[str]) -> int:
    """Do a verb. Whatever stops it is told in a sentence; a traceback would be a defect."""
    verb = VERBS.get(args[0] if args else "help")
    if verb is None:
        complain(f"There is no verb {args[0]}. These are: {', '.join(VERBS)}.")
        return 2
    signal.signal(signal.SIGTERM, _interrupt)
    # Whatever the shell says, bytecode is kept: each of a dozen processes would compile everything anew for seconds.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    try:
        return verb(list(args[1:]))
    except Stop as stopped:
        complain(f"Stopped. {stopped}")
    except KeyboardInterrupt:
        complain("\nInterrupted.")
        return 130
    except OSError as problem:
        if problem.errno not in _DISK_TROUBLE:
            raise
        complain(f"Stopped. {problem.filename or 'A file'}: {_DISK_TROUBLE[problem.errno]}")
    return 1


def _interrupt(number: int, frame: FrameType | None) -> None:
    """SIGTERM ends a set-up as Ctrl-C does: the program that it waits for is ended too."""
    raise KeyboardInterrupt


_DISK_TROUBLE = {
    errno.ENOSPC: "the disk is full. Free some space and try again.",
    errno.EDQUOT: "your disk quota is used up. Free some space and try again.",
    errno.EROFS: "the file system is read-only. Put the checkout where you may write.",
    errno.EACCES: "permission denied. Put the checkout where you may write, or change its owner.",
}


def port() -> int:
    """The port that PORT names. Raises Stop."""
    asked = os.environ.get("PORT") or str(DEFAULT_PORT)
    if not asked.isdecimal() or not 0 < int(asked) < 65536:
        raise Stop(f"PORT={asked} is no port: choose a number from 1 to 65535, for example `make run PORT=8001`.")
    return int(asked)


def _on_venv(verb: str, args: Sequence[str], lock: bootstrap.Lock) -> None:
    """Go on as the virtual environment's Python, which may import everything."""
    bootstrap.ensure(lock)
    if not in_venv():
        os.chdir(ROOT)
        os.execv(venv_bin("python"), [str(venv_bin("python")), "-m", "portal.local", verb, *args])


def run(args: list[str]) -> int:
    """Set up, then web, worker and beat under one supervisor until Ctrl-C."""
    from . import run as running

    running.check_free(port())
    _on_venv("run", args, "local")
    return running.run(port())


def test(args: list[str]) -> int:
    """Set up, then pytest. What follows `test` goes to pytest; nothing means every test, in parallel."""
    _on_venv("test", args, "dev")
    assets.ensure(modules=True)
    chosen = args or ["-n", "2", "--dist", "loadgroup"]
    return _handed_over([str(venv_bin("python")), "-m", "pytest", *chosen])


def lint(args: list[str]) -> int:
    """Every check that needs no running portal."""
    _on_venv("lint", args, "dev")
    from . import lint as linting

    return linting.run()


def env(args: list[str]) -> int:
    """Start the embedded servers and print the environment for a shell: eval "$(python -m portal.local env)"."""
    with redirect_stdout(sys.stderr):  # the shell reads what is printed; steps are for whoever waits
        bootstrap.ensure("local")
        environment = for_demo(Servers("demo").keep(), port=port())
    print(exports(environment))
    return 0


def stop(args: list[str]) -> int:
    """Stop the embedded servers that `env`, `manage` or `shell` started."""
    _refuse_while_running()
    say("Stopped the embedded servers." if Servers("demo").stop() else "The embedded servers were not running.")
    return 0


def manage(args: list[str]) -> int:
    """`manage.py` with the environment of this machine."""
    bootstrap.ensure("local")
    servers = Servers("demo")
    environment = {**os.environ, **for_demo(servers.lease(), port=port())}
    return _handed_over([str(venv_bin("python")), "manage.py", *args], env=environment)


def shell(args: list[str]) -> int:
    """Django's shell on the demo's data."""
    return manage(["shell", *args])


def docs(args: list[str]) -> int:
    """Write the generated parts of the documentation anew."""
    return manage(["write_docs", *args])


def bench(args: list[str]) -> int:
    """The load and size benchmarks."""
    _on_venv("bench", args, "dev")
    assets.ensure(modules=True)
    return _handed_over([str(venv_bin("python")), "-m", "tests.bench", *args])


def screenshots(args: list[str]) -> int:
    """The pictures in README and docs, taken from the demo."""
    _on_venv("screenshots", args, "dev")
    assets.ensure(modules=True)
    return _handed_over([str(venv_bin("python")), "-m", "tests.screenshots", *args])


def setup(args: list[str]) -> int:
    """Everything for development: the environment with tests and linters, front-end packages, the build."""
    bootstrap.ensure("dev")
    assets.ensure(modules=True)
    return 0


def reset(args: list[str]) -> int:
    """Throw away the demo's data, files and secrets; `make run` begins anew."""
    _refuse_while_running()
    Servers("demo").stop()
    shutil.rmtree(home("demo"))
    for name in ("files", "static", "log", "run"):
        shutil.rmtree(VAR / name, ignore_errors=True)
    for name in ("demo.json", "run.json", "idp.pem"):
        (VAR / name).unlink(missing_ok=True)
    if not Servers("test").up:  # running tests still use them
        (VAR / "secrets.json").unlink(missing_ok=True)
    say("The demo's data is gone. `make run` begins anew.")
    return 0


def _refuse_while_running() -> None:
    if (lock := VAR / "run.lock").exists() and held(lock):
        raise Stop("The portal is running. End it first: Ctrl-C in the terminal of `make run`.")


def _handed_over(command: list[str], *, env: dict[str, str] | None = None) -> int:
    """Run a program in the foreground. Ctrl-C is for it to handle; we wait for it to end."""
    process = subprocess.Popen(command, cwd=ROOT, env=env)
    signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    while True:
        try:
            status = process.wait()
            return status if status >= 0 else 128 - status
        except KeyboardInterrupt:
            continue


def help_(args: list[str]) -> int:
    """What there is."""
    for name, verb in VERBS.items():
        say(f"  {name:<12} {(verb.__doc__ or '').splitlines()[0]}")
    return 0


VERBS: dict[str, Callable[[list[str]], int]] = {
    "run": run, "test": test, "lint": lint, "bench": bench, "shell": shell, "manage": manage, "docs": docs,
    "screenshots": screenshots, "setup": setup, "env": env, "stop": stop, "reset": reset, "help": help_,
}  # fmt: skip
