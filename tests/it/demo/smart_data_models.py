"""Holds entities (a list of JSON on standard input) against the schemas of Smart Data Models, in a folder given as the
argument, and prints a list of what is wrong."""

import json
import pathlib
import sys

from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

COMMON = "https://smart-data-models.github.io/data-models/common-schema.json"


def main():
    folder = pathlib.Path(sys.argv[1])
    common = json.loads((folder / "common-schema.json").read_text())
    registry = Registry().with_resource(COMMON, Resource.from_contents(common, default_specification=DRAFT202012))
    validators = {}
    for path in folder.glob("*/schema.json"):
        schema = json.loads(path.read_text())
        checker = Draft202012Validator.FORMAT_CHECKER
        validators[path.parent.name] = Draft202012Validator(schema, registry=registry, format_checker=checker)
    faults = []
    for entity in json.load(sys.stdin):
        for error in validators[entity["type"]].iter_errors(entity):
            faults.append(f"{entity['id']}: {'/'.join(map(str, error.path))}: {error.message}"[:300])
    json.dump(faults[:50], sys.stdout)


main()
