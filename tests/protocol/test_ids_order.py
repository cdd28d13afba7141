"""Ids made by one process sort as they were made, also within a millisecond and from several threads."""

from concurrent.futures import ThreadPoolExecutor

from omnix_protocol.ids import is_id, new_id


def test_ids_of_one_process_sort_as_they_were_made() -> None:
    made = [new_id() for _ in range(20_000)]
    assert made == sorted(set(made))
    assert all(map(is_id, made))


def test_ids_of_several_threads_are_all_different() -> None:
    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(lambda _: new_id(), range(20_000)))
    assert len(set(made)) == len(made)
