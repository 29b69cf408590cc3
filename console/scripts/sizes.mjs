// Prints what a browser loads of a build, compressed, in bytes: to sign in, for each page, for charts, of styles.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const [dist] = process.argv.slice(2);
const assets = join(dist, "assets");
const files = new Map(readdirSync(assets).map((name) => [name, readFileSync(join(assets, name))]));
const small = new Map([...files].map(([name, bytes]) => [name, gzipSync(bytes).length]));
const text = (name) => files.get(name)?.toString("utf8") ?? "";

/** A file and all that it imports at once; `import()` comes later, and is not followed. */
function whole(name, seen = new Set()) {
  if (seen.has(name) || !files.has(name)) return seen;
  seen.add(name);
  for (const [, other] of text(name).matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g)) whole(other, seen);
  return seen;
}

const sum = (names) => [...names].reduce((total, name) => total + (small.get(name) ?? 0), 0);
const first = [...readFileSync(join(dist, "index.html"), "utf8").matchAll(/\/app\/assets\/([^"]+\.js)/g)].map(([, name]) => name);
const start = new Set(first.flatMap((name) => [...whole(name)]));
const named = (part) => [...files.keys()].filter((name) => name.endsWith(".js") && name.startsWith(part));
const withStart = (...parts) => new Set([...start, ...parts.flatMap(named).flatMap((name) => [...whole(name)])]);
const pages = [...files.keys()].filter((name) => /Page-.*\.js$/.test(name) && !name.startsWith("SignInPage"));

process.stdout.write(
  `${JSON.stringify({
    signin: sum(withStart("SignInPage")),
    pages: Object.fromEntries(pages.map((name) => [name.split("-")[0], sum(withStart("Pages-", name))])),
    charts: sum(withStart("drawing")) - sum(start),
    styles: sum([...files.keys()].filter((name) => name.endsWith(".css"))),
  })}\n`,
);
