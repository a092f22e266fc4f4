"""Validates publications of DATEX II against the schemas of the version.

Arguments: the schema of the payload, then addresses. Prints a JSON object: by address what is wrong, and which
elements there are how often."""

import collections
import json
import sys
import urllib.request

from lxml import etree

schema = etree.XMLSchema(etree.parse(sys.argv[1]))
told = {}
for address in sys.argv[2:]:
    with urllib.request.urlopen(address) as answer:
        document = etree.fromstring(answer.read())
    schema.validate(document)
    errors = [f"{e.line}: {e.message}" for e in schema.error_log][:20]
    names = (e.tag.rsplit("}", 1)[1] for e in document.iter(etree.Element))
    values = [e.text for e in document.iter("{http://datex2.eu/schema/3/common}value")]
    told[address] = {"errors": errors, "elements": collections.Counter(names), "values": values}
print(json.dumps(told))
