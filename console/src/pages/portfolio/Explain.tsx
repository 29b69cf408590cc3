/** How a figure comes about: its lines with units, price, source and block, and that they add up to it. */

import { useState } from "react";

import { compare, isDecimal, sum } from "@/money/decimal";
import { safeName } from "@/money/hostile";
import { t } from "@/texts";
import { Badge } from "@/ui/Badge";
import { Dialog } from "@/ui/Dialog";
import { Amount, Usd } from "@/ui/Money";
import { Address, Name } from "@/ui/Name";
import { Answer } from "@/ui/Panel";
import { Table } from "@/ui/Table";
import { Ago, At } from "@/ui/Time";

import { useExplanation, type Explanation, type Figure, type Line } from "./reading";

/** What the counted lines add up to, to the last digit; null where one of them has no value. */
function total(of: Explanation): string | null {
  const values = of.lines.filter((line) => line.counted).map((line) => line.valueUsd);
  return values.every(isDecimal) ? sum([...values, of.unlistedUsd]) : null;
}

function Sum({ of }: { of: Explanation }) {
  const found = total(of);
  const equal = found !== null && compare(found, of.valueUsd) === 0;
  return (
    <p className="mb-3 flex flex-wrap items-center gap-2">
      {t("explain.sum")} <Usd value={found} />
      <Badge tone={equal ? "good" : "bad"}>{t(equal ? "explain.equal" : "explain.unequal")}</Badge>
      {!equal && <Usd value={of.valueUsd} />}
    </p>
  );
}

function What({ of }: { of: Line }) {
  return (
    <span className="flex flex-wrap items-center gap-2">
      {/0x[0-9a-fA-F]{40}/.test(of.asset) ? <Address of={of.asset} /> : <Name of={of.asset} />}
      <span className="text-sm text-muted">
        {of.chain} · {t(`explain.role.${of.role}`)}
        {of.state != null && ` · ${safeName(of.state)}`}
      </span>
      {!of.counted && <Badge tone="warn">{t("portfolio.notCounted", { why: of.why ?? "–" })}</Badge>}
    </span>
  );
}

function Price({ of }: { of: Line }) {
  return (
    <span className="flex flex-col @4xl:items-end">
      <Usd value={of.priceUsd} />
      <span className="text-sm text-muted">
        {of.source === null ? of.quality : <Name of={of.source} />} {of.priceAt !== null && <At at={of.priceAt} />}
      </span>
    </span>
  );
}

function Read({ of }: { of: Line }) {
  return (
    <span className="flex flex-col">
      <span>{of.block ?? "–"}</span>
      {of.asOf !== null && (
        <span className="text-sm text-muted">
          <Ago at={of.asOf} />
        </span>
      )}
    </span>
  );
}

function Lines({ of }: { of: Figure }) {
  const found = useExplanation(of);
  return (
    <Answer of={found}>
      {(explained) => (
        <>
          <Sum of={explained} />
          <Table
            caption={t("explain.lines")}
            rows={explained.lines.map((line, place) => ({ ...line, place }))}
            id={(row) => String(row.place)}
            empty={t("explain.none")}
            columns={[
              { title: t("portfolio.asset"), cell: (row) => <What of={row} /> },
              { title: t("portfolio.wallet"), cell: (row) => <Address of={row.wallet} /> },
              { title: t("portfolio.amount"), number: true, cell: (row) => <Amount value={row.amount} /> },
              { title: t("explain.price"), number: true, cell: (row) => <Price of={row} /> },
              { title: t("portfolio.block"), number: true, cell: (row) => <Read of={row} /> },
              { title: t("portfolio.value"), number: true, cell: (row) => <Usd value={row.valueUsd} /> },
            ]}
          />
        </>
      )}
    </Answer>
  );
}

/** A button that opens a figure to its lines; `of` names what it is in the button's own words. */
export function Explain({ figure, of }: { figure: Figure; of: string }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button
        type="button"
        className="min-h-6 text-sm whitespace-nowrap underline underline-offset-4"
        aria-haspopup="dialog"
        aria-label={t("explain.of", { what: safeName(of) })}
        onClick={() => setOpen(true)}
      >
        {t("explain.open")}
      </button>
      {open && (
        <Dialog wide title={t("explain.of", { what: safeName(of) })} open close={() => setOpen(false)}>
          <Lines of={figure} />
        </Dialog>
      )}
    </>
  );
}
