// The status page: asks /v1/status every 10 s and shows each part's last 90 days. A day of which nothing is known is told so.
"use strict";

Object.assign(site.words.en, {
  statusTitle: "Status of this hub", parts: "Parts, the last 90 days", part: "Part", nowHead: "Now", known: "Well, of what is known", days: "Day by day",
  doors: "Doors that reports come in by", door: "Door", heard: "Last took something", accepted: "Reports since it began", up: "Well", down: "Not well",
  allWell: (at) => `All parts are well. Looked at ${at}.`, notWell: (names, at) => `Not well: ${names}. Looked at ${at}.`, gone: "The hub does not answer.",
  before: (since, process) => `Nothing is known of the time before ${since}, nor of any in which the hub did not run. This process began ${process}.`,
  nothing: "Nothing is known yet.", never: "not since it began", ago: (s) => s < 90 ? `${s} s ago` : s < 5400 ? `${Math.round(s / 60)} min ago` : `${Math.round(s / 3600)} h ago`,
  day: (date, percent) => `${date}: ${percent}`, unknownDay: (date) => `${date}: nothing known`, wellFor: (p) => `well ${p} of what is known`,
  doorNames: { mqtt: "MQTT", http: "HTTP", feed: "feeds that the hub asks for" },
  partNames: { registry: "Registry", journal: "Journal (reports taken)", stream: "Live view", mqtt: "MQTT door", history: "History", store: "Bookings and keys" },
});
Object.assign(site.words.zh, {
  statusTitle: "本服务器运行状态", parts: "各部分，最近 90 天", part: "部分", nowHead: "当前", known: "已知时间内正常", days: "逐日", doors: "报告入口", door: "入口",
  heard: "最近收到", accepted: "启动以来收到的报告", up: "正常", down: "异常", allWell: (at) => `各部分均正常。检查于 ${at}。`,
  notWell: (names, at) => `异常：${names}。检查于 ${at}。`, gone: "服务器无响应。",
  before: (since, process) => `${since} 之前以及服务器未运行期间的情况未知。本进程启动于 ${process}。`, nothing: "尚无记录。", never: "启动以来没有",
  ago: (s) => s < 90 ? `${s} 秒前` : s < 5400 ? `${Math.round(s / 60)} 分钟前` : `${Math.round(s / 3600)} 小时前`, day: (date, percent) => `${date}：${percent}`,
  unknownDay: (date) => `${date}：未知`, wellFor: (p) => `已知时间内 ${p} 正常`, doorNames: { mqtt: "MQTT", http: "HTTP", feed: "主动拉取的数据源" },
  partNames: { registry: "注册表", journal: "日志（接收报告）", stream: "实时视图", mqtt: "MQTT 入口", history: "历史", store: "预订与密钥" },
});

const REFRESH_MS = 10000, DAYS = 90, DAY_MS = 86400000;
let told = null, gone = false;
const node = site.make.bind(site);
const time = (text) => text ? new Date(text).toLocaleString(site.language === "zh" ? "zh-CN" : "en-GB") : "–";
const percent = (up, down) => up + down === 0 ? "–" : `${(Math.floor(up / (up + down) * 10000) / 100).toFixed(2)} %`;

function bars(part) {
  const seen = new Map(part.days.map((day) => [day.date, day]));
  const today = Date.parse(`${(told.at ?? new Date().toISOString()).slice(0, 10)}T00:00:00Z`);
  return node("ol", { class: "days" }, Array.from({ length: DAYS }, (_, i) => {
    const date = new Date(today - (DAYS - 1 - i) * DAY_MS).toISOString().slice(0, 10);
    const day = seen.get(date);
    const says = day ? site.t("day", date, site.t("wellFor", percent(day.up_s, day.down_s))) : site.t("unknownDay", date);
    const kind = !day ? "" : day.down_s === 0 ? "whole" : day.up_s > day.down_s ? "part" : "none";
    return node("li", { class: kind, title: says }, node("span", { class: "hidden" }, day ? says : ""));
  }));
}

function show() {
  const now = document.getElementById("now");
  now.className = gone ? "alarm" : "";
  if (gone) now.textContent = site.t("gone");
  if (!told) return;
  const names = site.t("partNames");
  const unwell = told.parts.filter((part) => !part.up).map((part) => names[part.part] ?? part.part);
  if (!gone) now.textContent = told.up ? site.t("allWell", time(told.at)) : site.t("notWell", unwell.join(", "), time(told.at));
  document.getElementById("parts").replaceChildren(...told.parts.map((part) => {
    const sum = part.days.reduce(([up, down], day) => [up + day.up_s, down + day.down_s], [0, 0]);
    return node("tr", {}, node("td", {}, names[part.part] ?? part.part), node("td", {}, node("span", { class: `now ${part.up ? "up" : "down"}` }, site.t(part.up ? "up" : "down"))),
      node("td", {}, percent(...sum)), node("td", {}, bars(part)));
  }));
  document.getElementById("unknown").textContent = told.known_since ? site.t("before", told.known_since, time(told.since)) : site.t("nothing");
  document.getElementById("doors").replaceChildren(...told.doors.map((door) => {
    const ago = door.heard_at && told.at ? Math.max(0, Math.round((Date.parse(told.at) - Date.parse(door.heard_at)) / 1000)) : null;
    return node("tr", {}, node("td", {}, site.t("doorNames")[door.door] ?? door.door), node("td", {}, ago === null ? site.t("never") : site.t("ago", ago)),
      node("td", {}, door.accepted.toLocaleString("en")));
  }));
}

async function ask() {
  try {
    const answer = await fetch("/v1/status");
    gone = !answer.ok;
    if (answer.ok) told = await answer.json();
  } catch {
    gone = true;
  }
  show();
  setTimeout(ask, REFRESH_MS);
}

site.changed.push(show);
addEventListener("DOMContentLoaded", ask);
