// What all pages of the documentation share: the language of what stands around the text, and a button that copies each
// example. Other scripts add their words to `site.words` and are called back when the language changes.
"use strict";

const site = {
  language: navigator.language.startsWith("zh") ? "zh" : "en",
  words: {
    en: {
      skip: "Skip to the text", documentation: "Documentation", quickstart: "Quickstart", reference: "API reference", drivers: "Drivers' apps",
      partners: "Data partners", contributing: "Contributing", sharing: "Sharing", feeds: "Feeds", authority: "Authority", orders: "Orders", problems: "Problems", formats: "Formats", limits: "Limits", changelog: "Changelog",
      deprecation: "Deprecation", status: "Status", copy: "Copy", copied: "Copied",
    },
    zh: {
      skip: "跳到正文", documentation: "文档", quickstart: "快速入门", reference: "API 参考", drivers: "驾驶员应用", partners: "数据伙伴", contributing: "应用贡献数据",
      sharing: "车位共享", feeds: "数据源", authority: "管理部门", orders: "管制令", problems: "问题上报", formats: "数据格式", limits: "限额", changelog: "更新日志", deprecation: "弃用政策", status: "运行状态",
      copy: "复制", copied: "已复制",
    },
  },
  changed: [],
  t(key, ...args) {
    const word = this.words[this.language][key] ?? this.words.en[key] ?? key;
    return typeof word === "function" ? word(...args) : word;
  },
  // An element: attributes, listeners (`on...`) and children; text is text, never markup.
  make(name, attributes = {}, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (value === undefined || value === null || value === false) continue;
      if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
      else made.setAttribute(key, value === true ? "" : value);
    }
    made.append(...children.flat().filter((c) => c !== null && c !== undefined));
    return made;
  },
  // A block of code with its button.
  code(text, label) {
    const button = this.make("button", { type: "button", class: "copy" }, this.t("copy"));
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(text);
      button.textContent = this.t("copied");
      setTimeout(() => { button.textContent = this.t("copy"); }, 1500);
    });
    return this.make("div", { class: "code" }, button,
      this.make("pre", { tabindex: "0", "aria-label": label }, this.make("code", {}, text)));
  },
  translate() {
    document.documentElement.lang = this.language;
    for (const one of document.querySelectorAll("[data-t]")) one.textContent = this.t(one.dataset.t);
    for (const one of document.querySelectorAll("[data-label]")) one.setAttribute("aria-label", this.t(one.dataset.label));
    const button = document.getElementById("language");
    button.textContent = this.language === "en" ? "中文" : "English";
    button.lang = this.language === "en" ? "zh" : "en";
    for (const tell of this.changed) tell();
  },
};

addEventListener("DOMContentLoaded", () => {
  for (const link of document.querySelectorAll("header nav a")) {
    if (link.pathname === location.pathname) link.setAttribute("aria-current", "page");
  }
  // The chapters are in English, whatever the chrome is in.
  for (const text of document.querySelectorAll("main.chapter")) text.lang = "en";
  for (const pre of document.querySelectorAll("main.chapter pre")) {
    pre.replaceWith(site.code(pre.textContent, ""));
  }
  // A wide table scrolls by itself, also by the keyboard.
  for (const table of document.querySelectorAll("main.chapter table")) {
    const around = site.make("div", { class: "wide", tabindex: "0" });
    table.replaceWith(around);
    around.append(table);
  }
  document.getElementById("language").addEventListener("click", () => {
    site.language = site.language === "en" ? "zh" : "en";
    site.translate();
  });
  site.translate();
});
