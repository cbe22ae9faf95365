import io
from pathlib import Path
from typing import NoReturn

import pypdfium2
import pytest

from docgen.convert.pdfa import unmet_demands
from docgen.errors import BackendError, InputError, NotFoundError, StateError
from docgen.signing.anchors import Box
from docgen.signing.authority import Identity
from docgen.signing.keys import builtin_trust
from docgen.signing.outlines import Drawing
from docgen.signing.pades import Act, lay_out, sign
from docgen.signing.timestamps import Timestamper
from tests.signing.world import CUSTOMER, World, found

BLANK = Drawing(10, 10, "")
PLACE = Box(0, 100, 100, 200, 150)


def test_signing_appends_only_and_keeps_pdf_a(issued: bytes, signed: bytes, complete: bytes) -> None:
    assert signed.startswith(issued)
    assert complete.startswith(signed)
    assert list(unmet_demands(complete)) == []
    assert b"/Version /2.0" not in complete


def test_signature_and_seal_are_seen_on_the_page(issued: bytes, complete: bytes) -> None:
    def red_and_black(pdf: bytes) -> tuple[int, int]:
        document = pypdfium2.PdfDocument(io.BytesIO(pdf))
        document.init_forms()
        pixels = document[0].render(scale=1).to_pil().convert("RGB").get_flattened_data()
        red = sum(1 for r, g, b in pixels if r > 150 and g < 120 and b < 120)
        return red, sum(1 for r, g, b in pixels if max(r, g, b) < 120)

    before, after = red_and_black(issued), red_and_black(complete)
    assert before[0] == 0
    assert after[0] > 1000
    assert after[1] > before[1] + 200


def test_a_field_is_signed_once(signed: bytes, world: World) -> None:
    with pytest.raises(NotFoundError) as caught:
        world.signed_by_person(signed)
    assert caught.value.code == "signature_field_missing"


def test_fields_are_laid_out_before_the_first_signature_only(signed: bytes) -> None:
    with pytest.raises(StateError) as caught:
        lay_out(signed, {"another": PLACE})
    assert caught.value.code == "already_signed"


@pytest.mark.parametrize("name", ["", "a.b", "1st", "x" * 65, "签名"])
def test_names_of_fields_are_plain(issued: bytes, name: str) -> None:
    with pytest.raises(InputError) as caught:
        lay_out(issued, {name: PLACE})
    assert caught.value.code == "signature_field"


def test_a_place_needs_an_area(issued: bytes) -> None:
    with pytest.raises(InputError) as caught:
        lay_out(issued, {"customer": Box(0, 100, 100, 100, 150)})
    assert caught.value.code == "signature_field"


@pytest.mark.parametrize("pdf", [b"", b"%PDF-1.7\n", b"no pdf at all"])
def test_what_is_no_pdf_cannot_be_laid_out(pdf: bytes) -> None:
    with pytest.raises(InputError) as caught:
        lay_out(pdf, {"customer": PLACE})
    assert caught.value.code == "pdf_unreadable"


def test_the_key_is_gone_after_signing(prepared: bytes, world: World) -> None:
    credential = world.keys.credential(CUSTOMER)
    world.signed_by_person(prepared, credential=credential)
    with pytest.raises(StateError) as caught:
        world.signed_by_person(prepared, credential=credential)
    assert caught.value.code == "key_spent"


def test_a_revoked_certificate_does_not_sign(prepared: bytes, tmp_path: Path) -> None:
    world = found(tmp_path / "own")
    credential = world.keys.credential(CUSTOMER)
    world.authority.revoke(int(credential.serial, 16))
    with pytest.raises(StateError) as caught:
        world.later(minutes=1).signed_by_person(prepared, credential=credential)
    assert caught.value.code == "certificate_refused"


@pytest.mark.parametrize(("hours", "signs"), [(11, True), (25, False)])
def test_a_certificate_signs_within_its_day_only(prepared: bytes, world: World, hours: int, signs: bool) -> None:
    credential = world.keys.credential(Identity("李四", "示例科技有限公司"))
    later = world.later(hours=hours)
    if signs:
        assert later.signed_by_person(prepared, credential=credential)
        return
    with pytest.raises(StateError) as caught:
        later.signed_by_person(prepared, credential=credential)
    assert caught.value.code == "certificate_refused"


class Refusing(Timestamper):
    def reply(self, request: object) -> NoReturn:
        raise BackendError("没有取得时间戳", code="timestamp_failed")


def test_without_a_time_stamp_nothing_is_signed(prepared: bytes, world: World) -> None:
    timestamper = Refusing(lambda: builtin_trust(world.authority))
    with pytest.raises(BackendError) as caught:
        sign(prepared, Act("customer-sign", world.keys.credential(CUSTOMER), BLANK, "同意"), timestamper, world.clock)
    assert caught.value.code == "timestamp_failed"
