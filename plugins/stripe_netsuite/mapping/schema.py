"""JSON Schemas of the mapping files, for editors: `python -m stripe_netsuite.mapping.schema [folder]` writes them.

The files under `schema/` are made from the models and never edited; a test holds the two together.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from stripe_netsuite.mapping.allowed import schema_of
from stripe_netsuite.mapping.loader import MODELS
from stripe_netsuite.settings import mappings_folder

DRAFT = "https://json-schema.org/draft/2020-12/schema"


def schema_texts() -> dict[str, str]:
    """Return file name → text of each schema, one for each YAML file."""
    texts = {}
    for file, model in MODELS.items():
        schema = {"$schema": DRAFT, **schema_of(model), "title": file}
        texts[file.replace(".yaml", ".schema.json")] = json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
    return texts


def main(arguments: list[str]) -> int:
    """Write the schemas into `<folder>/schema`, the folder defaulting to the mapping folder."""
    folder = Path(arguments[0]) if arguments else mappings_folder()
    target = folder / "schema"
    target.mkdir(parents=True, exist_ok=True)
    for name, text in schema_texts().items():
        (target / name).write_text(text, encoding="utf-8")
        sys.stdout.write(f"{target / name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
