"""Links and codes under attack: whatever is not the signer's own first use is refused, and the refusal is logged."""

import logging
import multiprocessing
import secrets
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from docgen.envelope import access, sending
from docgen.envelope.access import Visit
from docgen.envelope.state import Envelope
from docgen.errors import DocgenError, InputError, NotFoundError, StateError
from tests.envelope.world import VISIT, Scene, case, open_scene

UnderWay = tuple[Scene, Envelope]


def code_of(error: pytest.ExceptionInfo[DocgenError]) -> str:
    return error.value.code


def test_a_guessed_link_is_refused_and_the_program_log_tells_without_repeating_it(
    under_way: UnderWay, caplog: pytest.LogCaptureFixture
):
    scene, _ = under_way
    guess = secrets.token_urlsafe(32)
    with caplog.at_level(logging.WARNING, "docgen.envelope"), pytest.raises(NotFoundError) as error:
        scene.ceremony.open(guess, VISIT)
    assert code_of(error) == "link_unknown"
    assert "link_unknown" in caplog.text
    assert guess not in caplog.text


def test_a_link_has_256_bits_and_is_kept_as_a_digest_only(under_way: UnderWay):
    scene, envelope = under_way
    token = scene.token(envelope, "customer")
    assert len(token) == 43
    for path in (scene.folder / "workspace").rglob("*"):
        assert not path.is_file() or token.encode() not in path.read_bytes()


def test_the_sender_gets_no_link_back(scene: Scene):
    envelope = scene.send()
    token = scene.token(envelope, "customer")
    assert token not in repr(envelope)
    assert token not in repr(envelope.events)
    assert token not in repr(sending.remind(scene.room, envelope.id, by="S01"))


def test_a_replayed_link_is_refused_and_logged(under_way: UnderWay):
    scene, envelope = under_way
    token = scene.token(envelope, "customer")
    scene.ceremony.open(token, VISIT)
    with pytest.raises(StateError) as error:
        scene.ceremony.open(token, VISIT)
    assert code_of(error) == "link_used"
    assert scene.refusals(envelope) == ["link_used"]


def test_whoever_got_the_link_forwarded_sees_nothing_without_the_code(under_way: UnderWay):
    scene, envelope = under_way
    stranger = Visit("198.51.100.9", "curl/8.0")
    session = scene.ceremony.open(scene.token(envelope, "customer"), stranger).session
    for act in (
        lambda: scene.ceremony.view(session, stranger),
        lambda: scene.ceremony.consent(session, "1", stranger),
        lambda: scene.ceremony.sign(session, case(), envelope.current, stranger),
        lambda: scene.ceremony.decline(session, "不想签", stranger),
    ):
        with pytest.raises(StateError) as error:
            act()
        assert code_of(error) == "not_identified"
    assert scene.refusals(envelope) == ["not_identified"] * 4


@pytest.mark.parametrize("login", ["S01", "赵一凡", "S09", "C01"])
def test_a_link_opened_by_the_sender_or_another_account_is_refused_and_stays_good(under_way: UnderWay, login: str):
    scene, envelope = under_way
    token = scene.token(envelope, "customer")
    with pytest.raises(StateError) as error:
        scene.ceremony.open(token, Visit("203.0.113.7", "UA", login))
    assert code_of(error) == "link_not_yours"
    assert scene.refusals(envelope) == ["link_not_yours"]
    assert scene.ceremony.open(token, Visit("203.0.113.8", "UA", "C03")).signer.person.name == "王海"


def test_a_session_taken_to_another_browser_is_refused(under_way: UnderWay):
    scene, envelope = under_way
    session = scene.identified(envelope, "customer")
    with pytest.raises(StateError) as error:
        scene.ceremony.view(session, Visit(VISIT.ip, "another browser"))
    assert code_of(error) == "session_moved"


def test_a_guessed_session_is_refused(under_way: UnderWay):
    scene, _ = under_way
    with pytest.raises(NotFoundError) as error:
        scene.ceremony.view(secrets.token_urlsafe(32), VISIT)
    assert code_of(error) == "session_unknown"


def test_links_and_sessions_are_worthless_after_the_envelope_was_void(under_way: UnderWay):
    scene, envelope = under_way
    token = scene.token(envelope, "customer")
    sending.void(scene.room, envelope.id, reason="条款有误", by="S01")
    with pytest.raises(StateError) as error:
        scene.ceremony.open(token, VISIT)
    assert code_of(error) == "link_closed"
    assert scene.refusals(envelope) == ["link_closed"]


def test_a_signer_at_the_page_cannot_sign_after_the_envelope_was_void(under_way: UnderWay):
    scene, envelope = under_way
    session, shown = scene.consented(envelope, "customer")
    sending.void(scene.room, envelope.id, reason="条款有误", by="S01")
    with pytest.raises(StateError) as error:
        scene.ceremony.sign(session, case(), shown, VISIT)
    assert code_of(error) == "link_closed"
    assert not scene.logged(envelope, "envelope.signed")


def test_links_are_worthless_after_the_envelope_expired_and_the_log_says_when(under_way: UnderWay):
    scene, envelope = under_way
    scene.clock.at = envelope.definition.expires_at
    with pytest.raises(StateError) as error:
        scene.ceremony.open(scene.token(envelope, "customer"), VISIT)
    assert code_of(error) == "link_closed"
    assert scene.room.envelope(envelope.id).state == "expired"


def test_a_link_works_in_the_last_moment(under_way: UnderWay):
    scene, envelope = under_way
    scene.clock.at = envelope.definition.expires_at
    scene.clock.forward(microseconds=-1)
    assert scene.ceremony.open(scene.token(envelope, "customer"), VISIT).signer.key == "customer"


def test_a_session_ends_after_half_an_hour(under_way: UnderWay):
    scene, envelope = under_way
    session = scene.identified(envelope, "customer")
    scene.clock.forward(minutes=29, seconds=59)
    scene.ceremony.view(session, VISIT)
    scene.clock.forward(seconds=1)
    with pytest.raises(StateError) as error:
        scene.ceremony.view(session, VISIT)
    assert code_of(error) == "session_expired"


def test_a_reminder_makes_the_links_before_it_worthless(under_way: UnderWay):
    scene, envelope = under_way
    first = scene.token(envelope, "customer")
    sending.remind(scene.room, envelope.id, by="S01")
    with pytest.raises(StateError) as error:
        scene.ceremony.open(first, VISIT)
    assert code_of(error) == "link_replaced"
    assert scene.ceremony.open(scene.token(envelope, "customer"), VISIT)


def test_a_signer_may_have_a_used_link_renewed_by_the_same_channel(under_way: UnderWay):
    scene, envelope = under_way
    first = scene.token(envelope, "customer")
    scene.ceremony.open(first, VISIT)
    with pytest.raises(StateError) as error:
        scene.ceremony.renew(first, VISIT)
    assert code_of(error) == "link_too_soon"
    scene.clock.forward(minutes=1)
    assert scene.ceremony.renew(first, VISIT) == "邮件 c***@example.com"
    assert scene.token(envelope, "customer") != first
    assert scene.ceremony.open(scene.token(envelope, "customer"), VISIT)


def test_a_brute_forced_code_locks_the_link_until_the_sender_sends_another(under_way: UnderWay):
    scene, envelope = under_way
    token = scene.token(envelope, "customer")
    session = scene.ceremony.open(token, VISIT).session
    scene.ceremony.request_code(session, VISIT)
    right = scene.code(envelope, "customer")
    wrong = [f"{(int(right) + step) % 1_000_000:06d}" for step in range(1, 6)]
    for guess in wrong[:4]:
        with pytest.raises(InputError, match="验证码不正确"):
            scene.ceremony.identify(session, guess, VISIT)
    with pytest.raises(StateError) as error:
        scene.ceremony.identify(session, wrong[4], VISIT)
    assert code_of(error) == "access_locked"
    with pytest.raises(StateError) as error:
        scene.ceremony.identify(session, right, VISIT)
    assert code_of(error) == "access_locked"
    scene.clock.forward(minutes=5)
    with pytest.raises(StateError) as error:
        scene.ceremony.renew(token, VISIT)
    assert code_of(error) == "access_locked"
    assert scene.refusals(envelope) == ["wrong_code"] * 4 + ["access_locked"] * 3
    sending.remind(scene.room, envelope.id, by="S01", signer="customer")
    assert scene.identified(envelope, "customer")


def test_a_code_is_good_once_for_ten_minutes_and_the_newest_only(under_way: UnderWay):
    scene, envelope = under_way
    session = scene.ceremony.open(scene.token(envelope, "customer"), VISIT).session
    with pytest.raises(StateError) as error:
        scene.ceremony.identify(session, "000000", VISIT)
    assert code_of(error) == "no_code"
    scene.ceremony.request_code(session, VISIT)
    old = scene.code(envelope, "customer")
    with pytest.raises(StateError) as error:
        scene.ceremony.request_code(session, VISIT)
    assert code_of(error) == "code_too_soon"
    scene.clock.forward(minutes=10)
    with pytest.raises(StateError) as error:
        scene.ceremony.identify(session, old, VISIT)
    assert code_of(error) == "code_expired"
    scene.ceremony.request_code(session, VISIT)
    code = scene.code(envelope, "customer")
    scene.ceremony.identify(session, f" {code} ", VISIT)
    with pytest.raises(StateError) as error:
        scene.ceremony.identify(session, code, VISIT)
    assert code_of(error) == "no_code"


def test_codes_are_not_sent_without_end(under_way: UnderWay):
    scene, envelope = under_way
    session = scene.ceremony.open(scene.token(envelope, "customer"), VISIT).session
    for _ in range(access.MAX_CODES):
        scene.ceremony.request_code(session, VISIT)
        scene.clock.forward(minutes=1)
    with pytest.raises(StateError) as error:
        scene.ceremony.request_code(session, VISIT)
    assert code_of(error) == "too_many_codes"


def test_the_code_is_kept_nowhere_and_its_digest_is_gone_once_used(under_way: UnderWay):
    scene, envelope = under_way
    scene.identified(envelope, "customer")
    with scene.room.workspace.database.reading() as session:
        row = access.by_link(session, scene.token(envelope, "customer"))
        assert row is not None
        assert row.code_hash is None
        assert row.code_salt is None
    code = scene.code(envelope, "customer")
    assert all(code not in repr(event.data) for event in scene.room.workspace.events())


def test_refusals_cannot_fill_the_ledger(under_way: UnderWay):
    scene, envelope = under_way
    token = scene.token(envelope, "customer")
    scene.ceremony.open(token, VISIT)
    for _ in range(access.MAX_REFUSALS + 5):
        with pytest.raises(StateError):
            scene.ceremony.open(token, VISIT)
    assert len(scene.refusals(envelope)) == access.MAX_REFUSALS


def test_what_a_browser_says_of_itself_is_bounded_in_the_log(under_way: UnderWay):
    scene, envelope = under_way
    scene.ceremony.open(scene.token(envelope, "customer"), Visit("1" * 500, "x\n\x1b[31m" * 500))
    (said,) = scene.logged(envelope, "envelope.link_opened")
    assert len(str(said["ip"])) == 64
    assert "\n" not in str(said["user_agent"])
    assert len(str(said["user_agent"])) <= 300


def attempt(scene: Scene, token: str) -> str:
    try:
        scene.ceremony.open(token, VISIT)
    except DocgenError as error:
        return error.code
    return "opened"


def test_of_many_threads_with_one_link_only_one_gets_in(under_way: UnderWay):
    scene, envelope = under_way
    token = scene.token(envelope, "customer")
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: attempt(scene, token), range(8)))
    assert sorted(found) == ["link_used"] * 7 + ["opened"]


def in_a_process(folder: Path, token: str) -> str:
    scene = open_scene(folder)
    try:
        return attempt(scene, token)
    finally:
        scene.room.workspace.close()


def test_of_two_processes_with_one_link_only_one_gets_in(under_way: UnderWay):
    scene, envelope = under_way
    token = scene.token(envelope, "customer")
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        found = pool.starmap(in_a_process, [(scene.folder, token)] * 4)
    assert sorted(found) == ["link_used"] * 3 + ["opened"]
