#!/usr/bin/env python3
"""Docker's commands as the host's programs call them: a container is a mount namespace with the image's root and user.

An option that is not listed here ends it: each is one of Docker's own. `--volume` is not among them on purpose.
"""

import json
import os
import signal
import sys
import time
from pathlib import Path

STATE = Path("/run/stand-in-docker")
IMAGE = Path(__file__).resolve().parent / "image.sh"
FLAGS = {"--rm", "--detach"}
VALUES = {"--name", "--network", "--shm-size", "--stop-timeout", "--log-driver"}
VALUES |= {"--log-opt", "--env", "--mount", "--entrypoint"}
# What timescaledb-ha's Dockerfile says; PostgreSQL and pgBackRest are Debian's.
ENVIRONMENT = {
    "PATH": f"{os.environ['POSTGRES_PROGRAMS']}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "PGDATA": "/home/postgres/pgdata/data",
    "PGBACKREST_CONFIG": "/home/postgres/pgdata/backup/pgbackrest.conf",
    "PGBACKREST_STANZA": "poddb",
    "LC_ALL": "C.UTF-8",
    "LANG": "C.UTF-8",
    "HOME": "/home/postgres",
}
AS_POSTGRES = ["setpriv", "--reuid", "1000", "--regid", "1000", "--clear-groups", "--"]


def parse(words):
    found, at = {"--env": [], "--mount": [], "--log-opt": []}, 0
    while words[at].startswith("--"):
        if words[at] in FLAGS:
            found[words[at]] = True
            at += 1
        elif words[at] in VALUES:
            many = found.get(words[at])
            many.append(words[at + 1]) if isinstance(many, list) else found.__setitem__(words[at], words[at + 1])
            at += 2
        else:
            sys.exit(f"unknown flag: {words[at]}")
    return found, words[at], words[at + 1 :]


def environment(pairs):
    named = {pair.partition("=")[0]: pair.partition("=")[2] if "=" in pair else os.environ[pair] for pair in pairs}
    return {**ENVIRONMENT, **json.loads(os.environ["IN_CONTAINERS"]), **named}


def run(words):
    options, image, command = parse(words)
    if not (STATE / "images" / image.replace("/", "_")).exists():
        sys.exit(f"Unable to find image '{image}' locally")
    if options["--log-opt"] and options["--log-driver"] != "awslogs":
        sys.exit("log options without their driver")
    mounts = [dict(part.partition("=")[::2] for part in mount.split(",")) for mount in options["--mount"]]
    for mount in mounts:
        if not Path(mount["source"]).is_dir():
            sys.exit(f"invalid mount config: bind source path does not exist: {mount['source']}")
    name = options.get("--name", f"once-{os.getpid()}")
    if alive(name):
        sys.exit(f"Conflict. The container name {name} is already in use")
    known = {"environment": environment(options["--env"]), "pid": os.getpid()}
    (STATE / f"{name}.json").write_text(json.dumps(known))
    binds = [f"{m['source']}|{m['target']}|{'ro' if 'readonly' in m else 'rw'}" for m in mounts]
    binds.append(f"{os.environ['ARCHIVE']}|/timeseries|rw")  # the bucket
    start = [options["--entrypoint"]] if "--entrypoint" in options else ["/docker-entrypoint.sh"]
    apart = ["unshare", "--mount", "--propagation", "unchanged", "bash", str(IMAGE), ";".join(binds)]
    os.execvpe("unshare", [*apart, *AS_POSTGRES, *start, *command], known["environment"])


def alive(name):
    try:
        pid = json.loads((STATE / f"{name}.json").read_text())["pid"]
        return pid if "Z" not in Path(f"/proc/{pid}/stat").read_text().split(")")[1].split()[0] else None
    except (FileNotFoundError, ProcessLookupError):
        return None


def execute(words):
    given, at = {}, 0
    while words[at].startswith("--"):
        if words[at] == "--env":
            given[words[at + 1]] = os.environ[words[at + 1]]
            at += 2
        else:
            assert words[at] == "--interactive", words[at]
            at += 1
    name, command = words[at], words[at + 1 :]
    if not (pid := alive(name)):
        sys.exit(f"No such container: {name}")
    known = json.loads((STATE / f"{name}.json").read_text())["environment"]
    enter = ["nsenter", "--target", str(pid), "--mount", "--root", "--wdns=/", "--", *AS_POSTGRES, *command]
    os.execvpe("nsenter", enter, {**known, **given})


def stop(name, seconds):
    if not (pid := alive(name)):
        sys.exit(f"No such container: {name}")
    os.kill(pid, signal.SIGINT)  # the image's STOPSIGNAL
    ends = time.monotonic() + seconds
    while alive(name) and time.monotonic() < ends:
        time.sleep(0.05)
    if alive(name):
        os.kill(pid, signal.SIGKILL)
    (STATE / f"{name}.json").unlink(missing_ok=True)


def images(command, *rest):
    folder = STATE / "images"
    if command == "inspect":
        sys.exit(0 if (folder / rest[0].replace("/", "_")).exists() else 1)
    assert (command, *rest) == ("prune", "--all", "--force")


def remove(force, name):
    assert force == "--force"
    pid = alive(name)
    if pid:
        os.kill(pid, signal.SIGKILL)
    (STATE / f"{name}.json").unlink(missing_ok=True)


(STATE / "images").mkdir(parents=True, exist_ok=True)
match sys.argv[1:]:
    case ["run", *words]:
        run(words)
    case ["exec", *words]:
        execute(words)
    case ["stop", "-t", seconds, name]:
        stop(name, int(seconds))
    case ["rm", force, name]:
        remove(force, name)
    case ["image", *words]:
        images(*words)
    case ["login", "--username", "AWS", "--password-stdin", registry]:
        assert sys.stdin.read().strip() == "a-token", registry
    case ["pull", "--quiet", image]:
        (STATE / "images" / image.replace("/", "_")).touch()
    case words:
        sys.exit(f"docker: {words} is not a command that this stands in for")
