"""The launcher of --devices: how processes end together. They are tiny; what they train is in tests/distributed."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from inrkit.cli import launch
from inrkit.cli.launch import ELSEWHERE, Crew
from inrkit.engine.team import SaidElsewhere
from inrkit.errors import InrkitError
from inrkit.place import Place, place

WHO = "import os, sys, time, signal; rank = int(os.environ['RANK']); "


@pytest.fixture(autouse=True)
def hasty(monkeypatch):
    monkeypatch.setattr(launch, "GRACE", 0.3)


def crew(code, count=2):
    return Crew([sys.executable, "-c", WHO + code], count)


def test_each_knows_its_place(tmp_path):
    code = f"import json; json.dump(dict(os.environ), open(f'{tmp_path}/{{rank}}', 'w'))"
    assert crew(code, 3).wait() == 0
    environs = [json.loads((tmp_path / str(rank)).read_text()) for rank in range(3)]
    assert [place(environ) for environ in environs] == [Place(rank, 3, rank, 3) for rank in range(3)]
    assert len({environ["MASTER_PORT"] for environ in environs}) == 1


def test_a_process_is_alone_where_the_environment_is_of_something_else():
    assert place({"RANK": "1", "WORLD_SIZE": "4"}) == Place(), "of machines, as some clusters set it"
    assert place({"RANK": "one", "WORLD_SIZE": "4", "LOCAL_RANK": "0"}) == Place()


def test_the_first_to_fail_is_heard_and_its_code_is_that_of_all(capfd):
    assert crew(f"sys.exit('it is full') if rank == 1 else sys.exit({ELSEWHERE})").wait() == 1
    assert capfd.readouterr().err == "it is full\n"
    assert crew("sys.stderr.write(f'{rank}\\n'); sys.exit(2)").wait() == 2
    assert capfd.readouterr().err == "0\n", "what all say is said once"
    assert SaidElsewhere.exit_code == ELSEWHERE


def test_one_that_is_killed_ends_all_even_those_that_will_not(tmp_path):
    code = "signal.signal(15, signal.SIG_IGN); rank and os.kill(os.getpid(), 9); time.sleep(60)"
    begun = time.monotonic()
    with pytest.raises(InrkitError, match=r"process 1 of 2 was killed by SIGKILL") as error:
        crew(code).wait()
    assert time.monotonic() - begun < 5
    assert "--resume" in error.value.hint


def test_a_signal_is_passed_on_once_and_waited_for(tmp_path):
    """Longer than the grace of a failure: a checkpoint may be large."""
    code = (
        "got = []; signal.signal(15, lambda n, f: got.append(n)); open(f'{rank}', 'w').close()\n"
        "while not got: time.sleep(0.01)\n"
        "time.sleep(0.8 if rank else 0.1); open(f'{rank}', 'w').write(str(len(got))); sys.exit(143)"
    )
    launcher = subprocess.Popen(
        [sys.executable, "-c", f"import sys; from inrkit.cli.launch import Crew; "
         f"sys.exit(Crew([sys.executable, '-c', {WHO + code!r}], 2).wait())"],
        cwd=tmp_path,
    )  # fmt: skip
    wait_for(lambda: len(list(tmp_path.iterdir())) == 2)
    launcher.send_signal(signal.SIGTERM)
    launcher.send_signal(signal.SIGTERM)
    assert launcher.wait(10) == 143
    assert [(tmp_path / name).read_text() for name in "01"] == ["1", "1"]


def test_a_launcher_that_is_killed_takes_all_along(tmp_path):
    code = (
        "from inrkit.cli.launch import watch_launcher; watch_launcher(); open(f'{rank}', 'w').write(str(os.getpid()))\n"
        "time.sleep(60)"
    )
    launcher = subprocess.Popen(
        [sys.executable, "-c", f"import sys; from inrkit.cli.launch import Crew; "
         f"sys.exit(Crew([sys.executable, '-c', {WHO + code!r}], 2).wait())"],
        cwd=tmp_path,
    )  # fmt: skip
    wait_for(lambda: all((tmp_path / name).exists() and (tmp_path / name).read_text() for name in "01"))
    launcher.kill()
    launcher.wait()
    numbers = [int((tmp_path / name).read_text()) for name in "01"]
    wait_for(lambda: not any(runs(number) for number in numbers))


def wait_for(what):
    deadline = time.monotonic() + 20
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def runs(number):
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    # one that has ended but was not waited for still has its number
    status = Path(f"/proc/{number}/stat")
    return not (status.exists() and " Z " in status.read_text())
