"""Keys in hardware, by PKCS#11: `pkcs11:token=NAME;object=LABEL?module-path=LIBRARY` (RFC 7512)."""

import hashlib
from typing import Any, Final
from urllib.parse import unquote

from asn1crypto import algos

from docgen.errors import BackendError, DeclarationError, InputError
from docgen.signing.authority import Identity
from docgen.signing.keys import Credential, KeySource, Opening, held_credential
from docgen.signing.trust import Trust

try:
    import pkcs11
    from pkcs11.exceptions import PKCS11Error
except ImportError:  # the extra `hsm` is not installed; `open_pkcs11` says so
    pkcs11 = None  # type: ignore[assignment]

_PKCS1: Final = {"sha256": "SHA256_RSA_PKCS", "sha384": "SHA384_RSA_PKCS", "sha512": "SHA512_RSA_PKCS"}


class _HardwareKey:
    """A key of a token; each signature logs in anew, since a session belongs to one thread and may be lost."""

    def __init__(self, token: "pkcs11.Token", pin: str, label: str) -> None:
        self._token, self._pin, self._label = token, pin, label

    def sign(self, data: bytes, digest: str) -> bytes:
        """Let the token sign."""
        try:
            with self._token.open(user_pin=self._pin) as session:
                key: Any = session.get_key(object_class=pkcs11.ObjectClass.PRIVATE_KEY, label=self._label)
                if key.key_type is pkcs11.KeyType.RSA:
                    return bytes(key.sign(data, mechanism=getattr(pkcs11.Mechanism, _PKCS1[digest])))
                plain = key.sign(hashlib.new(digest, data).digest(), mechanism=pkcs11.Mechanism.ECDSA)
                return bytes(algos.DSASignature.from_p1363(plain).dump())
        except PKCS11Error as error:
            raise _failed("密码设备没有完成签名") from error


class Pkcs11Keys:
    """The key of a token, with the certificate kept beside it; it signs for whom the certificate names only."""

    def __init__(self, key: _HardwareKey, certificate: bytes, proof: Trust) -> None:
        """Hold the `key`, its DER `certificate` and what proves it."""
        self._key, self._certificate, self._proof = key, certificate, proof

    def credential(self, identity: Identity) -> Credential:
        """Return the key if its certificate names `identity`; raise `InputError` (`signer_mismatch`)."""
        return held_credential(identity, self._key, self._certificate, self._proof)


def open_pkcs11(opening: Opening) -> KeySource:
    """Find token, key and certificate.

    Raises:
        DeclarationError: the extra is not installed (`extra_missing`), or the URI names no token, object or module
            (`signer_incomplete`).
        InputError: there is no PIN (`pin_missing`), or the token holds no certificate of that label (`pkcs11_object`).
        BackendError: the library or the token do not work (`signer_failed`).
    """
    if pkcs11 is None:
        raise DeclarationError(
            "没有安装密码设备支持", code="extra_missing", remedy="安装附加组件：pip install 'anjuan[hsm]'"
        )
    named = dict(part.split("=", 1) for part in opening.parts.path.split(";") if "=" in part)
    module = opening.query.get("module-path", [""])[0]
    if not module or not {"token", "object"} <= named.keys():
        raise DeclarationError(
            "密码设备的地址不完整",
            code="signer_incomplete",
            remedy="写成 pkcs11:token=名称;object=标签?module-path=驱动库",
        )
    if not opening.secret:
        raise InputError("没有给出密码设备的口令（PIN）", code="pin_missing", remedy="给出口令后重试")
    label, pin = unquote(named["object"]), opening.secret.decode()
    try:
        token = pkcs11.lib(module).get_token(token_label=unquote(named["token"]))
        with token.open(user_pin=pin) as session:
            held = {pkcs11.Attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE, pkcs11.Attribute.LABEL: label}
            certificates = [bytes(one[pkcs11.Attribute.VALUE]) for one in session.get_objects(held)]
    except (PKCS11Error, RuntimeError) as error:
        raise _failed("密码设备打不开") from error
    if len(certificates) != 1:
        raise InputError("密码设备中没有唯一的同名证书", code="pkcs11_object", remedy="检查地址中的 object 标签")
    return Pkcs11Keys(_HardwareKey(token, pin, label), certificates[0], opening.proof())


def _failed(why: str) -> BackendError:
    return BackendError(f"{why}，未签名", code="signer_failed", remedy="检查驱动库、设备、口令和密钥标签")
