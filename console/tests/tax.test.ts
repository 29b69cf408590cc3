import { describe, expect, it } from "vitest";

import { ApiError } from "@/api/errors";
import { beginning, sheetOf, textOf } from "@/pages/tax/file_text";
import { mapOf, NOTHING, suggested } from "@/pages/tax/mapping";
import { isUnknownFile, linesOfSentence, refusedLines } from "@/pages/tax/refused";

const error = (details: Record<string, unknown>) => new ApiError(400, "INVALID_INPUT", "no", details);

describe("a file as the page shows it", () => {
  it("finds the header behind lines of the exchange's own, and cells by the file's line", () => {
    const sheet = sheetOf('Report of 2025\r\n\r\nWhen;What;"Amount; net"\r\n2025-03-01;In;"1,5"\r\n"two\r\nlines";Out;2\r\n');
    expect(sheet.header).toEqual(["When", "What", "Amount; net"]);
    expect(sheet.headerLine).toBe(3);
    expect(sheet.cells(4)).toEqual(["2025-03-01", "In", "1,5"]);
    expect(sheet.cells(5)[1]).toBe("Out");
    expect(sheet.cells(99)).toEqual([]);
    expect(sheet.words("What", 10)).toEqual(["In", "Out"]);
  });

  it("reads the letters of old programs, and cuts a large text behind a whole line", async () => {
    expect(await textOf(new Blob([new Uint8Array([0x4d, 0xfc, 0x6e])]))).toBe("Mün");
    expect(await textOf(new Blob([new Uint8Array([0xff, 0xfe, 0x41, 0x00])]))).toBe("A");
    expect(beginning("one\ntwo\nthree", 9)).toBe("one\ntwo\n");
    expect(beginning("one", 9)).toBe("one");
  });
});

describe("what an import was refused for", () => {
  it("names line, column and reason, of whatever form", () => {
    const errors = [{ line: 3, field: "amount", id: "t2", reason: "not a number" }, "nonsense", { line: "x" }];
    expect(refusedLines(error({ errors, count: 2 }))).toEqual([
      { line: 3, field: "amount", reason: "not a number" },
      { line: null, field: null, reason: "" },
    ]);
    expect(refusedLines(error({}))).toEqual([]);
  });

  it("is read out of a job's sentence", () => {
    expect(linesOfSentence("line 3: amount: not a number; line 9: no time (and 4 more); nothing was imported")).toEqual([
      { line: 3, field: null, reason: "amount: not a number" },
      { line: 9, field: null, reason: "no time" },
    ]);
  });

  it("tells a file that nobody knows from one with a wrong line", () => {
    expect(isUnknownFile(error({ rule: "header" }))).toBe(true);
    expect(isUnknownFile(error({ map: "kinds: missing" }))).toBe(true);
    expect(isUnknownFile(error({ errors: [] }))).toBe(false);
  });
});

describe("a mapping", () => {
  const header = ["Trade-Time", "What", "Amount", "Coin", "TX-ID", "Fee"];

  it("suggests columns by their names", () => {
    expect(suggested(header)).toMatchObject({ time: "Trade-Time", kind: "What", id: "TX-ID", change: { amount: "Amount", asset: "Coin" } });
  });

  it("is written as the API takes it", () => {
    const chosen = { ...suggested(header), kinds: { In: "deposit", Note: "" }, fee: { amount: "Fee", asset: "", always: "EUR" } };
    expect(mapOf(chosen, header, "My Broker 2025.csv")).toEqual({
      name: "my-broker-2025",
      wallet: "My Broker 2025",
      time: "Trade-Time",
      kind: "What",
      kinds: { deposit: ["In"] },
      change: "Amount : Coin",
      fee: "Fee : =EUR",
      id: "TX-ID",
      columns: ["Trade-Time", "TX-ID"],
    });
  });

  it("of one kind and two amounts has no columns that were not chosen", () => {
    const two = { amount: "Paid", asset: "", always: "EUR" };
    const chosen = { ...NOTHING, time: "T", zone: "Europe/Berlin", format: "%d.%m.%Y", same: "trade", signed: false, sent: two };
    expect(mapOf(chosen, ["T", "Paid"], "x.csv")).toEqual({
      name: "x", wallet: "x", time: "T", zone: "Europe/Berlin", formats: ["%d.%m.%Y"], is: "trade", sent: "Paid : =EUR", columns: [],
    });
  });
});
