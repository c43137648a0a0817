"""TOML files of the book, held against a JSON Schema that lies beside the module that reads them."""

import json
import tomllib
from pathlib import Path
from typing import Any

import jsonschema


def read_data_file(path: Path, schema: Path) -> dict[str, Any]:
    """The file's contents. Raises ValueError that says where the file is wrong."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        jsonschema.validate(document, json.loads(schema.read_text(encoding="utf-8")))
    except tomllib.TOMLDecodeError as fault:
        raise ValueError(f"{path}: not TOML: {fault}.") from fault
    except jsonschema.ValidationError as fault:
        raise ValueError(f"{path}: {_place(fault)}: {fault.message}.") from fault
    return document


def _place(fault: jsonschema.ValidationError) -> str:
    steps = (str(step + 1) if isinstance(step, int) else str(step) for step in fault.absolute_path)
    return " ".join(steps) or "the file"
