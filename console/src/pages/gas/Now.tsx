/** The next base fee, and the speeds with their tested chances. */

import { count } from "@/money/format";
import { share } from "@/money/wei";
import { t } from "@/texts";
import { Badge } from "@/ui/Badge";
import { Answer } from "@/ui/Panel";
import { Table } from "@/ui/Table";

import { isEstimate, useEstimate, type Speed } from "./reading";
import { blocks, Gwei } from "./words";

function Chances({ of }: { of: Speed }) {
  if (of.inclusion.length === 0) return <>{t("gas.none")}</>;
  return (
    <ul>
      {of.inclusion.map((one) => (
        <li key={one.blocks}>
          {t("gas.chance", {
            share: share(one.probability), blocks: blocks(one.blocks), low: share(one.low), high: share(one.high), n: count(one.n),
          })}
        </li>
      ))}
    </ul>
  );
}

export function Now({ chain }: { chain: string }) {
  const estimate = useEstimate(chain);
  return (
    <Answer of={estimate}>
      {(of) =>
        isEstimate(of) && (
          <>
            {of.stale && (
              <p role="status" className="mb-3 rounded-lg border border-warn bg-warn-soft p-3">
                {t("gas.stale")}
              </p>
            )}
            <p className="text-sm text-muted">{t("gas.nextBaseFee")}</p>
            <p aria-live="polite" className="text-4xl font-semibold tracking-tight">
              <Gwei wei={of.nextBaseFee} />
            </p>
            <p className="my-2 flex flex-wrap items-center gap-2 text-muted">
              <Badge tone={of.exact ? "good" : "plain"}>{t(of.exact ? "gas.exact" : "gas.inexact")}</Badge>
              {t("gas.block")} {count(of.block.number)} · {t("gas.age", { seconds: of.ageSeconds })}
            </p>
            {of.basis === "node" && <p className="mb-2 text-muted">{t("gas.untested")}</p>}
            <Table
              caption={t("gas.speeds")}
              rows={of.speeds}
              id={(row) => row.name}
              empty={t("gas.untested")}
              columns={[
                { title: t("gas.speed"), cell: (row) => <strong>{t(`gas.speed.${row.name}`)}</strong> },
                { title: t("gas.maxFee"), number: true, cell: (row) => <Gwei wei={row.maxFeePerGas} /> },
                { title: t("gas.tip"), number: true, cell: (row) => <Gwei wei={row.maxPriorityFeePerGas} /> },
                { title: t("gas.chances"), cell: (row) => <Chances of={row} /> },
              ]}
            />
          </>
        )
      }
    </Answer>
  );
}
