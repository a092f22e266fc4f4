// A client made with MQTT.js: reports at every QoS inside a WebSocket, follows a zone, and follows it once more as a
// stranger. Prints what it was told, as JSON.
//
// Arguments: http://host:port version(4|5) user password bay zone
const mqtt = require('mqtt');

const [http, version, user, password, bay, zone] = process.argv.slice(2);
const url = http.replace('http', 'ws') + '/mqtt';
const topic = `bayhub/v1/zones/${zone}/availability`;
const common = { protocolVersion: Number(version), reconnectPeriod: 0, connectTimeout: 30000 };

setTimeout(() => { console.error('too slow'); process.exit(1); }, 60000).unref();

/** The messages that come, one after the other. */
function messages(client) {
  const here = [];
  const waiting = [];
  client.on('message', (name, payload, packet) => {
    const told = { topic: name, retain: packet.retain, payload: JSON.parse(payload.toString()) };
    if (waiting.length) waiting.shift()(told); else here.push(told);
  });
  return () => here.length ? Promise.resolve(here.shift()) : new Promise((told) => waiting.push(told));
}

async function main() {
  const told = { acked: [] };
  const client = await mqtt.connectAsync(url, { ...common, username: user, password });
  const next = messages(client);
  const claim = (state) => JSON.stringify({ bay, state });
  for (const qos of [0, 1, 2]) {
    await client.publishAsync(`bayhub/v1/${user}/report`, claim('occupied'), { qos });
    told.acked.push(qos);
  }
  told.foreign = await client.subscribeAsync('bayhub/#').then((g) => String(g[0].qos), (e) => e.message);
  await client.subscribeAsync(topic);
  told.first = await next();
  await client.publishAsync(`bayhub/v1/${user}/report`, claim('vacant'), { qos: 1 });
  do told.change = await next(); while (!Object.values(told.change.payload.vacant).some((n) => n > 0));
  await client.endAsync();
  const stranger = await mqtt.connectAsync(url, common);
  const heard = messages(stranger);
  await stranger.subscribeAsync(topic);
  told.stranger = await heard();
  await stranger.endAsync();
  console.log(JSON.stringify(told));
}

main().catch((e) => { console.error(e); process.exit(1); });
