import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";

const LIBRARY = dirname(createRequire(import.meta.url).resolve("element-plus/package.json"));

/** Files with styles that a component of the library needs, its own and those of what it is made of. */
function needed(component: string, seen = new Set<string>()): Set<string> {
  const imports = readFileSync(join(LIBRARY, "es/components", component, "style/css.mjs"), "utf8");
  for (const [, part, file] of imports.matchAll(/import "(?:..\/..\/([a-z-]+)\/style\/css\.mjs|element-plus\/(theme-chalk\/[a-z-]+\.css))"/g)) {
    if (part !== undefined) needed(part, seen);
    // Some components have a file for their style with nothing in it.
    else if (file !== undefined && readFileSync(join(LIBRARY, file), "utf8").trim() !== "") seen.add(file);
  }
  return seen;
}

it("has the style of every component of the library that is offered", () => {
  const listed = readFileSync(join(import.meta.dirname, "library.css"), "utf8");
  const [, names = ""] = /export \{([^}]*)\} from "element-plus"/.exec(readFileSync(join(import.meta.dirname, "index.ts"), "utf8")) ?? [];
  const used = names.split(",").map((name) => name.trim()).filter((name) => name !== "");
  expect(used.length).toBeGreaterThan(5);
  const kebab = (name: string): string => name.slice(2).replace(/(?<!^)[A-Z]/g, "-$&").toLowerCase();
  const missing = used.flatMap((name) => [...needed(kebab(name))]).filter((file) => !listed.includes(`element-plus/${file}`));
  expect([...new Set(missing)]).toEqual([]);
});
