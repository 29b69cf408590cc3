/** What protocols hold for the wallets, and what is owed to them. */

import { Fragment } from "react";

import { toDraw } from "@/money/decimal";
import { amount } from "@/money/format";
import { t } from "@/texts";
import { Badge } from "@/ui/Badge";
import { Usd } from "@/ui/Money";
import { Name } from "@/ui/Name";
import { Answer, Panel } from "@/ui/Panel";
import { Table } from "@/ui/Table";
import { At } from "@/ui/Time";

import { Explain } from "./Explain";
import { usePositions, type Position } from "./reading";

const HEALTH = "health_factor";

function What({ of }: { of: Position }) {
  return (
    <span className="flex flex-col gap-1">
      <strong>
        <Name of={of.name} />
      </strong>
      <span className="text-sm text-muted">
        <Name of={of.protocol} /> · {of.kind} · {of.chain}
      </span>
      <Health of={of.facts[HEALTH]} />
      {of.findings.map((finding) => (
        <span key={finding.code}>
          <Badge tone="warn">{finding.code.replaceAll("_", " ")}</Badge> <Name of={finding.text} />
        </span>
      ))}
      <Facts of={of} />
    </span>
  );
}

const RISKY = 1.1;

/** How far a loan is from being sold off: below 1 anybody may. */
function Health({ of }: { of: string | undefined }) {
  if (of === undefined) return null;
  const tone = toDraw(of) < RISKY ? "bad" : toDraw(of) < 2 * RISKY ? "warn" : "good";
  return (
    <span title={of}>
      <Badge tone={tone}>{t("portfolio.health", { factor: amount(of) })}</Badge>
    </span>
  );
}

/** What the protocol says of it beside its value, in its own words. */
function Facts({ of }: { of: Position }) {
  const facts = Object.entries(of.facts).filter(([name]) => name !== HEALTH);
  if (facts.length === 0 && of.lockedUntil === null) return null;
  return (
    <details className="text-sm">
      <summary>{t("portfolio.facts")}</summary>
      <dl className="mt-1 grid grid-cols-[auto_1fr] gap-x-3">
        {of.lockedUntil !== null && (
          <>
            <dt className="text-muted">{t("portfolio.lockedUntil")}</dt>
            <dd>
              <At at={of.lockedUntil} />
            </dd>
          </>
        )}
        {facts.map(([name, value]) => (
          <Fragment key={name}>
            <dt className="text-muted">{name.replaceAll("_", " ")}</dt>
            <dd className="break-all">
              <Name of={value} />
            </dd>
          </Fragment>
        ))}
      </dl>
    </details>
  );
}

export function Positions() {
  const positions = usePositions();
  return (
    <Panel title={t("portfolio.positions")}>
      <Answer of={positions}>
        {() => (
          <Table
            caption={t("portfolio.positions")}
            rows={positions.rows}
            id={(row) => row.id}
            empty={t("portfolio.noPositions")}
            more={positions.hasNextPage ? positions.fetchNextPage : undefined}
            loadingMore={positions.isFetchingNextPage}
            columns={[
              { title: t("portfolio.position"), cell: (row) => <What of={row} /> },
              { title: t("portfolio.value"), number: true, cell: (row) => <Usd value={row.valueUsd} /> },
              { title: t("portfolio.owes"), number: true, cell: (row) => <Usd value={row.debtsUsd} /> },
              { title: t("portfolio.claimable"), number: true, cell: (row) => <Usd value={row.claimableUsd} /> },
              { title: t("portfolio.locked"), number: true, cell: (row) => <Usd value={row.lockedUsd} /> },
              { title: t("explain.open"), number: true, cell: (row) => <Explain figure={{ figure: "position", id: row.id }} of={row.name} /> },
            ]}
          />
        )}
      </Answer>
    </Panel>
  );
}
