/** Events of the payment providers, and applying one again. */

import { useMutation } from "@tanstack/react-query";
import { useState } from "react";

import type { ApiError } from "@/api/errors";
import { readAnew } from "@/api/queries";
import { safeName } from "@/money/hostile";
import { t } from "@/texts";
import { Badge, type Tone } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { SelectField, TextField } from "@/ui/Field";
import { oneOf, useFilter } from "@/ui/filters";
import { Name } from "@/ui/Name";
import { Panel } from "@/ui/Panel";
import { Table, type Column } from "@/ui/Table";
import { At } from "@/ui/Time";

import { Refused, Staffed } from "./Proof";
import { PROVIDERS, replay, STATES, useWebhooks, type WebhookEvent } from "./reading";
import { useMay } from "./rights";

const TONES: Readonly<Record<string, Tone>> = { applied: "good", ignored: "plain", received: "plain", waiting: "warn", failed: "bad" };
const any = { value: "", text: t("admin.any") };

function Again({ of, close }: { of: WebhookEvent; close: () => void }) {
  const again = useMutation<unknown, ApiError>({
    mutationFn: () => replay(of.id),
    onSuccess: () => {
      close();
      void readAnew(["admin", "webhooks"]);
    },
  });
  return (
    <Dialog
      title={t("admin.sure", { what: t("admin.replay"), who: safeName(of.type) })}
      open
      close={close}
      answer={{ text: t("admin.replay"), danger: true, busy: again.isPending, act: () => again.mutate() }}
    >
      <p className="mb-3">{t("admin.replayMeans")}</p>
      {again.error !== null && <Refused error={again.error} />}
    </Dialog>
  );
}

export function Webhooks() {
  const may = useMay();
  const [provider, setProvider] = useFilter("provider");
  const [state, setState] = useFilter("state");
  const [type, setType] = useFilter("event");
  const [wanted, setWanted] = useState<WebhookEvent | null>(null);
  const events = useWebhooks({ provider: oneOf(PROVIDERS, provider), state: oneOf(STATES, state), type: type === "" ? undefined : type });
  const columns: Column<WebhookEvent>[] = [
    { title: t("admin.received"), cell: (row) => <At at={row.receivedAt} /> },
    { title: t("admin.provider"), cell: (row) => row.provider },
    { title: t("admin.event"), cell: (row) => <Name of={row.type} /> },
    { title: t("admin.state"), cell: (row) => <Badge tone={TONES[row.state] ?? "plain"}>{row.state}</Badge> },
    { title: t("admin.error"), cell: (row) => (row.error === null ? "–" : <Name of={row.error} />) },
  ];
  if (may("replay")) {
    const button = (row: WebhookEvent) => <Button onClick={() => setWanted(row)}>{t("admin.replay")}</Button>;
    columns.push({ title: t("admin.replay"), cell: button });
  }
  return (
    <Panel title={t("admin.webhooks")}>
      <div role="search" aria-label={t("admin.webhooks")} className="mb-3 grid items-end gap-3 sm:grid-cols-3">
        <SelectField
          label={t("admin.provider")}
          value={provider}
          onChange={(event) => setProvider(event.target.value)}
          options={[any, ...PROVIDERS.map((value) => ({ value, text: value }))]}
        />
        <SelectField
          label={t("admin.state")}
          value={state}
          onChange={(event) => setState(event.target.value)}
          options={[any, ...STATES.map((value) => ({ value, text: value }))]}
        />
        <TextField key={type} label={t("admin.eventType")} defaultValue={type} onBlur={(event) => setType(event.target.value.trim())} />
      </div>
      <Staffed of={events}>
        {() => (
          <Table
            caption={t("admin.webhooks")}
            rows={events.rows}
            id={(row) => row.id}
            empty={t("admin.noWebhooks")}
            more={events.hasNextPage ? events.fetchNextPage : undefined}
            loadingMore={events.isFetchingNextPage}
            columns={columns}
          />
        )}
      </Staffed>
      {wanted !== null && <Again of={wanted} close={() => setWanted(null)} />}
    </Panel>
  );
}
