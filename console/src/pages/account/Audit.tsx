/** What was changed in this account, by whom and from where: the user's own part of the audit trail. */

import { useState } from "react";

import { t } from "@/texts";
import { Badge, type Tone } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { TextField } from "@/ui/Field";
import { Name } from "@/ui/Name";
import { Answer, Panel } from "@/ui/Panel";
import { Table } from "@/ui/Table";
import { At } from "@/ui/Time";

import { useAudit, type AuditEntry } from "./reading";

const TONES: Readonly<Record<AuditEntry["outcome"], Tone>> = { done: "good", refused: "warn", failed: "bad", unknown: "warn" };

/** Who did it, as far as it was not the account itself in a browser. */
const by = (of: AuditEntry): string => (of.actor.keyId === null ? of.actor.kind : `${of.actor.kind} ${of.actor.keyId.slice(0, 8)}`);

export function Audit() {
  const [typed, setTyped] = useState("");
  const [action, setAction] = useState("");
  const entries = useAudit(action);
  return (
    <Panel title={t("audit.title")}>
      <form
        role="search"
        className="mb-3 grid items-start gap-3 sm:grid-cols-[1fr_auto]"
        onSubmit={(event) => {
          event.preventDefault();
          setAction(typed.trim());
        }}
      >
        <TextField label={t("audit.action")} hint={t("audit.actionHint")} maxLength={64} value={typed} onChange={(event) => setTyped(event.target.value)} />
        <Button type="submit" className="sm:mt-7">
          {t("audit.find")}
        </Button>
      </form>
      <Answer of={entries}>
        {() => (
          <Table
            caption={t("audit.title")}
            rows={entries.rows}
            id={(row) => row.id}
            empty={t("audit.none")}
            more={entries.hasNextPage ? entries.fetchNextPage : undefined}
            loadingMore={entries.isFetchingNextPage}
            columns={[
              { title: t("audit.time"), cell: (row) => <At at={row.time} /> },
              { title: t("audit.what"), cell: (row) => <code className="text-sm wrap-break-word">{row.action}</code> },
              {
                title: t("audit.outcome"),
                cell: (row) => (
                  <span className="flex flex-wrap gap-1">
                    <Badge tone={TONES[row.outcome]}>{t(`audit.outcome.${row.outcome}`)}</Badge>
                    {row.code !== null && <code className="text-sm">{row.code}</code>}
                  </span>
                ),
              },
              { title: t("audit.by"), cell: (row) => <Name of={by(row)} /> },
              { title: t("account.from"), cell: (row) => row.address },
              { title: t("account.device"), cell: (row) => <Name of={row.userAgent === "" ? "–" : row.userAgent} /> },
            ]}
          />
        )}
      </Answer>
    </Panel>
  );
}
