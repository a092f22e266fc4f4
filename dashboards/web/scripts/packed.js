// After a build: beside every file of text what it is packed, so that the hub packs nothing while somebody waits.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const TEXT = /\.(html|m?js|css|svg|json|webmanifest)$/;

/** What a page weighs before its map of a style: all that it loads at first, packed, bytes. */
const MOST = 350 * 1024;

/**
 * All that a page loads at first: what its entrance names and asks for at once, but for words, of which it is not
 * known yet which.
 * @param {import("vite").Rollup.OutputBundle} bundle
 * @param {import("vite").Rollup.OutputChunk} entry
 */
function parts(bundle, entry) {
  const names = new Set([entry.fileName]);
  // A set grows while it is walked.
  for (const name of names) {
    const part = bundle[name];
    if (part?.type !== "chunk") continue;
    const later = part === entry ? part.dynamicImports.filter((more) => !WORDS.test(idOf(bundle[more]))) : [];
    for (const more of [...part.imports, ...later, ...(part.viteMetadata?.importedCss ?? [])]) names.add(more);
  }
  return names;
}
const WORDS = /src\/words\/(en|zh)\/(\w+)\.ts$/;
const idOf = (/** @type {any} */ part) => part?.facadeModuleId ?? "";

/**
 * Has the browser load at once what an entrance asks for when it runs: no way to the hub is waited for twice.
 * @returns {import("vite").Plugin}
 */
export function early() {
  return {
    name: "early",
    apply: "build",
    transformIndexHtml: {
      order: "post",
      handler(html, { bundle, chunk }) {
        if (!bundle || !chunk) return;
        const names = [...parts(bundle, chunk)].filter((name) => !html.includes(name));
        return names.map((name) => {
          const href = `/${name}`;
          const attrs = name.endsWith(".css") ? { rel: "stylesheet", href } : { rel: "modulepreload", href };
          return { tag: "link", attrs: { ...attrs, crossorigin: true }, injectTo: "head" };
        });
      },
    },
  };
}

/** @returns {import("vite").Plugin} */
export function light() {
  return {
    name: "light",
    apply: "build",
    generateBundle(_, bundle) {
      for (const page of Object.values(bundle)) {
        if (page.type !== "chunk" || !page.isEntry) continue;
        const whole = [...parts(bundle, page)].map((name) => bundle[name]);
        const weights = whole.map((p) => (p ? gzipSync(p.type === "chunk" ? p.code : p.source).length : 0));
        const weight = weights.reduce((a, b) => a + b, 0);
        this.info(`${page.fileName} and what it needs: ${(weight / 1024).toFixed(1)} KiB packed`);
        if (weight > MOST) this.error(`${page.fileName} weighs ${weight} bytes packed; at most ${MOST} may be`);
      }
    },
  };
}

/** @returns {import("vite").Plugin} */
export function packed() {
  let folder = "dist";
  return {
    name: "packed",
    apply: "build",
    configResolved(config) {
      folder = join(config.root, config.build.outDir);
    },
    closeBundle() {
      for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
        // What has a place to be filled in by the hub is packed by the hub.
        if (!TEXT.test(name) || name.endsWith(".html")) continue;
        const bytes = readFileSync(join(folder, name));
        const quality = name.includes("ground/") ? 6 : 11;
        const params = { [constants.BROTLI_PARAM_QUALITY]: quality };
        const small = brotliCompressSync(bytes, { params });
        if (small.length < bytes.length * 0.9) writeFileSync(join(folder, `${name}.br`), small);
      }
    },
  };
}
