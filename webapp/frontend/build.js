// Bundles what the browser gets into static/dist, with the licence of every bundled package beside it.
import { build } from "esbuild";
import { cp, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import path from "node:path";

const here = path.dirname(new URL(import.meta.url).pathname);
const out = path.join(here, "../static/dist");
const modules = path.join(here, "../node_modules");

await rm(path.join(out, "licences"), { recursive: true, force: true });
await mkdir(path.join(out, "licences"), { recursive: true });

const result = await build({
  absWorkingDir: path.join(here, ".."),
  entryPoints: ["desk.js", "diagram.js", "desk.css", "clocks.css", "filing.css", "inbox.css", "standing.css", "asking.css", "admin.css", "diagram.css"].map((name) => `frontend/${name}`),
  outdir: out,
  bundle: true,
  minify: true,
  format: "esm",
  target: ["es2022"],
  loader: { ".woff": "empty", ".woff2": "empty", ".ttf": "empty", ".eot": "empty", ".svg": "empty" },
  legalComments: "none",
  metafile: true,
});

// What an earlier build left and this one no longer makes; a desk that runs meanwhile misses nothing.
const made = new Set(Object.keys(result.metafile.outputs).map((file) => path.basename(file)));
for (const file of await readdir(out)) if (/\.(js|css)$/.test(file) && !made.has(file)) await rm(path.join(out, file));

// A package is named by the last node_modules in the path of each input that went in.
const packages = new Set();
for (const input of Object.keys(result.metafile.inputs)) {
  const match = input.match(/node_modules\/((?:@[^/]+\/)?[^/]+)\//);
  if (match) packages.add(match[1]);
}
const lines = [];
for (const name of [...packages].sort()) {
  const folder = path.join(modules, name);
  const { version, license } = JSON.parse(await readFile(path.join(folder, "package.json"), "utf8"));
  lines.push(`${name} ${version} ${license ?? ""}`.trim());
  const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
  if (file) await cp(path.join(folder, file), path.join(out, "licences", `${name.replace("/", "__")}.txt`));
}
await writeFile(path.join(out, "licences", "INDEX.txt"), lines.join("\n") + "\n");
if (!existsSync(path.join(out, "desk.js"))) throw new Error("nothing was bundled");
