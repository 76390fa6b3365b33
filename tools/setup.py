"""Make .venv: the locked packages, then kamlib itself. Quick when there is nothing to do.

Needs only a stock Python, on any system: `make` calls it, and where there is no make, `python tools/setup.py` does
the same. It starts under whatever `python3` is there, so it keeps to what Python 3.6 can read.
"""

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "setup-done"  # written last: without it the set-up did not finish
LOG = VENV / "setup.log"
VENV_PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

OLDEST = (3, 11)
NEWEST = (3, 14)  # the newest that every package in requirements.lock is built for; a newer one is tried last
OTHER_PYTHONS = ["python3.13", "python3.12", "python3.11", "python3.14"]  # tried where python3 will not do
PROBE = """
import importlib.util, sys
print(getattr(sys, "_base_executable", None) or sys.executable)  # not that of an environment, which may be removed
print(*sys.version_info[:3], importlib.util.find_spec("ensurepip") is not None)
"""

NO_NETWORK = [
    "Failed to establish a new connection",
    "NewConnectionError",
    "NameResolutionError",
    "name resolution",
    "Name or service not known",
    "Max retries exceeded",
    "ConnectTimeout",
    "Read timed out",
    "ProxyError",
    "SSLError",
    "error sending request",  # uv
    "dns error",  # uv
]


class SetupError(Exception):
    """What is wrong and what to do next, in words for the person at the keyboard."""


def say(line):
    print(line, flush=True)


# --- which Python -----------------------------------------------------------------------------------------------------


def probe(python):
    """(path, version, whether it can make environments) of a Python, or None where it does not run."""
    try:
        answer = subprocess.run([python, "-c", PROBE], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=60)
        path, facts = answer.stdout.decode().splitlines()
        *version, ensurepip = facts.split()
        return path, tuple(int(part) for part in version), ensurepip == "True"
    except (OSError, ValueError, subprocess.SubprocessError):
        return None


def choose_python(this_one_only, need_ensurepip):
    """The running Python, or the first on the PATH that fits and is complete; otherwise say what is missing."""
    incomplete = newer = None
    for name in [sys.executable] + ([] if this_one_only else OTHER_PYTHONS):
        found = shutil.which(name) and probe(shutil.which(name))
        if found and found[1] >= OLDEST:
            if need_ensurepip and not found[2]:
                incomplete = incomplete or found
            elif found[1][:2] > NEWEST:
                newer = newer or found
            else:
                return found
    if newer:
        return newer
    if incomplete:
        raise SetupError(
            "Python {0}.{1} is here, but without the part that makes virtual environments (venv, ensurepip).\n"
            "On Debian or Ubuntu:  sudo apt-get install python{0}.{1}-venv  (or python3-venv), then run this again.\n"
            "Or name another Python:  make setup PYTHON=/path/to/python3".format(*incomplete[1])
        )
    raise SetupError(
        "kamlib needs Python 3.11 or newer; {} is {}.{}.{}{}.\n"
        "Install a newer one, or name it:  make setup PYTHON=/path/to/python3.12".format(
            sys.executable, *sys.version_info[:3], "" if this_one_only else ", and no newer python3 is on the PATH"
        )
    )


# --- what was set up --------------------------------------------------------------------------------------------------


def digest(name):
    return hashlib.sha256((ROOT / name).read_bytes()).hexdigest()


def wanted_stamp():
    """What the environment depends on. The folder is part of it, since an environment cannot be moved."""
    return [
        "folder " + str(ROOT),
        "requirements.lock " + digest("requirements.lock"),
        "pyproject.toml " + digest("pyproject.toml"),
    ]


def read_stamp():
    try:
        return STAMP.read_text(encoding="utf-8").splitlines() if VENV_PYTHON.exists() else []
    except OSError:
        return []


@contextlib.contextmanager
def one_at_a_time():
    """Hold off a second set-up of the same folder until the first has ended."""
    try:
        import fcntl
    except ImportError:  # Windows
        yield
        return
    with open(str(ROOT / "requirements.lock")) as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            say("Another set-up of this folder is running: waiting for it")
            fcntl.flock(held, fcntl.LOCK_EX)
        yield


# --- making it --------------------------------------------------------------------------------------------------------


def environment():
    """The caller's environment without what would send packages elsewhere; pip's own configuration stays."""
    env = {key: value for key, value in os.environ.items() if key not in ("PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV")}
    env.update(PIP_USER="0", PIP_REQUIRE_VIRTUALENV="0", UV_PYTHON_DOWNLOADS="never")
    env.setdefault("UV_HTTP_RETRIES", "1")
    env.setdefault("UV_LINK_MODE", "copy")
    if "PIP_INDEX_URL" in env:
        env.setdefault("UV_DEFAULT_INDEX", env["PIP_INDEX_URL"])
    return env


def run(step, *command):
    """Run one command, its output in the log; on failure say in one message what went wrong."""
    VENV.mkdir(exist_ok=True)
    with open(str(LOG), "ab") as log:
        begin = log.tell()
        failed = subprocess.call(
            [str(part) for part in command], cwd=str(ROOT), env=environment(), stdout=log, stderr=subprocess.STDOUT
        )
    if failed < 0:
        raise SetupError(f"{step} was stopped from outside (signal {-failed}). Run it again: it starts anew.")
    if failed:
        output = LOG.read_bytes()[begin:].decode("utf-8", "replace")
        raise SetupError(explain(step, output))


def explain(step, output):
    """One message for a failed step, from what pip or uv printed."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if line.lower().startswith("error")] or lines or ["(it printed nothing)"]
    log = LOG.relative_to(ROOT)
    if any(sign in output for sign in NO_NETWORK):
        return (
            "The package registry cannot be reached, so the packages could not be installed.\n"
            "Check the network, the proxy and pip's own configuration (pip config list), then run this again: "
            f"it carries on.\nThe details are in {log}"
        )
    if "DO NOT MATCH THE HASHES" in output or "Hash mismatch" in output:
        return (
            "A downloaded package is not the one that requirements.lock names (its hash differs): nothing was "
            f"installed.\nTry again; if it stays, the registry serves other files.  The details are in {log}"
        )
    if "No matching distribution" in output or "No solution found" in output:
        return (
            f"{errors[-1]}\nEither the registry was not reached, or it has no ready-made package for this Python and "
            f"system: the packages are locked for Python {OLDEST[0]}.{OLDEST[1]} to {NEWEST[0]}.{NEWEST[1]}.\n"
            f"Check pip's own configuration, or name another Python:  make setup PYTHON=python3.12\n"
            f"The details are in {log}"
        )
    return f"{step} failed: {errors[-1]}\nThe details are in {log}"


def install(*arguments):
    """The arguments of `pip install` into .venv: by its own pip, or by uv where uv made it (without pip)."""
    if (VENV_PYTHON.parent / ("pip.exe" if os.name == "nt" else "pip")).exists():
        return [VENV_PYTHON, "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "-q", *arguments]
    return [shutil.which("uv"), "pip", "install", "-q", "--python", VENV_PYTHON, *arguments]


def make_venv(*command):
    """A new environment with exactly the locked packages."""
    if VENV.is_symlink():
        VENV.unlink()
    elif VENV.exists():
        shutil.rmtree(str(VENV))
    run("Making .venv", *command, VENV)
    run("Installing the packages", *install("--require-hashes", "--only-binary", ":all:", "-r", "requirements.lock"))


def install_packages(this_one_only):
    """By uv where it is on the PATH, else by pip; by pip too where uv fails, since uv does not read pip's settings."""
    uv = shutil.which("uv")
    python, version, has_ensurepip = choose_python(this_one_only, need_ensurepip=not uv)
    name = "Python " + ".".join(map(str, version))
    if uv:
        say(f"Setting up .venv with {name} and uv (a minute or less, once)")
        try:
            return make_venv(uv, "venv", "-q", "--allow-existing", "--python", python)
        except SetupError:
            if not has_ensurepip:
                raise
            say("uv could not do it: trying pip, which has its own configuration")
    say(f"Setting up .venv with {name} (a minute or two, once)")
    return make_venv(python, "-m", "venv")


def set_up(this_one_only=False):
    """Bring .venv to what requirements.lock and pyproject.toml say. An unfinished one is made anew."""
    done, wanted = read_stamp(), wanted_stamp()
    if done == wanted:
        return
    if done[:2] == wanted[:2]:  # only pyproject.toml changed
        STAMP.unlink()
    else:
        install_packages(this_one_only)
    say("Installing kamlib itself")
    run("Installing kamlib", *install("--no-deps", "--no-build-isolation", "-e", "."))
    STAMP.write_text("\n".join(wanted) + "\n", encoding="utf-8")
    say("Ready")


def main():
    try:
        with one_at_a_time():
            set_up(this_one_only="--this-python" in sys.argv[1:])
    except SetupError as error:
        sys.exit(f"\n{error}")
    except KeyboardInterrupt:
        sys.exit("\nStopped before it was done. Run it again: it starts this step anew.")
    except OSError as error:
        sys.exit(f"\nThe set-up could not write or read a file: {error}")


if __name__ == "__main__":
    main()
