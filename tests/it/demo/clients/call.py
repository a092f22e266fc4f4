"""What a program in Python does with the generated client: asks for a zone, and reads a refusal."""

import sys
from datetime import datetime, timezone

from bayhub_client import AuthenticatedClient
from bayhub_client.api.booking import ask_bay
from bayhub_client.api.drivers import zone, zones
from bayhub_client.models import BayAsked, Problem, Zone, Zones

base, key = sys.argv[1:]
client = AuthenticatedClient(base_url=base, token=key)
page = zones.sync(client=client, limit=1)
assert isinstance(page, Zones), page
first = zone.sync(page.zones[0].zone, client=client)
assert isinstance(first, Zone), first
none = zone.sync("no-such", client=client)
assert isinstance(none, Problem) and none.status == 404, none
long_ago = BayAsked(lat=1.33, lon=103.85, end=datetime(2001, 1, 1, tzinfo=timezone.utc))
refused = ask_bay.sync(client=client, body=long_ago)
assert isinstance(refused, Problem) and refused.field == "end", refused
print(f"zone {first.zone}, refused {refused.status}")
