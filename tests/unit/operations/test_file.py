"""Operations in a file: what they are written to stays what it is."""

import os
import threading

from migration_harness.operations.file import OperationsFile


def empty():
    return OperationsFile(revision="r1", epoch=1, flags=(), shared={}, carried=())


class TestWriting:
    def test_to_a_file_replaces_what_it_had(self, tmp_path):
        path = tmp_path / "operations.json"
        path.write_text("x")
        empty().write(path)
        assert OperationsFile.read(path) == empty()
        assert list(tmp_path.iterdir()) == [path]

    def test_to_a_pipe_writes_there_and_leaves_it_one(self, tmp_path):
        path, read = tmp_path / "pipe", []
        os.mkfifo(path)
        reader = threading.Thread(target=lambda: read.append(path.read_text()))
        reader.start()
        empty().write(path)
        reader.join()
        assert '"revision": "r1"' in read[0]
        assert path.is_fifo()
