"""Holds the answers of a hub against the schemas of CDS 1.1, in every page.

Arguments: the folder of the schemas, the hub's address, a key with the scope `monitor`. Standard output: JSON, for each call how many items were told
and the first faults.

One file of the schemas is not used as it is: `coordinates.yaml` describes a list of points of two numbers, a line, which no polygon of
RFC 7946 fits. The geometry of RFC 7946 stands in its place, and is stricter: rings are closed and have four positions at least.
"""

import csv
import io
import json
import pathlib
import sys
import urllib.parse
import urllib.request

import jsonschema
import referencing
import referencing.jsonschema
import yaml

BASE = "https://cds.example/"
POSITION = {
    "type": "array",
    "minItems": 2,
    "maxItems": 3,
    "prefixItems": [{"minimum": -360, "maximum": 360}, {"minimum": -90, "maximum": 90}],
    "items": {"type": "number"},
}
POLYGON = {
    "type": "array",
    "minItems": 1,
    "items": {"type": "array", "minItems": 4, "items": POSITION},
}


def schemas(folder):
    registry = referencing.Registry()
    for path in folder.rglob("*.yaml"):
        contents = yaml.safe_load(path.read_text())
        if path.name == "coordinates.yaml":
            contents = POLYGON
        name = urllib.parse.quote(path.relative_to(folder).as_posix())
        resource = referencing.Resource(contents, referencing.jsonschema.DRAFT202012)
        registry = registry.with_resource(BASE + name, resource)
    return registry


def closed(ring):
    return ring[0] == ring[-1]


def ask(hub, path, key):
    request = urllib.request.Request(urllib.parse.urljoin(hub, path))
    if key:
        request.add_header("Authorization", f"Bearer {key}")
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.headers, answer.read()


def quoted_references(node):
    """References hold spaces, which no address may."""
    if isinstance(node, dict):
        return {
            name: urllib.parse.quote(value, safe="/#.~%") if name == "$ref" else quoted_references(value)
            for name, value in node.items()
        }
    if isinstance(node, list):
        return [quoted_references(value) for value in node]
    return node


def check_json(registry, api, call, hub, path, key, items):
    pointer = call.replace("~", "~0").replace("/", "~1")
    where = f"{BASE}APIs/{urllib.parse.quote(api)}#/paths/{pointer}/get/responses/200/content/application~1json/schema"
    validator = jsonschema.Draft202012Validator(
        {"$ref": where}, registry=registry, format_checker=jsonschema.FormatChecker()
    )
    count, faults, pages = 0, [], 0
    while path:
        headers, body = ask(hub, path, key)
        assert headers["Content-Type"] == "application/vnd.cds+json;version=1.1", headers
        answer = json.loads(body)
        pages += 1
        for fault in validator.iter_errors(answer):
            faults.append(f"{fault.json_path}: {fault.message}")
        for item in answer["data"][items]:
            count += 1
            geometry = item.get("geometry")
            if geometry and not all(closed(ring) for ring in geometry["coordinates"]):
                faults.append(f"a ring is open: {geometry}")
        path = answer["links"]["next"]
    return {"count": count, "pages": pages, "faults": faults[:5]}


def typed(row, properties):
    """A row of CSV as the schema's object: empty cells are absent, numbers are numbers."""
    numbers = {"integer": int, "number": float}
    told = {}
    for name, text in row.items():
        if text == "":
            continue
        kind = properties[name].get("type")
        if "$ref" in properties[name]:
            kind = "number" if "tude" in name else "integer"
        told[name] = numbers.get(kind, str)(text)
    return told


def check_csv(registry, model, hub, path, key):
    where = f"{BASE}Shared%20Data%20Models/{model}.yaml"
    schema = registry.contents(where)
    validator = jsonschema.Draft202012Validator(
        {"$ref": where}, registry=registry, format_checker=jsonschema.FormatChecker()
    )
    headers, body = ask(hub, path, key)
    assert headers["Content-Type"] == "application/vnd.cds+csv;version=1.1", headers
    rows = list(csv.DictReader(io.StringIO(body.decode())))
    faults = []
    for row in rows:
        faults += [f"{row}: {fault.message}" for fault in validator.iter_errors(typed(row, schema["properties"]))]
    return {"count": len(rows), "pages": 1, "faults": faults[:5]}


def main():
    folder, hub, key, start, end = sys.argv[1:]
    registry = schemas(pathlib.Path(folder))
    registry = referencing.Registry().with_resources(
        (uri, referencing.Resource(quoted_references(registry.contents(uri)), referencing.jsonschema.DRAFT202012))
        for uri in registry
    )
    span = f"start_time={start}&end_time={end}"
    curbs, events = "Curbs API.yaml", "Events API.yaml"
    told = {
        "zones": check_json(registry, curbs, "/curbs/zones", hub, "/v1/cds/curbs/zones", None, "zones"),
        "spaces": check_json(registry, curbs, "/curbs/spaces", hub, "/v1/cds/curbs/spaces", None, "spaces"),
        "policies": check_json(registry, curbs, "/curbs/policies", hub, "/v1/cds/curbs/policies", None, "policies"),
        "events": check_json(registry, events, "/events/events", hub, f"/v1/cds/events/events?{span}", key, "events"),
        "status": check_json(registry, events, "/events/status", hub, "/v1/cds/events/status", key, "status"),
        "aggregates": check_csv(registry, "aggregate", hub, f"/v1/cds/metrics/aggregates?{span}", key),
        "sessions": check_csv(registry, "session", hub, f"/v1/cds/metrics/sessions?{span}", key),
    }
    print(json.dumps(told))


main()
