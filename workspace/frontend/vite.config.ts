// Bundles of the pages. Names carry a hash; `dist/.vite/manifest.json` tells Django which file is which.
import { readFileSync } from "node:fs";
import { defineConfig, type Plugin } from "vite";

const ICONS: Record<string, string> = JSON.parse(readFileSync("src/icons.json", "utf8"));

// One sprite of the icons that pages use, under our names, drawn by Lucide (ISC licence).
function sprite(): Plugin {
  const symbol = ([name, lucide]: [string, string]) =>
    readFileSync(`node_modules/lucide-static/icons/${lucide}.svg`, "utf8")
      .replace(/<!--[\s\S]*?-->\s*/, "")
      .replace(/<svg[\s\S]*?>/, `<symbol id="${name}" viewBox="0 0 24 24">`)
      .replace("</svg>", "</symbol>");
  return {
    name: "sprite",
    generateBundle() {
      const source = `<svg xmlns="http://www.w3.org/2000/svg">${Object.entries(ICONS).map(symbol).join("")}</svg>`;
      this.emitFile({ type: "asset", fileName: "icons.svg", source });
    },
  };
}

export default defineConfig({
  base: "/static/built/",
  plugins: [sprite()],
  build: {
    outDir: "dist",
    manifest: true,
    target: "es2023",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      // What islands share with an entry lies in a chunk of its own: pages load entries under names with a second hash,
      // and an island that imported one by its plain name would run it twice.
      preserveEntrySignatures: "strict",
      checks: { eval: false }, // htmx has one, which its setting allowEval forbids
      input: ["src/main.ts", "src/admin.ts", "src/bare.ts"],
    },
  },
});
