/** What was refused of a file, in its own lines, with the refused cell marked. */

import { safeName } from "@/money/hostile";
import { t } from "@/texts";

import type { Sheet } from "./file_text";
import type { RefusedLine } from "./refused";

const MOST_SHOWN = 50;
const MOST_CELLS = 24;
const words = (text: string): string => text.slice(0, 400).split(" ").map(safeName).join(" ");

/** The column's place: by its name in the header, or in whichever case the API writes it. */
function placeOf(field: string | null, header: readonly string[]): number {
  if (field === null) return -1;
  const exact = header.indexOf(field);
  return exact >= 0 ? exact : header.findIndex((name) => name.toLowerCase() === field.toLowerCase());
}

function Cells({ one, sheet }: { one: RefusedLine & { line: number }; sheet: Sheet }) {
  const place = placeOf(one.field, sheet.header);
  const cells = sheet.cells(one.line).slice(0, MOST_CELLS);
  if (cells.length === 0) return null;
  return (
    <div role="region" aria-label={t("tax.line", { line: one.line })} tabIndex={0} className="overflow-x-auto">
      <table className="text-sm">
        <thead>
          <tr>
            {cells.map((_, at) => (
              <th key={at} scope="col" className="px-2 text-left font-normal whitespace-nowrap text-muted">
                {safeName(sheet.header[at] ?? "") || "–"}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <tr>
            {cells.map((cell, at) => (
              <td key={at} className={`px-2 py-1 font-mono whitespace-nowrap ${at === place ? "border-2 border-bad bg-bad-soft" : ""}`}>
                {at === place ? <mark className="bg-transparent text-bad">{safeName(cell) || "–"}</mark> : safeName(cell)}
              </td>
            ))}
          </tr>
        </tbody>
      </table>
    </div>
  );
}

export function Refused({ lines, sheet }: { lines: readonly RefusedLine[]; sheet: Sheet | null }) {
  if (lines.length === 0) return null;
  return (
    <ol aria-label={t("tax.remarks")} className="flex max-h-96 flex-col gap-3 overflow-auto rounded-lg bg-raised p-3">
      {lines.slice(0, MOST_SHOWN).map((one, place) => (
        <li key={`${String(one.line)}-${String(place)}`}>
          <p>
            {one.line !== null && <strong>{t("tax.line", { line: one.line })}</strong>}
            {one.field !== null && <strong>{t("tax.column", { column: safeName(one.field) })}</strong>}
            {(one.line !== null || one.field !== null) && ": "}
            {words(one.reason)}
          </p>
          {one.line !== null && sheet !== null && <Cells one={{ ...one, line: one.line }} sheet={sheet} />}
        </li>
      ))}
      {lines.length > MOST_SHOWN && <li>{t("tax.moreLines", { count: lines.length - MOST_SHOWN })}</li>}
    </ol>
  );
}
