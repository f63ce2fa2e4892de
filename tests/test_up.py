"""`suishenban up`: from an empty directory to a hall that works, and nothing left behind however it ends."""

import asyncio
import contextlib
import os
import re
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import httpx
import pytest

from tests.journeys.hall import free_port

SUISHENBAN = Path(sys.executable).parent / "suishenban"
PATIENCE_S = 90  # of a test that waits for what comes soon; on a busy machine programs and keys are slow to be made
pytestmark = [pytest.mark.alone, pytest.mark.slow]


class Up:
    """The command in a process group of its own, as a terminal would start it."""

    def __init__(self, data: Path, *arguments: str, **environment: str) -> None:
        self.data = data
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self.log = data.parent / f"up-{self.port}.log"
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("SUISHENBAN_", "DATABASE_"))}
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                [SUISHENBAN, "up", "--port", str(self.port), "--data", str(data), *arguments],
                stdout=output,
                stderr=subprocess.STDOUT,
                env=clean | environment,
                start_new_session=True,
            )

    async def ready(self) -> None:
        async with httpx.AsyncClient() as browser:
            deadline = time.monotonic() + PATIENCE_S
            while time.monotonic() < deadline and self.process.poll() is None:
                with contextlib.suppress(httpx.HTTPError):
                    if (await browser.get(f"{self.url}/readyz")).status_code == 200:
                        return
                await asyncio.sleep(0.1)
        raise AssertionError(self.log.read_text())

    async def said(self, words: str) -> str:
        """Waits for a line with these words."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            for line in self.log.read_text().splitlines():
                if words in line:
                    return line.strip()
            await asyncio.sleep(0.1)
        raise AssertionError(self.log.read_text())

    def still_running(self) -> list[str]:
        """Processes that mention the data directory, this one's children or not."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                environment = (folder / "environ").read_bytes()
                ours = str(self.data) in command or str(self.data).encode() in environment
                if ours and int(folder.name) != os.getpid():
                    found.append(command)
        return found

    async def gone(self) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while left := self.still_running():
            assert time.monotonic() < deadline, left
            await asyncio.sleep(0.1)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


async def test_the_printed_line_tells_a_resident_and_a_kill_leaves_nothing(data: Path) -> None:
    hall = Up(data)
    try:
        await hall.ready()
        line = await hall.said("/api/feeds/licences &&")
        done = await asyncio.create_subprocess_shell(line, stdout=asyncio.subprocess.PIPE)
        output, _ = await asyncio.wait_for(done.communicate(), PATIENCE_S)
        sent = await until_sms(hall.port + 1)
        await until_healthy(range(hall.port + 2, hall.port + 6))
        believed = await tell_nonsense(hall)

        assert '"accepted":{"count":1' in output.decode()
        assert "licence-expiry:taiwan-permit: 1 reminded" in output.decode()
        assert "您有一项证照服务提醒" in sent
        assert believed == [400, 400, 400], "the hall has its contract with each of them"
    finally:
        hall.process.send_signal(signal.SIGKILL)
        hall.process.wait()
    await hall.gone()

    again = Up(data)
    try:
        await again.ready()
        await again.said("Ready after")
    finally:
        again.process.send_signal(signal.SIGINT)
        assert await asyncio.to_thread(again.process.wait, PATIENCE_S) == 0
    assert "Stopped." in again.log.read_text()
    await again.gone()


async def healthy(ports: range) -> int:
    """How many programs answer at these ports."""
    count = 0
    async with httpx.AsyncClient() as visitor:
        for port in ports:
            with contextlib.suppress(httpx.ConnectError):
                count += (await visitor.get(f"http://localhost:{port}/healthz")).status_code == 200
    return count


async def until_healthy(ports: range) -> None:
    """The programs that start when the hall is ready."""
    deadline = time.monotonic() + PATIENCE_S
    while await healthy(ports) < len(ports):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.1)


async def tell_nonsense(hall: Up) -> list[int]:
    """What a callback that is none is answered: by a hall without that provider 404."""
    async with httpx.AsyncClient(base_url=hall.url) as browser:
        channels = ("wechat", "alipay", "unionpay")
        return [(await browser.post(f"/callbacks/{channel}", content=b"-")).status_code for channel in channels]


async def until_sms(port: int) -> str:
    """The SMS sandbox's page, once something has been sent to the resident of the line."""
    async with httpx.AsyncClient() as browser:
        deadline = time.monotonic() + PATIENCE_S
        page = ""
        while time.monotonic() < deadline and "19900001001" not in page:
            page = (await browser.get(f"http://localhost:{port}/sms")).text
            await asyncio.sleep(0.2)
        return page


async def test_servers_of_ones_own_take_the_place_of_the_embedded_ones(
    data: Path, database_url: str, redis_url: str
) -> None:
    hall = Up(data, "--no-demo", DATABASE_URL=database_url, REDIS_URL=redis_url)
    try:
        await hall.ready()
        async with httpx.AsyncClient() as browser:
            found = await browser.get(f"{hall.url}/api/items", params={"q": "居住证"})

        assert found.json()["items"]
        assert not (data / "postgres").exists()
        assert "Try it" not in hall.log.read_text()
        assert await healthy(range(hall.port + 2, hall.port + 5)) == 0
        assert await tell_nonsense(hall) == [404, 404, 404]
    finally:
        hall.process.send_signal(signal.SIGTERM)
        hall.process.wait(PATIENCE_S)


async def test_a_merchants_file_with_faults_is_said_at_start_without_what_is_in_it(
    data: Path, database_url: str, redis_url: str
) -> None:
    file = data.parent / "merchants.json"
    file.write_text('{"wechat": {"api_v3_key": "a secret"}}')
    hall = Up(data, "--no-demo", DATABASE_URL=database_url, REDIS_URL=redis_url, SUISHENBAN_MERCHANTS=str(file))

    assert await asyncio.to_thread(hall.process.wait, PATIENCE_S) == 1
    assert "suishenban: merchants: wechat.mchid: missing; wechat.appid: missing" in hall.log.read_text()
    assert "a secret" not in hall.log.read_text()


async def test_a_second_hall_in_the_same_directory_is_refused_with_the_reason(data: Path) -> None:
    data.mkdir()
    first = Up(data)
    try:
        await first.ready()
        second = Up(data)

        assert second.process.wait(PATIENCE_S) == 1
        assert re.search(r"is in use by another", second.log.read_text())
    finally:
        first.process.send_signal(signal.SIGTERM)
        first.process.wait(PATIENCE_S)


async def test_a_hall_whose_database_dies_ends_and_says_so(data: Path) -> None:
    hall = Up(data)
    try:
        await hall.ready()
        postgres = int((data / "postgres" / "postmaster.pid").read_text().splitlines()[0])
        os.kill(postgres, signal.SIGKILL)

        assert await asyncio.to_thread(hall.process.wait, PATIENCE_S) == 1
        assert "EmbeddedPostgres has ended by itself" in hall.log.read_text()
    finally:
        hall.process.kill()
    await hall.gone()


def test_the_wheel_holds_everything_that_is_read_at_run_time(tmp_path: Path) -> None:
    root, source = Path(__file__).parents[1], tmp_path / "source"
    subprocess.run(["git", "checkout-index", "--all", f"--prefix={source}/"], cwd=root, check=True)
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", tmp_path, source]
    subprocess.run(command, check=True, env={**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"})
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        packed = set(wheel.namelist())

    listed = subprocess.run(
        ["git", "ls-files"], cwd=root, check=True, capture_output=True, text=True
    ).stdout.splitlines()
    read = {name for name in listed if name.startswith(("backend/", "pwa/", "notifications/"))}
    assert sorted(read - packed) == []
    assert [name for name in packed if "__pycache__" in name] == []
