"""An assistant's client, by the Model Context Protocol's own SDK: asks a hub's tools. Prints what it was told, as JSON.

Arguments: http://host:port zone lat lon
"""

import asyncio
import json
import sys

from mcp.client.client import Client

http, zone, lat, lon = sys.argv[1:]


async def ask(mode):
    async with Client(http + "/mcp", mode=mode) as client:
        tools = await client.list_tools()
        told = {
            "version": client.protocol_version,
            "tools": [tool.name for tool in tools.tools],
            "read_only": all(tool.annotations.read_only_hint for tool in tools.tools),
        }
        for name, arguments in [
            ("zone", {"zone": zone}),
            ("nearby", {"lat": float(lat), "lon": float(lon), "limit": 2}),
            ("missing", None),
        ]:
            if arguments is None:
                name, arguments, key = "zone", {"zone": "nobody-knows-me"}, "missing"
            else:
                key = name
            result = await client.call_tool(name, arguments)
            told[key] = {"error": result.is_error, "says": result.structured_content}
        return told


async def main():
    print(json.dumps({mode: await ask(mode) for mode in ("auto", "legacy")}))


asyncio.run(asyncio.wait_for(main(), 60))
