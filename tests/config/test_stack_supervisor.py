import signal
from io import StringIO
from pathlib import Path

import pytest

from config.stack import Console, Process, StackError, Supervisor, supervisor, watchdog
from config.stack.health import Says
from tests.config import stacks


def sleeper(name: str, code: str = stacks.SLEEP, grace: float = 5.0) -> Process:
    return Process(name, stacks.python(code), health=Says("up"), grace=grace)


@pytest.fixture
def out() -> StringIO:
    return StringIO()


def supervise(processes: list[Process], log_dir: Path, out: StringIO) -> Supervisor:
    return Supervisor(processes, log_dir=log_dir, console=Console(out), patience=0.3)


def test_starts_in_order_and_stops_in_reverse(tmp_path: Path, out: StringIO) -> None:
    job = Process("job", stacks.python("print('done')"), once=True)
    with supervise([sleeper("first"), job, sleeper("last")], tmp_path, out) as stack:
        stack.start()
        stack.wait_healthy()
        assert [child.process.name for child in stack.children] == ["first", "last"]
        assert list(watchdog.marked(stack.marker))
    assert not list(watchdog.marked(stack.marker))
    lines = out.getvalue().splitlines()
    assert "job        | done" in lines
    assert lines.index("stack      | stopping last") < lines.index("stack      | stopping first")
    assert not [line for line in lines if "!!" in line]


def test_a_failing_job_stops_the_start_and_is_quoted(tmp_path: Path, out: StringIO) -> None:
    job = Process("job", stacks.python("raise SystemExit('no such table')"), once=True)
    with supervise([job, sleeper("never")], tmp_path, out) as stack, pytest.raises(StackError) as caught:
        stack.start()
    assert str(caught.value) == "job failed (exit code 1):\nno such table"
    assert "never" not in out.getvalue()


def test_a_fallen_child_is_restarted_and_that_is_said(
    tmp_path: Path, out: StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "DELAYS", (0.05, 0.05))
    with supervise([sleeper("web", stacks.STUBBORN)], tmp_path, out) as stack:
        stack.start()
        stack.wait_healthy()
        child = stack.children[0]
        before = child.pid
        stacks.kill(child._popen)  # type: ignore[arg-type]
        stacks.until(lambda: child.pid != before)
        stack.wait_healthy()
    assert "!! web died: killed by SIGKILL" in out.getvalue()
    assert "Restarting it in 0.05 s (1 of 2)." in out.getvalue()
    assert "starting web again" in out.getvalue()
    assert not list(watchdog.marked(stack.marker))


def test_gives_up_after_deaths_in_a_row(tmp_path: Path, out: StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "DELAYS", (0.01, 0.01))
    broken = Process("web", stacks.python("raise SystemExit('import error')"), health=Says("never"))
    assert supervise([sleeper("first"), broken], tmp_path, out).run() == 1
    assert "That was 3 times in a row: giving up." in out.getvalue()
    assert out.getvalue().count("import error") >= 3
    assert "stopping first" in out.getvalue()


def test_a_child_that_does_not_leave_is_killed(tmp_path: Path, out: StringIO) -> None:
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + stacks.SLEEP
    with supervise([sleeper("deaf", deaf, grace=0.2)], tmp_path, out) as stack:
        stack.start()
        stack.wait_healthy()
    assert "!! deaf did not leave in time and was killed" in out.getvalue()
    assert not list(watchdog.marked(stack.marker))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_nothing_survives_the_supervisor(tmp_path: Path, number: int) -> None:
    log, out, mark = tmp_path / "log", tmp_path / "out", f"MARK={tmp_path}"
    process = stacks.run(
        f"""
        from pathlib import Path
        from config.stack import Process, Supervisor
        from config.stack.health import Says
        from tests.config import stacks
        code, forget = stacks.python(stacks.STUBBORN), [Path("{tmp_path}/gone")]
        web = Process("web", code, env={{"MARK": "{tmp_path}"}}, health=Says("up"))
        raise SystemExit(Supervisor([web], log_dir=Path("{log}"), forget=forget, patience=0.3).run())
        """,
        tmp_path,
    )
    (tmp_path / "gone").touch()
    stacks.until(lambda: "web is well" in out.read_text(), what=out)
    assert len(stacks.holding(mark)) == 2
    code = stacks.kill(process, number)
    assert code == (-9 if number == signal.SIGKILL else 0)
    stacks.until(lambda: not stacks.holding(mark), 3)
    stacks.until(lambda: not (tmp_path / "gone").exists(), 3)
