from newsroom import memory


def test_freed_memory_is_given_back_once_a_minute(monkeypatch):
    asked = []
    monkeypatch.setattr(memory, "_trim", asked.append)
    monkeypatch.setattr(memory, "_last", float("-inf"))
    memory.give_back()
    memory.give_back()
    assert asked == [0]
    monkeypatch.setattr(memory, "_last", memory._last - memory.EVERY)
    memory.give_back()
    assert asked == [0, 0]


def test_the_c_library_takes_the_question():
    memory._trim(0)
