"""What hangs is said to hang, and asked anew once it answers."""

import threading

import pytest

from services.overview.stream.looks import Patient
from services.runtime.errors import UnavailableError
from tests.support.waiting import until


def test_what_hangs_is_told_at_each_look_and_read_anew_once_it_answers() -> None:
    answers, asked = threading.Event(), list[int]()

    def read() -> int:
        asked.append(len(asked))
        answers.wait(60)
        return len(asked)

    patient = Patient[int](0.05, "it does not answer")
    for _ in range(3):
        with pytest.raises(UnavailableError, match="it does not answer"):
            patient.of(read)
    assert asked == [0], "one waits for it, however often somebody looks"
    answers.set()
    until(lambda: patient._pending is not None and patient._pending.done(), "it answers")
    assert patient.of(read) == 2, "what was asked for long ago is old"


def test_what_fails_fails_as_it_does() -> None:
    def fails() -> int:
        raise UnavailableError("the store is away", mend="migrate")

    with pytest.raises(UnavailableError, match="the store is away"):
        Patient[int](5.0, "it hangs").of(fails)
