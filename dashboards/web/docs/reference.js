// The API reference: reads the hub's own description of its API and shows one call at a time, by its operationId in the
// address. Groups, search, members of what is sent and answered, examples, a line of curl, and a form that makes the call.
// All of it is text from the description, put into elements as text.
"use strict";

Object.assign(site.words.en, {
  search: "Search calls", calls: "Calls", none: "No call is like that.", overview: "Overview", need: "needs a key",
  scope: (names) => `a key with the scope ${names}`, anyKey: "any key", noKey: "no key needed", parameters: "Parameters", body: "Body", answers: "Answers",
  headers: "Headers", example: "Example", must: "required", more: "show", one: "one of", listOf: (what) => `list of ${what}`, curl: "With curl", tryIt: "Try it",
  key: "API key (kept in this page only)", send: "Send", stop: "Stop", sending: "Sending…", failed: (why) => `No answer: ${why}`,
  changes: "This call changes the hub.", document: "The description itself", unread: "The description cannot be read.",
  took: (status, ms) => `${status} in ${ms} ms`, hint: "Press / to search, the arrow keys to move, Enter to open.", tags: {},
});
Object.assign(site.words.zh, {
  search: "搜索接口", calls: "接口", none: "没有匹配的接口。", overview: "概览", need: "需要密钥",
  scope: (names) => `需要具有 ${names} 权限的密钥`, anyKey: "需要任一密钥", noKey: "无需密钥", parameters: "参数", body: "请求体", answers: "响应", headers: "响应头",
  example: "示例", must: "必填", more: "展开", one: "以下之一", listOf: (what) => `${what} 列表`, curl: "curl 示例", tryIt: "试一试",
  key: "API 密钥（仅保存在本页）", send: "发送", stop: "停止", sending: "发送中…", failed: (why) => `无响应：${why}`, changes: "此调用会改变服务器数据。",
  document: "接口描述文件", unread: "无法读取接口描述。", took: (status, ms) => `${status}，${ms} 毫秒`, hint: "按 / 搜索，方向键移动，回车打开。",
  tags: { drivers: "驾驶员", "data partners": "数据伙伴", authority: "管理部门", "sharing businesses": "车位共享企业", booking: "预订", partners: "伙伴", operators: "运维" },
});

const { make } = site;
const el = make.bind(site);
const MOST_ANSWER = 60000;
let api = null, calls = [], key = "", running = null;

const deref = (value) => value?.$ref ? deref(value.$ref.slice(2).split("/").reduce((at, part) => at[part.replace(/~1/g, "/")], api)) : value;
const nameOf = (schema) => schema?.$ref?.split("/").pop();
const pretty = (value) => typeof value === "string" ? value : JSON.stringify(value, null, 2);

// Paragraphs; what stands between backticks is code.
function prose(text) {
  return (text ?? "").split(/\n\n+/).filter(Boolean).map((paragraph) => el("p", {}, ...inline(paragraph)));
}

function inline(text) {
  return text.split(/(`[^`]*`)/).map((part) => part.startsWith("`") ? el("code", {}, part.slice(1, -1)) : part);
}

// What a schema's type is called.
function typeName(schema) {
  if (!schema) return "";
  if (schema.$ref) return nameOf(schema);
  if (schema.enum) return schema.enum.map((v) => JSON.stringify(v)).join(" | ");
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  const several = schema.oneOf ?? schema.anyOf;
  if (several) return several.map(typeName).join(" | ");
  if (schema.allOf) return schema.allOf.map(typeName).join(" & ");
  const types = [schema.type ?? "any"].flat().map((type) => type === "array" ? site.t("listOf", typeName(schema.items) || "any") : type);
  const bounds = schema.minimum !== undefined && schema.maximum !== undefined ? ` ${schema.minimum}–${schema.maximum}` : "";
  return types.join(" | ") + (schema.format ? ` (${schema.format})` : "") + bounds;
}

// The objects that a schema may be, so that their members can be shown.
function objectsIn(schema) {
  if (!schema) return [];
  if (schema.$ref) { const real = deref(schema); return real.properties || !objectsIn(real).length ? [[nameOf(schema), real]] : objectsIn(real); }
  if (schema.properties) return [["", schema]];
  if (schema.items) return objectsIn(schema.items);
  if (typeof schema.additionalProperties === "object") return objectsIn(schema.additionalProperties);
  return (schema.oneOf ?? schema.anyOf ?? schema.allOf ?? []).flatMap(objectsIn);
}

// Members, those of members on demand: descriptions may go round in circles.
function members(schema) {
  const whole = deref(schema);
  if (whole.allOf) return el("div", {}, whole.allOf.map((part) => members(part)));
  if (!whole.properties) {
    const inner = objectsIn(whole).filter(([, s]) => s !== whole && s.properties);
    return inner.length ? el("div", {}, inner.map(([name, s]) => [el("p", { class: "help" }, name), members(s)]).flat())
      : el("p", { class: "help" }, typeName(whole));
  }
  return el("ul", { class: "members" }, Object.entries(whole.properties).map(([name, member]) => {
    const must = whole.required?.includes(name);
    const inner = objectsIn(member).filter(([, s]) => s.properties);
    const says = member.description ?? deref(member)?.description ?? (member.oneOf ?? []).map((s) => s.description).find(Boolean);
    const li = el("li", {}, el("code", {}, name), el("span", { class: "type" }, typeName(member)), must ? el("span", { class: "must" }, site.t("must")) : null);
    if (inner.length) {
      const button = el("button", { type: "button", "aria-expanded": "false" }, site.t("more"));
      let shown = null;
      button.addEventListener("click", () => {
        shown ??= el("div", {}, inner.map(([, s]) => members(s)));
        const open = button.getAttribute("aria-expanded") === "false";
        button.setAttribute("aria-expanded", String(open));
        if (open) li.append(shown); else shown.remove();
      });
      li.append(button);
    }
    if (says) li.append(el("p", {}, ...inline(says)));
    return li;
  }));
}

function access(operation) {
  const ways = operation.security ?? [];
  if (ways.some((way) => !Object.keys(way).length)) return el("div", {}, el("span", { class: "badge" }, site.t("noKey")));
  const badges = ways.map((way) => {
    const scopes = Object.values(way).flat();
    return el("span", { class: "badge key" }, scopes.length ? site.t("scope", scopes.join(", ")) : site.t("anyKey"));
  });
  return el("div", {}, badges);
}

function media(content, label) {
  return Object.entries(content ?? {}).map(([type, one]) => el("div", {},
    el("p", {}, el("code", {}, type), " ", el("span", { class: "help" }, typeName(one.schema))),
    one.schema && objectsIn(one.schema).length ? members(one.schema) : null,
    one.example === undefined ? null : el("details", {}, el("summary", {}, site.t("example")), el("div", { class: "in" }, site.code(pretty(one.example), `${label} ${type}`)))));
}

const quoted = (text) => `'${String(text).replaceAll("'", "'\\''")}'`;

// The address of a call: what is given, else the example of what it needs.
function address(call, given) {
  const value = (p) => given ? given[p.name] : p.required ? p.example : undefined;
  const set = (p) => value(p) !== undefined && value(p) !== "";
  let path = call.path;
  for (const p of call.parameters.filter((p) => p.in === "path")) path = path.replace(`{${p.name}}`, encodeURIComponent(value(p) ?? ""));
  const query = call.parameters.filter((p) => p.in === "query" && set(p)).map((p) => `${p.name}=${encodeURIComponent(value(p))}`);
  return path + (query.length ? `?${query.join("&")}` : "");
}

function bodyOf(call) {
  const [type, one] = Object.entries(call.operation.requestBody?.content ?? {})[0] ?? [];
  return type ? { type: type === "*/*" ? "application/json" : type, text: one.example === undefined ? "" : pretty(one.example) } : null;
}

const isStream = (call) => Boolean(call.operation.responses["200"]?.content?.["text/event-stream"]);
const wantsKey = (call) => !(call.operation.security ?? []).some((way) => !Object.keys(way).length);

function curl(call) {
  const words = ["curl -s" + (isStream(call) ? "N" : "")];
  if (call.method !== "get") words[0] += ` -X ${call.method.toUpperCase()}`;
  words[0] += ` ${quoted(location.origin + address(call))}`;
  if (wantsKey(call)) words.push(`-H "Authorization: Bearer $KEY"`);
  const body = bodyOf(call);
  if (body) words.push(`-H 'content-type: ${body.type}'`, `-d ${quoted(body.text)}`);
  return words.join(" \\\n  ");
}

// The form that makes the call, and what came of it.
function trial(call) {
  const fields = call.parameters.filter((p) => p.in !== "cookie").map((p) => {
    const id = `p-${p.name}`;
    const start = p.required ? p.example ?? "" : "";
    return [el("label", { for: id }, p.name, p.required ? el("span", { class: "must" }, ` ${site.t("must")}`) : null),
      el("input", { id, name: p.name, value: start, placeholder: p.example ?? "", required: p.required, autocomplete: "off", spellcheck: "false" })];
  });
  const body = bodyOf(call);
  if (body) fields.push([el("label", { for: "p-body" }, site.t("body")), el("textarea", { id: "p-body", spellcheck: "false" }, body.text)]);
  const keyField = el("input", { id: "p-key", type: "password", value: key, autocomplete: "off", placeholder: "bh_…", oninput: (e) => { key = e.target.value.trim(); } });
  if ((call.operation.security ?? []).some((way) => Object.keys(way).length)) fields.push([el("label", { for: "p-key" }, site.t("key")), keyField]);
  const said = el("p", { class: "answer", role: "status" }), shown = el("div", {});
  const button = el("button", { type: "submit", class: "main" }, `${site.t("send")} ${call.method.toUpperCase()}`);
  const form = el("form", {}, el("div", { class: "try" }, fields.flat()), call.method === "get" ? null : el("p", { class: "help" }, site.t("changes")), button);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (running) { running.abort(); running = null; return; }
    perform(call, form, body, button, said, shown);
  });
  return el("section", {}, el("h2", {}, site.t("tryIt")), form, said, shown);
}

async function perform(call, form, body, button, said, shown) {
  const given = Object.fromEntries(call.parameters.map((p) => [p.name, form.elements[p.name]?.value.trim() ?? ""]));
  const headers = {};
  for (const p of call.parameters.filter((p) => p.in === "header" && given[p.name])) headers[p.name] = given[p.name];
  if (key) headers.authorization = `Bearer ${key}`;
  if (body) headers["content-type"] = body.type;
  running = new AbortController();
  button.textContent = site.t("stop");
  said.textContent = site.t("sending");
  shown.replaceChildren();
  const began = performance.now();
  try {
    const answer = await fetch(address(call, given), { method: call.method.toUpperCase(), headers, body: body ? form.elements["p-body"].value : undefined, signal: running.signal });
    said.textContent = site.t("took", `${answer.status} ${answer.statusText}`, Math.round(performance.now() - began));
    const told = ["content-type", "ratelimit-policy", "ratelimit", "retry-after", "etag", "link", "location"].filter((h) => answer.headers.has(h));
    shown.append(site.code(told.map((h) => `${h}: ${answer.headers.get(h)}`).join("\n"), site.t("headers")));
    const place = el("code", {});
    shown.append(el("pre", { tabindex: "0", "aria-label": site.t("answers") }, place));
    await readInto(answer, place);
  } catch (e) {
    if (e.name !== "AbortError") said.textContent = site.t("failed", e.message);
  }
  running = null;
  button.textContent = `${site.t("send")} ${call.method.toUpperCase()}`;
}

// A stream is shown as it comes, what is long only in part.
async function readInto(answer, place) {
  const json = (answer.headers.get("content-type") ?? "").includes("json");
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (let part; reader && !(part = await reader.read()).done;) {
    text += part.value;
    if (!json) place.textContent = text.slice(-MOST_ANSWER);
  }
  if (json) place.textContent = JSON.stringify(JSON.parse(text), null, 2).slice(0, MOST_ANSWER);
}

function showCall(call) {
  const { operation } = call;
  const parameters = call.parameters.length ? [el("h2", {}, site.t("parameters")), el("ul", { class: "members" }, call.parameters.map((p) =>
    el("li", {}, el("code", {}, p.name), el("span", { class: "type" }, `${p.in}, ${typeName(p.schema)}`), p.required ? el("span", { class: "must" }, site.t("must")) : null,
      p.description ? el("p", {}, ...inline(p.description)) : null)))] : [];
  const body = operation.requestBody ? [el("h2", {}, site.t("body")), ...prose(operation.requestBody.description), ...media(operation.requestBody.content, site.t("body"))] : [];
  const answers = Object.entries(operation.responses).map(([status, answer]) => {
    const headers = Object.entries(answer.headers ?? {}).map(([name, h]) => el("li", {}, el("code", {}, name), el("p", {}, ...inline(deref(h).description ?? ""))));
    const good = status < "400";
    return el("details", { open: status.startsWith("2") }, el("summary", {}, el("span", { class: `status ${good ? "good" : "bad"}` }, status), ...inline(answer.description ?? "")),
      el("div", { class: "in" }, ...media(answer.content, status),
        headers.length ? el("details", {}, el("summary", {}, site.t("headers")), el("div", { class: "in" }, el("ul", { class: "members" }, headers))) : null));
  });
  return [el("div", { class: "call" }, el("span", { class: `method ${call.method}` }, call.method), el("span", {}, call.path)),
    el("h1", { tabindex: "-1" }, ...inline(operation.summary.replace(/\.$/, ""))), access(operation), ...prose(operation.description),
    el("h2", {}, site.t("curl")), site.code(curl(call), site.t("curl")), ...parameters, ...body, el("h2", {}, site.t("answers")), ...answers, trial(call)];
}

function showOverview() {
  const tags = api.tags.map((tag) => {
    const first = calls.find((call) => call.tag === tag.name);
    return el("li", {}, el("a", { href: first ? `#${first.id}` : "#" }, site.t("tags")[tag.name] ?? tag.name), el("p", {}, tag.description));
  });
  return [el("h1", { tabindex: "-1" }, `${api.info.title} ${api.info.version}`), ...prose(api.info.description), el("ul", { class: "tags" }, tags),
    el("p", { class: "help" }, site.t("hint")), el("p", {}, el("a", { href: "/v1/openapi.json" }, "/v1/openapi.json"), " · ", el("a", { href: "/v1/asyncapi.json" }, "/v1/asyncapi.json"))];
}

function chosen() {
  return calls.find((call) => `#${call.id}` === location.hash);
}

function show(focus) {
  running?.abort();
  running = null;
  const call = chosen();
  const main = document.getElementById("main");
  main.replaceChildren(...(call ? showCall(call) : showOverview()));
  document.title = `${call ? call.operation.summary.replace(/\.$/, "") : site.t("reference")} · bayhub`;
  for (const link of document.querySelectorAll("#list a")) {
    if (link.hash === location.hash && call) { link.setAttribute("aria-current", "true"); link.scrollIntoView({ block: "nearest" }); } else link.removeAttribute("aria-current");
  }
  if (focus) { main.querySelector("h1").focus({ preventScroll: true }); main.scrollIntoView({ block: "start" }); }
}

// Calls that are like what is searched for, in the order of the list.
function found() {
  const words = document.getElementById("search").value.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = calls.filter((call) => words.every((word) => call.text.includes(word)));
  const order = api.tags.map((tag) => tag.name);
  return { words, fits: fits.sort((a, b) => order.indexOf(a.tag) - order.indexOf(b.tag)) };
}

// The list on the left.
function list() {
  const { fits } = found();
  const groups = api.tags.map((tag) => [tag.name, fits.filter((call) => call.tag === tag.name)]).filter(([, all]) => all.length);
  document.getElementById("list").replaceChildren(...groups.map(([name, all]) => el("section", {}, el("h2", {}, site.t("tags")[name] ?? name), el("ul", {}, all.map((call) =>
    el("li", {}, el("a", { href: `#${call.id}`, "aria-current": chosen() === call ? "true" : null }, el("span", { class: `method ${call.method}` }, call.method),
      el("span", {}, call.path.replace(/^\/v1/, "")))))))), ...(groups.length ? [] : [el("p", { class: "help" }, site.t("none"))]));
}

// Of what is listed, what is named like what is searched for goes before what only speaks of it.
function best() {
  const { words, fits } = found();
  return fits.find((call) => words.every((word) => `${call.path} ${call.id}`.toLowerCase().includes(word))) ?? fits[0];
}

// The arrow keys go through what is listed, from the search box on.
function move(event) {
  const links = [...document.querySelectorAll("#list a")];
  const at = links.indexOf(document.activeElement);
  const search = document.getElementById("search");
  if (event.key === "/" && !/^(INPUT|TEXTAREA)$/.test(document.activeElement.tagName)) { event.preventDefault(); search.focus(); return; }
  if (at < 0 && document.activeElement !== search) return;
  if (event.key === "ArrowDown") { event.preventDefault(); links[at + 1]?.focus(); }
  if (event.key === "ArrowUp") { event.preventDefault(); (at > 0 ? links[at - 1] : search).focus(); }
  if (event.key === "Enter" && at < 0 && links[0]) { event.preventDefault(); location.hash = `#${best().id}`; }
}

addEventListener("DOMContentLoaded", async () => {
  const main = document.getElementById("main");
  try {
    api = await (await fetch("/v1/openapi.json")).json();
  } catch {
    main.replaceChildren(el("p", { class: "alarm" }, site.t("unread")));
    return;
  }
  calls = Object.entries(api.paths).flatMap(([path, item]) => Object.entries(item).map(([method, operation]) => ({
    path, method, operation, id: operation.operationId, tag: operation.tags[0], parameters: (operation.parameters ?? []).map(deref),
    text: [method, path, operation.operationId, operation.summary, operation.description, operation.tags[0]].join(" ").toLowerCase(),
  })));
  document.getElementById("search").addEventListener("input", list);
  addEventListener("keydown", move);
  addEventListener("hashchange", () => show(true));
  site.changed.push(() => { document.getElementById("search").placeholder = site.t("search"); list(); show(false); });
  site.translate();
});
