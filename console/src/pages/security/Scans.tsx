/** Earlier scans; each opens to its findings with their evidence. */

import { useState } from "react";

import { t } from "@/texts";
import { Badge, type Tone } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { Address } from "@/ui/Name";
import { Answer, Panel } from "@/ui/Panel";
import { Table } from "@/ui/Table";
import { At } from "@/ui/Time";

import { Findings } from "./Findings";
import { useScans, type Scan } from "./reading";

const tone = (score: number): Tone => (score >= 60 ? "bad" : score >= 25 ? "warn" : "plain");

export const Score = ({ of }: { of: number }) => <Badge tone={tone(of)}>{t("security.scoreOf", { score: of })}</Badge>;

export function Scans() {
  const scans = useScans();
  const [shown, show] = useState<Scan | null>(null);
  return (
    <Panel title={t("security.scans")}>
      <Answer of={scans}>
        {() => (
          <Table
            caption={t("security.scans")}
            rows={scans.rows}
            id={(row) => row.id}
            empty={t("security.none")}
            more={scans.hasNextPage ? scans.fetchNextPage : undefined}
            loadingMore={scans.isFetchingNextPage}
            columns={[
              { title: t("security.time"), cell: (row) => <At at={row.createdAt} /> },
              { title: t("security.target"), cell: (row) => <Address of={row.target} /> },
              { title: t("security.chain"), cell: (row) => row.chain },
              { title: t("security.score"), cell: (row) => <Score of={row.riskScore} /> },
              { title: t("security.findings"), cell: (row) => t("security.count", { count: row.findings.length }) },
              {
                title: "",
                cell: (row) => (
                  <Button onClick={() => show(row)} aria-label={`${t("security.show")} ${row.target}`}>
                    {t("security.show")}
                  </Button>
                ),
              },
            ]}
          />
        )}
      </Answer>
      {shown !== null && <Findings of={shown} close={() => show(null)} />}
    </Panel>
  );
}
