"""placeholder while the bridge is written."""

from collections.abc import Mapping
from docgen.convert.port import Engine


def open_libreoffice(options: Mapping[str, str]) -> Engine:
    raise NotImplementedError
