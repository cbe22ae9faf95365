"""The findings of ETSI EN 319 102-1 in plain Chinese."""

from typing import Final

from pyhanko.sign.ades.report import AdESFailure, AdESIndeterminate, AdESStatus, AdESSubIndic

from docgen.signing.verdict import Reason

_REASONS: Final[dict[AdESSubIndic, tuple[str, str]]] = {
    AdESFailure.FORMAT_FAILURE: ("signature_malformed", "签名的格式不符合标准"),
    AdESFailure.HASH_FAILURE: ("content_changed", "签名之后文件内容被改动"),
    AdESFailure.SIG_CRYPTO_FAILURE: ("signature_forged", "签名与证书的公钥不符"),
    AdESFailure.REVOKED: ("certificate_revoked", "签名时证书已被吊销"),
    AdESFailure.NOT_YET_VALID: ("certificate_not_yet_valid", "签名时证书尚未生效"),
    AdESIndeterminate.SIG_CONSTRAINTS_FAILURE: ("signature_constraints", "签名不符合要求，例如没有时间戳"),
    AdESIndeterminate.CHAIN_CONSTRAINTS_FAILURE: ("certificate_purpose", "证书不是用于这一用途的"),
    AdESIndeterminate.CERTIFICATE_CHAIN_GENERAL_FAILURE: ("certificate_unproven", "证书链不能证明"),
    AdESIndeterminate.CRYPTO_CONSTRAINTS_FAILURE: ("weak_algorithm", "使用了不安全的算法或密钥"),
    AdESIndeterminate.CRYPTO_CONSTRAINTS_FAILURE_NO_POE: ("weak_algorithm", "使用了已不安全的算法或密钥"),
    AdESIndeterminate.EXPIRED: ("certificate_expired", "签名时证书已经过期"),
    AdESIndeterminate.NOT_YET_VALID: ("certificate_not_yet_valid", "签名时证书尚未生效"),
    AdESIndeterminate.TIMESTAMP_ORDER_FAILURE: ("timestamp_order", "时间戳的先后顺序不合"),
    AdESIndeterminate.NO_SIGNING_CERTIFICATE_FOUND: ("certificate_missing", "签名中没有签名人的证书"),
    AdESIndeterminate.NO_CERTIFICATE_CHAIN_FOUND: ("certificate_untrusted", "证书不是由所信任的机构签发的"),
    AdESIndeterminate.REVOKED_NO_POE: ("certificate_revoked", "证书已被吊销，不能证明签名在吊销之前"),
    AdESIndeterminate.REVOKED_CA_NO_POE: ("certificate_revoked", "签发机构的证书已被吊销"),
    AdESIndeterminate.OUT_OF_BOUNDS_NO_POE: ("certificate_expired", "证书不在有效期内，不能证明签名时有效"),
    AdESIndeterminate.OUT_OF_BOUNDS_NOT_REVOKED: ("certificate_expired", "证书不在有效期内，不能证明签名时有效"),
    AdESIndeterminate.REVOCATION_OUT_OF_BOUNDS_NO_POE: ("revocation_stale", "吊销信息已过期，不能证明签名时有效"),
    AdESIndeterminate.NO_POE: ("time_unproven", "不能证明签名时证书有效"),
    AdESIndeterminate.TRY_LATER: ("revocation_unknown", "文件中没有可用的证书吊销信息"),
}
_KINDS: Final = ("rsa", "dsa", "ecdsa")
_UNDECIDED: Final = frozenset(
    {
        "certificate_unproven",
        "certificate_untrusted",
        "revocation_stale",
        "revocation_unknown",
        "time_unproven",
    }
)


def ades_reason(found: AdESSubIndic, field: str) -> Reason | None:
    """Say why a signature does not pass; None if it does."""
    if found.status is AdESStatus.PASSED:
        return None
    code, message = _REASONS.get(found, ("signature_unproven", "签名不能证明"))
    return Reason(code=code, message=message, field=field, undecided=code in _UNDECIDED)


SUPPORTED: Final = frozenset(
    {
        *(f"{digest}_{kind}" for digest in ("md5", "sha1", "sha224", "sha256", "sha384", "sha512") for kind in _KINDS),
        *("rsassa_pkcs1v15", "rsassa_pss", "dsa", "ecdsa", "ed25519", "ed448"),
    }
)
"""The signature algorithms that are checked; weak ones among them are refused for being weak."""


def algorithm_unsupported(field: str) -> Reason:
    """Say that a signature is made in a way that is not checked here; it is not called false for that."""
    return Reason(code="algorithm_unsupported", message="签名算法不在支持之列，无法核验", field=field, undecided=True)
