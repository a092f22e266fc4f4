// The plain page: zones on a 2D canvas, a table beside it, and the nearest vacant bays and car parks of a chosen place.
// Talks to the public API only: follows the live stream, and asks again and again where that does not come through.
// Keeps what it last heard and says how old that is when the hub is silent.
"use strict";

const WORDS = {
  en: {
    skip: "Skip to the table", totals: "Totals", vacant: "Vacant", occupied: "Occupied", unknown: "Unknown",
    closed: "Closed", reserved: "Reserved", occupancy: "Occupancy", zones: "Zones", staleZones: "Stale zones", map: "Map", zone: "Zone",
    observed: "Observed", near: "Nearest vacant bays", filter: "Filter zones", empty: "empty", full: "full",
    greyMeans: "mostly unknown, or stale",
    mapHelp: "Click, or move with the arrow keys and press Enter, to find vacant bays; + and - zoom, 0 shows all.",
    connecting: "Connecting to the hub…", live: (t) => `Live · ${t}`, polled: (t) => `Asking every 2 s · ${t}`,
    stale: (n, all) => `${n} of ${all} zones are stale: their sources are silent, so their bays count as unknown`,
    gone: (s) => `The hub cannot be reached. What you see is ${s} old.`, never: "The hub cannot be reached.",
    refused: (why) => `The hub refused: ${why}`,
    pick: "Choose a place on the map or a zone in the table.", at: (p) => `Within 500 m of ${p}`,
    none: (p) => `No bay is known to be vacant within 500 m of ${p}.`,
    next: (p) => `No bay is known to be vacant within 500 m of ${p}; the nearest:`,
    room: (n, of) => of == null ? `${n} vacant` : `${n} of ${of} vacant`, metres: (m) => `${m} m`,
    sure: (p) => `${p}% sure`, offered: "offered by its owner", price: (money) => money ? `${money}/h` : "free", notSeen: "never",
    s: (n) => `${n} s`, min: (n) => `${n} min`, h: (n) => `${n} h`, d: (n) => `${n} d`,
    ofKnown: (p, n) => `${p}% of ${n} known`, shown: (n, all) => n < all ? `${n} of ${all} zones shown` : `${all} zones`, noZones: "The hub has no zones yet.",
  },
  zh: {
    skip: "跳到表格", totals: "总计", vacant: "空闲", occupied: "占用", unknown: "未知", closed: "关闭", reserved: "已预订",
    occupancy: "占用率", zones: "停车区", staleZones: "失联停车区", map: "地图", zone: "停车区", observed: "观测于",
    near: "最近的空闲车位", filter: "筛选停车区", empty: "空", full: "满", greyMeans: "大多未知或失联",
    mapHelp: "点击地图，或用方向键移动后按回车，查找空闲车位；+ 和 - 缩放，0 显示全部。",
    connecting: "正在连接…", live: (t) => `实时 · ${t}`, polled: (t) => `每 2 秒查询 · ${t}`,
    stale: (n, all) => `${all} 个停车区中有 ${n} 个失联：来源无报告，其车位计为未知`,
    gone: (s) => `无法连接到服务器。所见数据为 ${s}前。`, never: "无法连接到服务器。",
    refused: (why) => `服务器拒绝：${why}`,
    pick: "请在地图上选择地点，或在表格中选择停车区。", at: (p) => `${p} 周围 500 米内`,
    none: (p) => `${p} 周围 500 米内没有已知的空闲车位。`,
    next: (p) => `${p} 周围 500 米内没有已知的空闲车位；最近的是：`,
    room: (n, of) => of == null ? `空余 ${n}` : `空余 ${n} / ${of}`, metres: (m) => `${m} 米`,
    sure: (p) => `把握 ${p}%`, offered: "车位主出租", price: (money) => money ? `${money}/时` : "免费", notSeen: "从未",
    s: (n) => `${n} 秒`, min: (n) => `${n} 分钟`, h: (n) => `${n} 小时`, d: (n) => `${n} 天`,
    ofKnown: (p, n) => `已知 ${n} 个中 ${p}%`, shown: (n, all) => n < all ? `显示 ${n} / ${all} 个停车区` : `共 ${all} 个停车区`, noZones: "尚无停车区。",
  },
};
const COLUMNS = [
  ["zone", (z) => z.name || z.zone], ["vacant", (z) => z.free], ["occupied", (z) => z.occupied],
  ["unknown", (z) => z.unknown], ["occupancy", (z) => occupancyOf(z) ?? -1], ["observed", (z) => -(z.seen ?? 0)],
];
// ISO 4217: how many decimals the minor unit has, where that is not two.
const DECIMALS = {
  0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF",
  3: "BHD IQD JOD KWD LYD OMR TND",
  4: "CLF UYW",
};
const REFRESH_MS = 2000, CLOCK_MS = 60000, NEAR_MS = 3000, AGAIN_MS = 20000, GIVE_UP_MS = 8000, MOST_ROWS = 500, GREY = "#8d9794";
const $ = (id) => document.getElementById(id);

let language = navigator.language.startsWith("zh") ? "zh" : "en";
let zones = [], hubTime = 0, heardAt = 0, trouble = null, order = { column: 4, down: true };
let stream = null, streaming = false, streamFrom = 0, byId = new Map(), timer = 0;
let view = null, fitted = null, place = null, chosen = null, cursor = null, near = null;
const t = (key, ...args) => {
  const word = WORDS[language][key];
  return typeof word === "function" ? word(...args) : word;
};
const count = (n) => n.toLocaleString(language === "zh" ? "zh-CN" : "en");

// What a zone's occupancy says of the zone: nothing where it is stale, or less than half is known.
const isPartly = (z) => z.known_fraction !== null && z.known_fraction < 0.5;
const occupancyOf = (z) => z.stale || isPartly(z) ? null : z.occupancy;

// An occupancy in words, with how many bays it is of where most are unknown.
function shareInWords(share, known, partly) {
  const percent = Math.round(100 * share);
  return partly ? t("ofKnown", percent, count(known)) : `${percent}%`;
}

// An amount of minor units, `cents` in the API's names; null: nothing to pay.
function money(minor, currency) {
  if (minor === 0) return null;
  const decimals = Number(Object.keys(DECIMALS).find((d) => DECIMALS[d].includes(currency)) ?? 2);
  const form = { style: "currency", currency, currencyDisplay: "code", minimumFractionDigits: decimals, maximumFractionDigits: decimals };
  return (minor / 10 ** decimals).toLocaleString(language === "zh" ? "zh-CN" : "en", form);
}

function ago(ms) {
  const s = Math.max(0, Math.round(ms / 1000));
  if (s < 100) return t("s", s);
  if (s < 6000) return t("min", Math.round(s / 60));
  return s < 172800 ? t("h", Math.round(s / 3600)) : t("d", Math.round(s / 86400));
}

// What the hub says now, though its last word was some seconds ago.
const now = () => hubTime + (performance.now() - heardAt);

async function ask(path) {
  const answer = await fetch(path, { headers: { accept: "application/json" }, signal: AbortSignal.timeout(GIVE_UP_MS) });
  if (answer.ok) return answer.json();
  const problem = await answer.json().catch(() => ({}));
  throw Object.assign(new Error(problem.detail || `HTTP ${answer.status}`), { refused: true });
}

const prepare = (z) => {
  z.free = Object.values(z.vacant).reduce((a, b) => a + b, 0);
  z.seen = z.observed_at && Date.parse(z.observed_at);
};

// Asks for everything: once to begin with and for the hub's clock, and often while there is no stream.
async function refresh() {
  clearTimeout(timer);
  const began = performance.now();
  try {
    let all = [], cursor = null, at = 0;
    do {
      const page = await ask(`/v1/zones?limit=1000${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`);
      all = all.concat(page.zones);
      cursor = page.next;
      at = Date.parse(page.at);
    } while (cursor);
    all.forEach(prepare);
    zones = all;
    byId = new Map(all.map((z) => [z.zone, z]));
    hubTime = at;
    heardAt = performance.now();
    trouble = null;
    if (!place) goToLinked();
    show();
    if (place) await findNear();
  } catch (e) {
    trouble = e.refused ? t("refused", e.message) : "gone";
    showState();
  }
  // A large city is fetched less often: never more than a third of the time is spent on it.
  timer = setTimeout(refresh, Math.max(streaming && !trouble ? CLOCK_MS : REFRESH_MS, 2 * (performance.now() - began)));
  if (!stream && !trouble && performance.now() >= streamFrom) follow();
}

// A stream that is refused is tried again later; one that is lost comes back by itself.
function follow() {
  stream = new Worker("/stream.js");
  stream.addEventListener("message", ({ data }) => {
    if (data.zones) return take(data);
    const was = streaming;
    streaming = data.state === "open" || data.state === "resync";
    if (data.state === "refused") giveUp();
    // Another hub, or one that was restarted: what it does not have must go. And without the stream: ask.
    if (data.state === "resync" || (was && !streaming)) refresh();
    else if (streaming && !was) {
      trouble = null;
      showState();
    }
  });
  stream.addEventListener("error", giveUp);
}

function giveUp() {
  stream?.terminate();
  [stream, streaming, streamFrom] = [null, false, performance.now() + AGAIN_MS];
}

function take({ zones: news, gone }) {
  for (const z of news) {
    const had = byId.get(z.zone);
    prepare(z);
    if (had) Object.assign(had, z);
    else {
      zones.push(z);
      byId.set(z.zone, z);
    }
  }
  if (gone.length > 0) {
    gone.forEach((id) => byId.delete(id));
    zones = zones.filter((z) => byId.has(z.zone));
  }
  show();
}

function showState() {
  const box = $("state"), stale = zones.filter((z) => z.stale).length;
  let kind = "live", text = t("connecting");
  if (heardAt) text = t(streaming ? "live" : "polled", new Date(streaming ? now() : hubTime).toLocaleTimeString(language));
  if (trouble) {
    kind = "bad";
    text = trouble !== "gone" ? trouble : heardAt ? t("gone", ago(performance.now() - heardAt)) : t("never");
  } else if (heardAt && zones.length === 0) {
    [kind, text] = ["warn", t("noZones")];
  } else if (stale > 0) {
    [kind, text] = ["warn", t("stale", count(stale), count(zones.length))];
  } else if (!heardAt) {
    kind = "";
  }
  box.className = `state ${kind}`;
  if ($("state-text").textContent !== text) $("state-text").textContent = text;
  document.body.classList.toggle("old", kind === "bad");
}

function show() {
  showState();
  const sum = (of) => zones.reduce((a, z) => a + of(z), 0);
  const vacant = sum((z) => z.free), occupied = sum((z) => z.occupied), unknown = sum((z) => z.unknown);
  // Reserved bays stand empty for who has booked them: neither vacant for others nor taken yet.
  const closed = sum((z) => z.closed), reserved = sum((z) => z.reserved), known = vacant + reserved + occupied;
  $("total-vacant").textContent = count(vacant);
  $("total-reserved").textContent = count(reserved);
  $("total-occupied").textContent = count(occupied);
  $("total-unknown").textContent = count(unknown);
  $("total-occupancy").textContent = known ? shareInWords(occupied / known, known, known < unknown) : "–";
  $("total-zones").textContent = count(zones.length);
  $("total-stale").textContent = count(zones.filter((z) => z.stale).length);
  const parts = { vacant, reserved, occupied, unknown, closed };
  Object.values(parts).forEach((n, i) => { $("bar").children[i].style.flexGrow = String(n); });
  $("bar").setAttribute("aria-label", Object.entries(parts).map(([k, n]) => `${t(k)} ${n}`).join(", "));
  // Whom to name for what feeds say.
  const credits = [...new Set(zones.map((z) => z.attribution).filter(Boolean))];
  $("credits").hidden = credits.length === 0;
  $("credits").textContent = credits.join(" · ");
  showTable();
  draw();
}

function showWords() {
  document.documentElement.lang = language === "zh" ? "zh-Hans" : "en";
  for (const e of document.querySelectorAll("[data-t]")) e.textContent = t(e.dataset.t);
  const other = language === "zh" ? "en" : "zh";
  $("language").textContent = other === "zh" ? "中文" : "English";
  $("language").lang = other;
  $("filter").placeholder = t("filter");
  $("map").setAttribute("aria-label", t("map"));
  $("heads").replaceChildren(...COLUMNS.map(([key], i) => {
    const th = document.createElement("th"), button = document.createElement("button");
    th.scope = "col";
    button.type = "button";
    button.dataset.word = key;
    button.addEventListener("click", () => {
      order = { column: i, down: order.column === i ? !order.down : i !== 0 };
      showTable();
    });
    th.append(button);
    return th;
  }));
  show();
  showNear();
}

function showTable() {
  [...$("heads").children].forEach((th, i) => {
    const on = i === order.column;
    th.setAttribute("aria-sort", on ? (order.down ? "descending" : "ascending") : "none");
    th.firstChild.textContent = t(th.firstChild.dataset.word) + (on ? (order.down ? " ↓" : " ↑") : "");
  });
  const wanted = $("filter").value.trim().toLowerCase(), value = COLUMNS[order.column][1], sign = order.down ? -1 : 1;
  const some = wanted ? zones.filter((z) => `${z.zone} ${z.name}`.toLowerCase().includes(wanted)) : [...zones];
  some.sort((a, b) => {
    const [x, y] = [value(a), value(b)];
    return sign * (typeof x === "string" ? x.localeCompare(y, language) : x - y) || (a.zone < b.zone ? -1 : 1);
  });
  const rows = $("rows"), shown = some.slice(0, MOST_ROWS), focused = document.activeElement?.dataset?.zone;
  while (rows.children.length > shown.length) rows.lastChild.remove();
  while (rows.children.length < shown.length) rows.append(newRow());
  shown.forEach((z, i) => fillRow(rows.children[i], z));
  // Rows are reused, so after a re-sort the focus follows the zone, not the place.
  if (focused) [...rows.children].find((r) => r.dataset.zone === focused)?.focus({ preventScroll: true });
  $("shown").textContent = t("shown", count(shown.length), count(zones.length));
}

function newRow() {
  const row = document.createElement("tr");
  row.tabIndex = 0;
  for (let i = 0; i < COLUMNS.length; i++) row.append(document.createElement("td"));
  const chip = document.createElement("span");
  row.children[4].append(chip);
  const choose = () => {
    const z = zones.find((z) => z.zone === row.dataset.zone);
    if (z) go({ lat: z.lat, lon: z.lon, name: z.name || z.zone }, z.zone);
  };
  row.addEventListener("click", choose);
  row.addEventListener("keydown", (e) => {
    if (e.key === "Enter" || e.key === " ") choose();
    else if (e.key === "ArrowDown") row.nextSibling?.focus();
    else if (e.key === "ArrowUp") row.previousSibling?.focus();
    else return;
    e.preventDefault();
  });
  return row;
}

function fillRow(row, z) {
  row.dataset.zone = z.zone;
  row.className = `${z.stale ? "stale" : ""} ${z.zone === chosen ? "chosen" : ""}`;
  const [name, vacant, occupied, unknown, share, seen] = row.children;
  const put = (e, text) => { if (e.textContent !== text) e.textContent = text; };
  put(name, z.name || z.zone);
  name.title = `${z.zone} · ${z.operator}`;
  put(vacant, z.stale ? "–" : count(z.free));
  vacant.title = z.reserved ? `${t("reserved")} ${count(z.reserved)}` : "";
  put(occupied, z.stale ? "–" : count(z.occupied));
  put(unknown, count(z.unknown));
  const o = occupancyOf(z), known = z.free + z.reserved + z.occupied;
  put(share.firstChild, z.stale || z.occupancy === null ? "–" : shareInWords(z.occupancy, known, isPartly(z)));
  share.firstChild.className = `chip ${o === null ? "none" : o < 0.6 ? "low" : o < 0.85 ? "mid" : "high"}`;
  put(seen, z.seen ? ago(now() - z.seen) : t("notSeen"));
}

// ---- the map -------------------------------------------------------------------------------------------------------

const colour = (z) => {
  const o = occupancyOf(z);
  if (o === null) return GREY;
  return o < 0.6 ? `hsl(${158 - 110 * o / 0.6} 74% ${36 + 8 * o / 0.6}%)` : `hsl(${48 - 40 * (o - 0.6) / 0.4} 76% 45%)`;
};
const size = (z) => Math.max(3.5, Math.min(15, 2 + Math.sqrt(z.capacity) * 0.55));

function fit() {
  if (zones.length === 0) return null;
  const lats = zones.map((z) => z.lat), lons = zones.map((z) => z.lon);
  const least = (a) => a.reduce((x, y) => Math.min(x, y)), most = (a) => a.reduce((x, y) => Math.max(x, y));
  const [s, n, w, e] = [least(lats), most(lats), least(lons), most(lons)], c = $("map");
  const squeeze = Math.cos((s + n) / 2 * Math.PI / 180);
  const room = 40, wide = Math.max((e - w) * squeeze, 0.005), high = Math.max(n - s, 0.005);
  const scale = Math.min((c.clientWidth - 2 * room) / wide, (c.clientHeight - 2 * room) / high);
  return { lat: (s + n) / 2, lon: (w + e) / 2, scale, squeeze };
}

const toScreen = (p) => {
  const c = $("map");
  return [c.clientWidth / 2 + (p.lon - view.lon) * view.squeeze * view.scale, c.clientHeight / 2 - (p.lat - view.lat) * view.scale];
};
const toPlace = (x, y) => {
  const c = $("map");
  return { lat: view.lat - (y - c.clientHeight / 2) / view.scale, lon: view.lon + (x - c.clientWidth / 2) / view.scale / view.squeeze };
};

function draw() {
  const c = $("map"), ratio = devicePixelRatio || 1, [w, h] = [c.clientWidth, c.clientHeight];
  if (!view || view === fitted) view = fitted = fit();
  if (c.width !== Math.round(w * ratio) || c.height !== Math.round(h * ratio)) {
    c.width = Math.round(w * ratio);
    c.height = Math.round(h * ratio);
  }
  const g = c.getContext("2d"), style = getComputedStyle(document.documentElement);
  g.setTransform(ratio, 0, 0, ratio, 0, 0);
  g.clearRect(0, 0, w, h);
  if (!view) return;
  grid(g, w, h, style);
  g.globalAlpha = document.body.classList.contains("old") ? 0.45 : 0.9;
  for (const z of [...zones].sort((a, b) => b.capacity - a.capacity)) {
    const [x, y] = toScreen(z), r = size(z);
    if (x < -r || y < -r || x > w + r || y > h + r) continue;
    g.beginPath();
    g.arc(x, y, r, 0, 7);
    g.fillStyle = colour(z);
    g.fill();
    g.lineWidth = z.zone === chosen ? 3 : 1;
    // A zone with bays that wait for who has booked them has a rim of their colour.
    g.strokeStyle = style.getPropertyValue(z.zone === chosen ? "--ink" : z.reserved ? "--reserved" : "--card");
    g.stroke();
  }
  g.globalAlpha = 1;
  if (place) ring(g, style);
  if (cursor) cross(g, cursor, style);
}

// A graticule and a scale bar: there is no base map, so these say where and how far.
function grid(g, w, h, style) {
  const steps = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5, 10];
  const step = steps.find((s) => s * view.scale > 70) ?? 30, digits = Math.max(0, Math.ceil(-Math.log10(step)));
  const [nw, se] = [toPlace(0, 0), toPlace(w, h)];
  g.strokeStyle = style.getPropertyValue("--grid");
  g.fillStyle = style.getPropertyValue("--soft");
  g.lineWidth = 1;
  g.font = "11px system-ui, sans-serif";
  for (let n = Math.ceil(nw.lon / step); n * step < se.lon; n++) {
    const [x] = toScreen({ lat: 0, lon: n * step });
    line(g, x, 0, x, h);
    const label = `${(n * step).toFixed(digits)}°`;
    if (x + 4 + g.measureText(label).width < w) g.fillText(label, x + 4, h - 6);
  }
  for (let n = Math.ceil(se.lat / step); n * step < nw.lat; n++) {
    const [, y] = toScreen({ lat: n * step, lon: 0 });
    line(g, 0, y, w, y);
    g.fillText(`${(n * step).toFixed(digits)}°`, 4, y - 4);
  }
  const metre = view.scale / 111195, long = [50, 100, 200, 500, 1000, 2000, 5000, 10000, 50000].find((m) => m * metre > 60) ?? 1e5;
  g.strokeStyle = style.getPropertyValue("--ink");
  g.lineWidth = 2;
  line(g, w - 16 - long * metre, 18, w - 16, 18);
  g.textAlign = "right";
  g.fillText(long < 1000 ? `${long} m` : `${long / 1000} km`, w - 16, 34);
  g.textAlign = "left";
}

function line(g, x1, y1, x2, y2) {
  g.beginPath();
  g.moveTo(x1, y1);
  g.lineTo(x2, y2);
  g.stroke();
}

function ring(g, style) {
  const [x, y] = toScreen(place), r = 500 / 111195 * view.scale;
  g.strokeStyle = style.getPropertyValue("--accent");
  g.lineWidth = 2;
  g.setLineDash([5, 4]);
  g.beginPath();
  g.arc(x, y, Math.max(r, 6), 0, 7);
  g.stroke();
  g.setLineDash([]);
  g.fillStyle = style.getPropertyValue("--accent");
  for (const b of near?.bays ?? []) {
    const [bx, by] = toScreen(b);
    g.fillRect(bx - 2, by - 2, 4, 4);
  }
}

function cross(g, [x, y], style) {
  g.strokeStyle = style.getPropertyValue("--ink");
  g.lineWidth = 2;
  line(g, x - 9, y, x + 9, y);
  line(g, x, y - 9, x, y + 9);
}

const zoneAt = (x, y) => {
  let best = null, least = Infinity;
  for (const z of zones) {
    const [zx, zy] = toScreen(z), d = Math.hypot(zx - x, zy - y);
    if (d < size(z) + 3 && d < least) [best, least] = [z, d];
  }
  return best;
};

function zoom(by, x, y) {
  if (!view) return;
  const fixed = toPlace(x, y), scale = Math.min(5e6, Math.max(200, view.scale * by));
  view = { ...view, scale };
  const moved = toPlace(x, y);
  view.lat += fixed.lat - moved.lat;
  view.lon += fixed.lon - moved.lon;
  draw();
}

function chooseAt(x, y) {
  if (!view) return;
  const z = zoneAt(x, y);
  if (z) go({ lat: z.lat, lon: z.lon, name: z.name || z.zone }, z.zone);
  else {
    const p = toPlace(x, y);
    go({ ...p, name: `${p.lat.toFixed(4)}, ${p.lon.toFixed(4)}` }, null);
  }
}

function tip(x, y) {
  const z = view && zoneAt(x, y), box = $("tip");
  box.hidden = !z;
  if (!z) return;
  const bold = document.createElement("b");
  bold.textContent = z.name || z.zone;
  const known = z.free + z.reserved + z.occupied;
  const share = z.stale || z.occupancy === null ? t("greyMeans") : `${t("occupancy")} ${shareInWords(z.occupancy, known, isPartly(z))}`;
  box.replaceChildren(bold, `${share} · ${t("vacant")} ${count(z.free)} / ${count(z.capacity)}${z.reserved ? ` · ${t("reserved")} ${count(z.reserved)}` : ""} · ${z.seen ? ago(now() - z.seen) : t("notSeen")}`);
  const c = $("map");
  box.style.left = `${Math.min(c.offsetLeft + x + 14, c.offsetLeft + c.clientWidth - 250)}px`;
  box.style.top = `${c.offsetTop + y + 16}px`;
}

function listenToMap() {
  const c = $("map");
  let from = null, dragged = false;
  c.addEventListener("pointerdown", (e) => {
    from = [e.offsetX, e.offsetY];
    dragged = false;
    c.setPointerCapture(e.pointerId);
  });
  c.addEventListener("pointermove", (e) => {
    if (!from) return tip(e.offsetX, e.offsetY);
    const [dx, dy] = [e.offsetX - from[0], e.offsetY - from[1]];
    if (!view || (!dragged && Math.hypot(dx, dy) < 4)) return;
    dragged = true;
    view = { ...view, lat: view.lat + dy / view.scale, lon: view.lon - dx / view.scale / view.squeeze };
    from = [e.offsetX, e.offsetY];
    draw();
  });
  c.addEventListener("pointerup", (e) => {
    if (from && !dragged) {
      cursor = null;
      chooseAt(e.offsetX, e.offsetY);
    }
    from = null;
  });
  c.addEventListener("pointerleave", () => { $("tip").hidden = true; });
  c.addEventListener("wheel", (e) => {
    e.preventDefault();
    zoom(Math.exp(-e.deltaY / 400), e.offsetX, e.offsetY);
  }, { passive: false });
  c.addEventListener("keydown", (e) => {
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const [x, y] = cursor ?? [c.clientWidth / 2, c.clientHeight / 2], far = e.shiftKey ? 60 : 15;
    if (moves[e.key]) {
      cursor = [Math.min(c.clientWidth, Math.max(0, x + far * moves[e.key][0])), Math.min(c.clientHeight, Math.max(0, y + far * moves[e.key][1]))];
      tip(...cursor);
    } else if (e.key === "Enter" || e.key === " ") chooseAt(x, y);
    else if (e.key === "+" || e.key === "=") zoom(1.4, x, y);
    else if (e.key === "-") zoom(1 / 1.4, x, y);
    else if (e.key === "0") view = fitted = fit();
    else return;
    e.preventDefault();
    draw();
  });
  c.addEventListener("blur", () => {
    cursor = null;
    $("tip").hidden = true;
    draw();
  });
  new ResizeObserver(draw).observe(c);
}

// ---- nearest vacant bays -------------------------------------------------------------------------------------------

// A page opened as /#TPY12 starts with that zone chosen.
function goToLinked() {
  const z = zones.find((z) => z.zone === location.hash.slice(1));
  if (z) [place, chosen] = [{ lat: z.lat, lon: z.lon, name: z.name || z.zone }, z.zone];
}

async function go(to, zone) {
  place = to;
  chosen = zone;
  near = null;
  history.replaceState(null, "", zone ? `#${zone}` : location.pathname);
  showTable();
  await findNear().catch((e) => {
    trouble = e.refused ? t("refused", e.message) : "gone";
    showState();
  });
}

async function findNear() {
  const asked = place;
  const answer = await ask(`/v1/bays/nearby?lat=${asked.lat.toFixed(6)}&lon=${asked.lon.toFixed(6)}&limit=20`);
  if (asked !== place) return;
  near = answer;
  showNear();
  draw();
}

// What an hour costs; a bay on offer may have a currency of its own, and no price may be known.
function price(b) {
  if (b.price_cents_per_hour == null) return [];
  return [t("price", money(b.price_cents_per_hour, b.currency ?? document.documentElement.dataset.currency))];
}

function showNear() {
  const found = [...near?.bays ?? [], ...near?.zones ?? []].sort((a, b) => a.distance_m - b.distance_m);
  const next = near?.next_nearest?.bay ?? near?.next_nearest?.zone;
  const none = near && found.length === 0;
  $("near-where").textContent = !place ? t("pick") : none ? t(next ? "next" : "none", place.name) : t("at", place.name);
  $("near-list").replaceChildren(...(next ? [next] : found).map((b) => {
    const item = document.createElement("li"), id = document.createElement("span"), facts = document.createElement("span");
    if (b.bay === undefined) {
      // A car park that counts.
      id.textContent = b.name;
      facts.textContent = [t("metres", Math.round(b.distance_m)), t("room", b.vacant, b.capacity), ...price(b)].join(" · ");
      item.append(id, facts);
      return item;
    }
    id.textContent = `${b.bay}${b.accessible ? " ♿" : ""}${b.ev_charging ? " ⚡" : ""}`;
    facts.textContent = [t("metres", Math.round(b.distance_m)), b.p_vacant == null ? t("offered") : t("sure", Math.round(100 * b.p_vacant)), ...price(b)].join(" · ");
    item.append(id, facts);
    return item;
  }));
}

$("language").addEventListener("click", () => {
  language = language === "zh" ? "en" : "zh";
  showWords();
});
$("filter").addEventListener("input", showTable);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
setInterval(() => {
  if (trouble || streaming) showState();
  if (trouble) draw();
}, 1000);
// Without the stream every refresh does this.
setInterval(() => { if (streaming && place && !document.hidden) findNear().catch(() => {}); }, NEAR_MS);
listenToMap();
showWords();
refresh();
