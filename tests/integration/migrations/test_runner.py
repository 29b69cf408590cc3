"""The runner's promises: all or nothing, once, in order, never over an edited file, and back again."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from migrations.errors import MigrationError
from migrations.runner import Runner

pytestmark = pytest.mark.integration


def write(folder: Path, name: str, up: str, down: str = "SELECT 1") -> None:
    (folder / f"{name}.sql").write_text(up)
    (folder / f"{name}.rollback.sql").write_text(down)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path, "0001_first", "CREATE TABLE first (n INT);\nINSERT INTO first VALUES (1);", "DROP TABLE first;")
    write(tmp_path, "0002_second", "CREATE TABLE second (n INT);", "DROP TABLE second;")
    return tmp_path


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def runner(owner_url: str, folder: Path, said: list[str]) -> Runner:
    return Runner("premium", owner_url, folder, said.append)


def tables(url: str) -> set[str]:
    """Ours: yoyo's own begin with an underscore."""
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        )
        return {name for (name,) in rows if not name.startswith("_")}


def test_a_second_run_changes_nothing(runner: Runner, owner_url: str) -> None:
    assert runner.up() == ["0001_first", "0002_second"]
    assert runner.up() == []
    with psycopg.connect(owner_url) as connection:
        assert connection.execute("SELECT count(*) FROM first").fetchone() == (1,)


def test_a_failing_migration_leaves_what_was_there_before_it(runner: Runner, folder: Path, owner_url: str) -> None:
    write(folder, "0003_third", "CREATE TABLE third (n INT);\nINSERT INTO third VALUES (1);\nSELECT 1 / 0;\n")
    with pytest.raises(MigrationError, match=r"0003_third.sql failed.* and was undone: division by zero"):
        runner.up()
    assert tables(owner_url) == {"first", "second"}
    assert runner.status().pending == ["0003_third"]
    write(folder, "0003_third", "CREATE TABLE third (n INT);", "DROP TABLE third;")
    assert runner.up() == ["0003_third"]


def test_an_error_names_the_line(runner: Runner, folder: Path) -> None:
    write(folder, "0003_third", "SELECT 1;\n\nSELECT nothing FROM nowhere;\n")
    with pytest.raises(MigrationError, match=r"failed at line 3 and was undone: relation \"nowhere\" does not exist"):
        runner.up()


def test_a_migration_that_ends_the_transaction_itself_is_not_marked(
    runner: Runner, folder: Path, owner_url: str
) -> None:
    """A COMMIT inside would make half of a migration stay: it is refused before anything runs."""
    write(folder, "0003_third", "CREATE TABLE third (n INT); COMMIT; SELECT 1 / 0;")
    with pytest.raises(MigrationError, match=r"0003_third\.sql says COMMIT"):
        runner.up()
    assert "third" not in tables(owner_url)


def test_a_migration_that_cannot_be_written_down_is_undone(runner: Runner, folder: Path, owner_url: str) -> None:
    """Its mark is part of its transaction: there is no moment when it is applied and not marked."""
    write(folder, "0003_third", "CREATE TABLE third (n INT);\nDROP TABLE _yoyo_script;")
    with pytest.raises(MigrationError, match=r"0003_third\.sql failed"):
        runner.up()
    assert "third" not in tables(owner_url)
    assert runner.status().applied == ["0001_first", "0002_second"]


def test_an_edited_migration_is_refused_by_name(runner: Runner, folder: Path) -> None:
    runner.up()
    (folder / "0001_first.sql").write_text("CREATE TABLE first (n BIGINT);")
    for action in (runner.up, runner.status, lambda: runner.down(1)):
        with pytest.raises(MigrationError, match=r"premium: 0001_first.sql was edited after it was applied"):
            action()


def test_down_takes_back_the_newest_first_and_up_brings_it_again(runner: Runner, owner_url: str) -> None:
    runner.up()
    assert runner.down(1) == ["0002_second"]
    assert tables(owner_url) == {"first"}
    assert runner.down(5) == ["0001_first"]
    assert tables(owner_url) == set()
    assert runner.up() == ["0001_first", "0002_second"]


def test_a_failing_way_back_leaves_the_migration_applied(runner: Runner, folder: Path, owner_url: str) -> None:
    runner.up()
    (folder / "0002_second.rollback.sql").write_text("DROP TABLE second; DROP TABLE nowhere;")
    with pytest.raises(MigrationError, match=r"0002_second\.sql failed"):
        runner.down(1)
    assert "second" in tables(owner_url)
    assert runner.status().applied == ["0001_first", "0002_second"]


def test_a_number_before_an_applied_one_is_refused(runner: Runner, folder: Path) -> None:
    write(folder, "0004_fourth", "SELECT 1")
    runner.up()
    write(folder, "0003_third", "SELECT 1")
    with pytest.raises(MigrationError, match="0003_third comes before 0004_fourth"):
        runner.up()


def test_a_number_before_one_whose_files_are_gone_says_how_to_go_on(runner: Runner, folder: Path) -> None:
    write(folder, "0003_third", "SELECT 1")
    runner.up()
    for gone in folder.glob("0003_*"):
        gone.unlink()
    write(folder, "0003_another", "SELECT 1")
    with pytest.raises(MigrationError, match=r"0003_third, which is applied and has no file here: .* make reset"):
        runner.up()


def test_an_older_release_leaves_a_newer_database_alone(runner: Runner, folder: Path, said: list[str]) -> None:
    write(folder, "0003_third", "SELECT 1")
    runner.up()
    (folder / "0003_third.sql").unlink()
    assert runner.up() == []
    assert "premium: ahead of this release by 0003_third; nothing to do" in said
    with pytest.raises(MigrationError, match="0003_third, whose way back only a newer release knows"):
        runner.down(1)


def test_outside_a_transaction_where_postgresql_asks_for_it(runner: Runner, folder: Path, owner_url: str) -> None:
    write(
        folder,
        "0003_index",
        "-- transactional: false\nCREATE INDEX CONCURRENTLY first_n ON first (n);",
        "DROP INDEX first_n;",
    )
    assert runner.up()[-1] == "0003_index"
    with psycopg.connect(owner_url) as connection:
        assert connection.execute("SELECT to_regclass('first_n') IS NOT NULL").fetchone() == (True,)


@pytest.mark.parametrize(
    ("name", "message"),
    [("0003third", "not named like"), ("0002_again", "have the same number"), ("0003_no_way_back", "has no way back")],
)
def test_files_out_of_form_are_refused(runner: Runner, folder: Path, name: str, message: str) -> None:
    (folder / f"{name}.sql").write_text("SELECT 1")
    if "way" not in message:
        (folder / f"{name}.rollback.sql").write_text("SELECT 1")
    with pytest.raises(MigrationError, match=message):
        runner.up()


def test_an_unreachable_database_is_one_sentence(folder: Path, said: list[str]) -> None:
    with pytest.raises(MigrationError, match=r"^premium: the database cannot be reached: .+$") as caught:
        Runner("premium", "postgresql://nobody@127.0.0.1:1/none", folder, said.append).up()
    assert "\n" not in str(caught.value)
