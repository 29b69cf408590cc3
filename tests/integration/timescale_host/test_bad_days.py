"""The host's bad days: an archive that is away, a first start that is cut off, a volume that is missing."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from local.aws import Aws
from local.clients import Clients
from tests.integration.timescale_host.conftest import NewMachine
from tests.integration.timescale_host.steps import deploy_roles, measured, up, wait_for_backup

pytestmark = [pytest.mark.integration, pytest.mark.timeout(900)]
Signals = tuple[str, list[dict[str, Any]]]


def test_an_archive_that_is_away_and_a_first_start_that_is_cut_off(
    new_machine: NewMachine, signals: Signals, aws_session: Aws
) -> None:
    machine, clients = new_machine(), Clients(aws_session.endpoint)
    machine.archive.chmod(0o555)  # nothing can be written there
    machine.start()
    assert machine.boot().returncode != 0
    assert signals[1][-1]["Status"] == "FAILURE"
    assert "a server without backups is none" in signals[1][-1]["Reason"]

    machine.archive.chmod(0o777)
    boot = threading.Thread(target=machine.boot)
    boot.start()
    _until(lambda: machine.run("test", "-s", "/var/lib/timescale/pgdata/data/PG_VERSION").returncode == 0)
    machine.cut()  # initdb is at work: PG_VERSION is the first that it writes
    boot.join()
    machine.start()
    up(machine)
    left = machine.check("bash", "-c", "ls -d /var/lib/timescale/pgdata/data.unfinished.* | wc -l")
    assert int(left) >= 1  # set aside, not taken for a cluster
    deploy_roles(machine)
    wait_for_backup(machine, 1)

    machine.archive.joinpath("archive").rename(machine.archive / "away")
    machine.query("CREATE TABLE late AS SELECT 1 AS one; SELECT pg_switch_wal()")
    time.sleep(2)
    assert measured(machine, clients)["archive"] > 0
    machine.check("systemctl", "restart", "timescale-server")  # WAL waits; the server is up all the same
    assert machine.query("SELECT one FROM late") == "1"
    machine.archive.joinpath("away").rename(machine.archive / "archive")
    _until(lambda: measured(machine, clients)["archive"] == 0)

    machine.check("systemctl", "stop", "timescale-server")
    figures = measured(machine, clients)
    assert figures["up"] == 0
    assert figures["volume"] > 0
    assert "backup" not in figures  # silence, which is an alarm


def test_nothing_is_made_where_the_volume_is_missing_or_not_blank(new_machine: NewMachine) -> None:
    machine = new_machine()
    with machine.volume.open("r+b") as disk:
        disk.seek(2 * 1024**2)
        disk.write(b"somebody's data")
    machine.start()
    done = machine.boot()
    assert done.returncode != 0
    assert "is not blank" in machine.journal()
    for program in ("prepare", "server"):
        done = machine.run(f"/opt/timescale/current/bin/{program}")
        assert done.returncode != 0
        assert "is not mounted" in done.stderr
    assert machine.check("ls", "/var/lib/timescale") == ""


def test_systemd_reads_the_units(new_machine: NewMachine) -> None:
    machine = new_machine()
    machine.start()
    machine.check("bash", "-c", machine.user_data().partition("\nstart_units\n")[0].replace("trap", ": trap"))
    services = machine.root / "etc/systemd/system"
    (services / "docker.service").write_text("[Service]\nExecStart=/bin/true\n")
    units = sorted(f"/etc/systemd/system/{path.name}" for path in services.glob("timescale*"))
    assert len(units) == 7
    for unit in units:  # /usr is this machine's and has no docker
        path = machine.root / unit.lstrip("/")
        path.write_text(path.read_text().replace("/usr/bin/docker", "/installed/docker"))
    if machine.run("systemd-analyze", "--version").returncode:
        pytest.skip("systemd-analyze is missing: the units are read by the stand-in alone")
    done = machine.run("systemd-analyze", "verify", "--man=no", *units)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_the_image_as_it_was_asked_before(new_machine: NewMachine) -> None:
    """Both faults of the first form show in the stand-in, so that it would show them again."""
    machine = new_machine()
    machine.start()
    machine.check("bash", "-c", machine.user_data().partition("\nstart_units\n")[0].replace("trap", ": trap"))
    machine.check("systemctl", "start", "timescale-volume")
    machine.check("mount", machine.values["DEVICE"], "/var/lib/timescale")
    machine.check("/opt/timescale/current/bin/prepare")
    run = '. /opt/timescale/current/bin/common.sh; mapfile -t options < <(binds); docker run --rm "${options[@]}"'
    (machine.root / "etc/timescale/pg_hba.conf").write_text("local all all peer\n")
    asked = "--env POSTGRES_USER=premium_admin --env POSTGRES_PASSWORD=x $IMAGE postgres -c hba_file=/conf/pg_hba.conf"
    done = machine.run("bash", "-c", f"({run} {asked}) > /run/said 2>&1")  # its temporary server would hold a pipe
    assert done.returncode != 0
    assert "Peer authentication failed" in machine.check("cat", "/run/said")
    done = machine.run("bash", "-c", f'{run} --entrypoint pgbackrest "$IMAGE" stanza-create')
    assert "[055]" in done.stdout + done.stderr  # the image's PGBACKREST_CONFIG names a file that is not there


def _until(holds: Any) -> None:
    ends = time.monotonic() + 120
    while not holds():
        assert time.monotonic() < ends
        time.sleep(0.2)
