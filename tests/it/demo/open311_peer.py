"""Other people's clients of Open311 against a hub: `three` reports and reads JSON, `georeport` reads JSON and XML.

Usage: open311_peer.py HTTP BAY KEY. Prints one object; fails at what is not as it should be.
"""

import itertools
import json
import sys

# `three` was written for Python 2, and needs of it only this.
itertools.ifilter = filter

from georeport import GeoReport  # noqa: E402
from three.core import Three  # noqa: E402

http, bay, key = sys.argv[1:]
endpoint = http + "/v1/open311"

# What a client is given is the address of the discovery document.
found = Three(endpoint).discovery()["endpoints"][0]
assert found["url"] == endpoint, found
assert found["specification"] == "http://wiki.open311.org/GeoReport_v2", found

three = Three(found["url"], api_key=key, jurisdiction="city.example")
codes = [service["service_code"] for service in three.services()]
definition = three.services("bay-blocked")
assert "bay" in [attribute["code"] for attribute in definition["attributes"]], definition
made = three.post(
    "bay-blocked",
    address="opposite number 7",
    name="Mei Lim",
    phone="+65 6123 4567",
    description="A van & a <3 sign; 车位被堵",
    **{"attribute[bay]": bay},
)
[made] = made
request = made["service_request_id"]
assert three.token(request) == [{"service_request_id": request, "token": request}]
[read] = three.request(request)
mine = [row for row in three.requests("bay-blocked", count=10) if row["service_request_id"] == request]
assert mine == [read], mine
[refused] = three.post("potholes", address="here")
assert refused["code"] == 404, refused

told = {}
for form in ("json", "xml"):
    client = GeoReport(endpoint, jurisdiction="city.example", output_format=form)
    listed = [service["service_code"] for service in client.get_service_list()]
    assert listed == codes, (form, listed)
    assert client.get_service_definition("surface")["service_code"] == "surface"
    told[form] = client.get_service_request(request)
    many = client.get_service_requests(status="open")
    many = many if isinstance(many, list) else [many]
    assert request in [row["service_request_id"] for row in many], (form, many)

standard = [
    "service_request_id", "status", "service_code", "service_name", "description", "agency_responsible",
    "requested_datetime", "updated_datetime", "expected_datetime", "address", "address_id",
]
for member in standard:
    assert told["json"][member] == told["xml"][member] == read[member], (member, told)
assert float(told["xml"]["lat"]) == read["lat"] and float(told["xml"]["long"]) == read["long"]
print(json.dumps({"made": made, "read": read, "codes": codes}))
