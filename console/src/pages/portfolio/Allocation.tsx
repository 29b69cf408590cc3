/** What the whole consists of, by one of five ways to divide it. */

import { useState } from "react";

import type { Schema } from "@/api/client";
import { toDraw } from "@/money/decimal";
import { t } from "@/texts";
import { Choice } from "@/ui/Choice";
import { Ratio, Usd } from "@/ui/Money";
import { Address, Name } from "@/ui/Name";
import { Answer, Empty, Panel } from "@/ui/Panel";
import { Table } from "@/ui/Table";

import { usePortfolio } from "./reading";

type By = keyof Schema["AllocationView"];
const WAYS: readonly By[] = ["chain", "asset", "category", "protocol", "wallet"];
const isAddress = (key: string): boolean => /0x[0-9a-fA-F]{40}/.test(key);

/** A share as a bar; the figure beside it says it. */
const Bar = ({ share }: { share: string }) => (
  <span aria-hidden="true" className="inline-block h-2 w-24 overflow-hidden rounded bg-raised align-middle">
    <svg className="h-full w-full" preserveAspectRatio="none" viewBox="0 0 100 1">
      <rect className="fill-accent" width={Math.max(0, Math.min(100, toDraw(share) * 100))} height="1" />
    </svg>
  </span>
);

export function Allocation() {
  const portfolio = usePortfolio();
  const [by, setBy] = useState<By>("chain");
  const choice = (
    <Choice label={t("portfolio.by")} value={by} choose={setBy} options={WAYS.map((value) => ({ value, text: t(`portfolio.by.${value}`) }))} />
  );
  if (portfolio.error?.status === 404 && portfolio.data === undefined) {
    return (
      <Panel title={t("portfolio.allocation")} room="min-h-48">
        <Empty>{t("portfolio.none")}</Empty>
      </Panel>
    );
  }
  return (
    <Panel title={t("portfolio.allocation")} actions={choice} room="min-h-48">
      <Answer of={portfolio}>
        {(of) => (
          <Table
            caption={t("portfolio.allocation")}
            rows={of.allocation[by]}
            id={(row) => row.key}
            empty={t("portfolio.noAssets")}
            columns={[
              { title: t(`portfolio.by.${by}`), cell: (row) => (isAddress(row.key) ? <Address of={row.key} /> : <Name of={row.key} />) },
              { title: t("portfolio.value"), number: true, cell: (row) => <Usd value={row.usd} /> },
              {
                title: t("portfolio.share"),
                number: true,
                cell: (row) => (
                  <span className="inline-flex items-center gap-2">
                    <Bar share={row.share} />
                    <Ratio value={row.share} />
                  </span>
                ),
              },
            ]}
          />
        )}
      </Answer>
    </Panel>
  );
}
