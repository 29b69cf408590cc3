/** What a file would be read as; nothing of it is stored yet. */

import { count } from "@/money/format";
import { safeName } from "@/money/hostile";
import { t } from "@/texts";
import { Amount } from "@/ui/Money";
import { Name } from "@/ui/Name";
import { Table } from "@/ui/Table";
import { At } from "@/ui/Time";

import type { Brought } from "./reading";

type Row = Readonly<Record<string, unknown>> & { place: number };
const text = (of: Row, name: string): string => (typeof of[name] === "string" ? of[name] : "");

/** An amount with its asset; what the row has none of is left out. */
function Leg({ of, amount, asset }: { of: Row; amount: string; asset: string }) {
  return text(of, amount) === "" ? null : (
    <>
      <Amount value={text(of, amount)} /> <Name of={text(of, asset)} />
    </>
  );
}

export function Preview({ of, partly }: { of: Brought; partly: boolean }) {
  const rows = (of.preview ?? []).map((row, place) => ({ ...row, place }));
  return (
    <section aria-label={t("preview.title")} className="flex flex-col gap-2">
      <p role="status" className="rounded-lg bg-raised p-3">
        {t("preview.found", { shown: count(rows.length), lines: count(of.lines), skipped: count(of.skipped) })}{" "}
        {partly && t("preview.partly")}
      </p>
      {of.leftOut.length > 0 && (
        <ul className="list-disc pl-5 text-sm">
          {of.leftOut.map((one) => (
            <li key={one.reason}>{t("preview.leftOut", { lines: one.lines, first: one.first, reason: one.reason.split(" ").map(safeName).join(" ") })}</li>
          ))}
        </ul>
      )}
      <Table
        caption={t("preview.title")}
        rows={rows}
        id={(row) => String(row.place)}
        empty={t("preview.none")}
        columns={[
          { title: t("tax.time"), cell: (row) => <At at={text(row, "timestamp")} /> },
          { title: t("tax.kind"), cell: (row) => <Name of={text(row, "type")} /> },
          { title: t("preview.moved"), number: true, cell: (row) => <Leg of={row} amount="amount" asset="asset" /> },
          { title: t("preview.against"), number: true, cell: (row) => <Leg of={row} amount="to_amount" asset="to_asset" /> },
          { title: t("preview.fee"), number: true, cell: (row) => <Leg of={row} amount="fee_amount" asset="fee_asset" /> },
        ]}
      />
    </section>
  );
}
