/** Writes the service worker of a build: what it keeps is what the build's first page loads. */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

import type { Plugin } from "vite";

const SOURCE = new URL("./worker.js", import.meta.url);
const BESIDE = ["icon.svg", "manifest.webmanifest"];

export function worker(base: string): Plugin {
  return {
    name: "premium-worker",
    apply: "build",
    generateBundle(_, bundle) {
      const files = Object.values(bundle);
      const first = new Set<string>();
      const take = (name: string): void => {
        const found = bundle[name];
        if (first.has(name) || found?.type !== "chunk") return;
        first.add(name);
        found.imports.forEach(take);
      };
      for (const one of files) if (one.type === "chunk" && (one.isEntry || /^(SignInPage|Pages)$/.test(one.name))) take(one.fileName);
      const styles = files.filter((one) => one.fileName.endsWith(".css")).map((one) => one.fileName);
      const shell = ["index.html", ...[...first].sort(), ...styles.sort(), ...BESIDE].map((name) => base + name);
      const release = createHash("sha256").update(shell.join("\n"));
      // The names of the others tell their content.
      for (const name of BESIDE) release.update(readFileSync(new URL(`../public/${name}`, import.meta.url)));
      const source = readFileSync(SOURCE, "utf8").replace("__SHELL__", JSON.stringify(shell)).replace("__RELEASE__", release.digest("hex").slice(0, 12));
      this.emitFile({ type: "asset", fileName: "sw.js", source });
    },
  };
}
