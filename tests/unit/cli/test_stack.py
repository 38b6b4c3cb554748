"""Supervision goes on, whatever keeps something from starting."""

import threading

import pytest

from corridor.adapters.postgres.supervisor import ClusterFailed
from corridor.cli import stack as stacks
from corridor.cli.home import Home
from corridor.cli.stack import Stack


class Reluctant:
    """A PostgreSQL that does not start at once."""

    def __init__(self, error):
        self.errors = [error]
        self.started = threading.Event()

    def running(self):
        return self.started.is_set()

    def start(self):
        if self.errors:
            raise self.errors.pop()
        self.started.set()


@pytest.mark.parametrize("error", [ClusterFailed("could not write"), OSError(28, "No space left on device")])
def test_a_database_that_does_not_start_is_started_again(tmp_path, monkeypatch, error):
    monkeypatch.setattr(stacks, "DATABASE_BACK_OFF_S", 0.01)
    stack = Stack(Home(tmp_path))
    stack.cluster = Reluctant(error)
    stack._owns_database = True
    watcher = threading.Thread(target=stack._watch)
    watcher.start()
    try:
        assert stack.cluster.started.wait(10)
    finally:
        stack._stopping.set()
        watcher.join()
