"""How fast a PDF is signed: ours at B-LTA beside pyHanko as configured by default, a bare CMS as limit; in turns."""

import io
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs7
from pyhanko.keys.pemder import load_cert_from_pemder, load_private_key_from_pemder
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers import SimpleSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore

from benchmarks.conversion import _document
from docgen.clock import SystemClock
from docgen.convert import open_converter
from docgen.signing.anchors import Box
from docgen.signing.authority import Authority, Identity, establish
from docgen.signing.keys import BuiltinKeys, builtin_trust
from docgen.signing.pades import Act, lay_out, sign, validation_context
from docgen.signing.seals import signature
from docgen.signing.timestamps import BuiltinTimestamper
from docgen.signing.trust import Trust
from docgen.signing.verify import verify

_ROUNDS = 7


def _tasks(folder: Path, pdf: bytes) -> dict[str, Callable[[], bytes]]:
    clock = SystemClock()
    establish(folder, "演示机构", clock, passphrase=b"offline")
    authority = Authority(folder, clock)
    keys, stamps, trust = BuiltinKeys(authority), BuiltinTimestamper(authority, clock), builtin_trust(authority)
    certified = authority.issue(Identity("王建国", "示例科技有限公司"))
    prepared = lay_out(pdf, {"customer": Box(0, 100, 100, 280, 136)})
    drawing = signature("王建国", "总经理", clock.now(), "1234", authority.mark, width=180, height=36)
    default = _default_signer(folder, certified.key, certified.certificate, trust)

    def ours() -> bytes:
        return sign(
            prepared, Act("customer", keys.credential(Identity("王建国", "示例")), drawing, "同意"), stamps, clock
        )

    def theirs(*, lasting: bool) -> bytes:
        more = {"embed_validation_info": True, "use_pades_lta": True} if lasting else {}
        if lasting:
            more["validation_context"] = validation_context(trust, clock.now())
        meta = PdfSignatureMetadata(field_name="S", md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES, **more)
        target = io.BytesIO()
        signer = PdfSigner(meta, default, timestamper=stamps if lasting else None)
        signer.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)), output=target)
        return target.getvalue()

    def bare() -> bytes:
        builder = pkcs7.PKCS7SignatureBuilder().set_data(pdf)
        builder = builder.add_signer(certified.certificate, certified.key, hashes.SHA256())
        return builder.sign(serialization.Encoding.DER, [pkcs7.PKCS7Options.DetachedSignature])

    signed = ours()
    return {
        "pyHanko by default, B-LTA": lambda: theirs(lasting=True),
        "ours, B-LTA, key and certificate made": ours,
        "pyHanko by default, B-B": lambda: theirs(lasting=False),
        "bare CMS": bare,
        "verification, ours": lambda: _verified(signed, trust),
    }


def _verified(pdf: bytes, trust: Trust) -> bytes:
    verdict = verify(pdf, trust)
    if not verdict.valid:
        raise AssertionError(verdict.reasons)
    return pdf


def _default_signer(
    folder: Path, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate, trust: Trust
) -> SimpleSigner:
    encoded = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "b.key").write_bytes(encoded)
    (folder / "b.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    store = SimpleCertificateStore()
    store.register_multiple([*trust.others, *trust.roots])
    return SimpleSigner(
        signing_cert=load_cert_from_pemder(str(folder / "b.pem")),
        signing_key=load_private_key_from_pemder(str(folder / "b.key"), None),
        cert_registry=store,
    )


def run() -> str:
    """Return a table of milliseconds of CPU time and ratios, P-256, for a contract of several pages."""
    pdf = open_converter().convert(_document(clauses=30, rows=6)).data
    with tempfile.TemporaryDirectory() as name:
        tasks = _tasks(Path(name), pdf)
        found: dict[str, list[float]] = {task: [] for task in tasks}
        for turn in range(_ROUNDS + 1):
            for task, times in found.items():
                started = time.process_time()
                tasks[task]()
                if turn:  # the first one warms up
                    times.append(time.process_time() - started)
    base = statistics.median(found[next(iter(tasks))])
    lines = [f"{'':40}{'ms':>10}{'per s':>10}{'ratio':>8}"]
    for task, times in found.items():
        median = statistics.median(times)
        lines.append(f"{task:40}{median * 1000:10.2f}{1 / median:10.1f}{median / base:8.3f}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.stdout.write(run() + "\n")
