/** What was read of which wallet and chain, when, and what was not. */

import { t } from "@/texts";
import { Badge, type Tone } from "@/ui/Badge";
import { Address } from "@/ui/Name";
import { Answer, Panel } from "@/ui/Panel";
import { Table } from "@/ui/Table";
import { Ago } from "@/ui/Time";

import { usePortfolio } from "./reading";

const TONES: Readonly<Record<string, Tone>> = { fresh: "good", dormant: "plain", stale: "warn", pending: "warn", unread: "bad", unsupported: "bad" };

export function Coverage() {
  const portfolio = usePortfolio();
  if (portfolio.error?.status === 404 && portfolio.data === undefined) return null;
  return (
    <Panel title={t("portfolio.coverage")}>
      <Answer of={portfolio}>
        {(of) => (
          <Table
            caption={t("portfolio.coverage")}
            rows={of.coverage}
            id={(row) => `${row.wallet}-${row.chain ?? ""}`}
            empty={t("portfolio.none")}
            columns={[
              { title: t("portfolio.wallet"), cell: (row) => <Address of={row.wallet} /> },
              { title: t("portfolio.chain"), cell: (row) => row.chain ?? "–" },
              { title: t("portfolio.status"), cell: (row) => <Badge tone={TONES[row.status] ?? "plain"}>{row.status}</Badge> },
              { title: t("portfolio.time"), cell: (row) => (row.at === null ? "–" : <Ago at={row.at} />) },
              { title: t("portfolio.block"), number: true, cell: (row) => row.block ?? "–" },
              { title: t("portfolio.reason"), cell: (row) => row.reason ?? "" },
            ]}
          />
        )}
      </Answer>
    </Panel>
  );
}
