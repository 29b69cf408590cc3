/** How far the base fee can go, and what blobs and layer one cost. */

import type { ReactNode } from "react";

import { count } from "@/money/format";
import { coin } from "@/money/wei";
import { t, type TextKey } from "@/texts";
import { Amount } from "@/ui/Money";
import { Answer, Panel } from "@/ui/Panel";
import { Table } from "@/ui/Table";

import { isEstimate, useEstimate, type Estimate } from "./reading";
import { blocks, Gwei } from "./words";

function Facts({ title, rows }: { title: TextKey; rows: readonly [TextKey, ReactNode][] }) {
  return (
    <section aria-label={t(title)} className="mt-4">
      <h3 className="mb-2 font-semibold">{t(title)}</h3>
      <dl className="grid grid-cols-2 gap-3">
        {rows.map(([text, value]) => (
          <div key={text} className="min-w-0">
            <dt className="text-sm text-muted">{t(text)}</dt>
            <dd className="font-medium">{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Blob({ of }: { of: Estimate }) {
  if (of.blob === null) return null;
  return (
    <Facts
      title="gas.blob"
      rows={[
        ["gas.blobFee", <Gwei key="fee" wei={of.blob.baseFee} />],
        ["gas.blobNext", <Gwei key="next" wei={of.blob.nextBaseFee} />],
        ["gas.blobExcess", count(Number(of.blob.excessBlobGas))],
        ["gas.blobFork", of.blob.fork ?? "–"],
      ]}
    />
  );
}

function LayerOne({ of, symbol }: { of: Estimate; symbol: string }) {
  if (of.l1 === null) return null;
  return (
    <Facts
      title="gas.l1"
      rows={[
        ["gas.l1Fee", <Amount key="fee" value={coin(of.l1.fee)} unit={symbol} />],
        ["gas.l1Operator", <Amount key="operator" value={coin(of.l1.operatorFee)} unit={symbol} />],
        ["gas.l1Basis", t(`gas.l1.${of.l1.basis}`)],
      ]}
    />
  );
}

export function Bounds({ chain, symbol }: { chain: string; symbol: string }) {
  const estimate = useEstimate(chain);
  if (chain === "") return null;
  return (
    <Panel title={t("gas.bounds")}>
      <Answer of={estimate}>
        {(of) =>
          isEstimate(of) && (
            <>
              <Table
                caption={t("gas.bounds")}
                rows={of.bounds}
                id={(row) => String(row.blocks)}
                empty={t("gas.noBounds")}
                columns={[
                  { title: t("gas.after"), cell: (row) => blocks(row.blocks) },
                  { title: t("gas.lowest"), number: true, cell: (row) => <Gwei wei={row.min} /> },
                  { title: t("gas.highest"), number: true, cell: (row) => <Gwei wei={row.max} /> },
                ]}
              />
              <Blob of={of} />
              <LayerOne of={of} symbol={symbol} />
            </>
          )
        }
      </Answer>
    </Panel>
  );
}
