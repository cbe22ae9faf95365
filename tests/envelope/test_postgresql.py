"""The same ceremony on PostgreSQL: one of many gets in with a link, and the ledger tells the same."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from docgen.envelope.room import Sent
from docgen.workspace import Location
from tests.envelope.test_links import attempt
from tests.envelope.world import closed, open_scene, prepare


def test_an_envelope_lives_on_postgresql_as_on_sqlite(on_postgresql: Location, tmp_path: Path):
    prepare(tmp_path, "contract", where=on_postgresql)
    scene = open_scene(tmp_path, where=on_postgresql)
    envelope = scene.send()
    assert isinstance(scene.sign(envelope, "customer"), Sent)
    token = scene.token(envelope, "supplier")
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda _: attempt(scene, token), range(6)))
    assert sorted(found) == ["link_used"] * 5 + ["opened"]
    assert scene.refusals(envelope) == ["link_used"] * 5
    assert [one.key for one in scene.room.envelope(envelope.id).awaited] == ["supplier"]
    closed(scene)
