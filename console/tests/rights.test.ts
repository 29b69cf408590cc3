import { readFileSync } from "node:fs";
import { resolve } from "node:path";

import { expect, test } from "vitest";

import { allows, RIGHTS, ROUTES } from "@/pages/admin/rights";

const rows = readFileSync(resolve(__dirname, "../../docs/permissions.csv"), "utf8")
  .trim()
  .split("\n")
  .map((line) => line.split(","));

test("what a role sees here is what the API lets it ask", () => {
  for (const [right, routes] of Object.entries(ROUTES)) {
    for (const route of routes) {
      const row = rows.find(([name]) => name === route);
      expect(row?.[4]?.split(" "), route).toEqual(RIGHTS[right as keyof typeof RIGHTS]);
    }
  }
});

test("every route of staff has its right here", () => {
  const staff = rows.filter(([, who]) => who === "staff").map(([name]) => name);
  expect(Object.values(ROUTES).flat().toSorted()).toEqual(staff.toSorted());
});

test("nobody without a role has a right", () => {
  for (const right of Object.keys(RIGHTS)) expect(allows(right as keyof typeof RIGHTS, ["user"])).toBe(false);
});
