/** Events of the payment providers, and applying one again. */

import { useMutation } from "@tanstack/react-query";

import type { ApiError } from "@/api/errors";
import { readAnew } from "@/api/queries";
import { t } from "@/texts";
import { Badge, type Tone } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { Name } from "@/ui/Name";
import { Answer, Panel } from "@/ui/Panel";
import { Refusal } from "@/ui/Refusal";
import { Table } from "@/ui/Table";
import { At } from "@/ui/Time";

import { replay, useWebhooks } from "./reading";

const TONES: Readonly<Record<string, Tone>> = { applied: "good", ignored: "plain", received: "plain", waiting: "warn", failed: "bad" };

export function Webhooks() {
  const events = useWebhooks();
  const again = useMutation<unknown, ApiError, string>({
    mutationFn: replay,
    onSettled: () => void readAnew(["admin", "webhooks"]),
  });
  return (
    <Panel title={t("admin.webhooks")}>
      {again.error !== null && <Refusal error={again.error} />}
      <Answer of={events}>
        {() => (
          <Table
            caption={t("admin.webhooks")}
            rows={events.rows}
            id={(row) => row.id}
            empty={t("admin.noWebhooks")}
            more={events.hasNextPage ? events.fetchNextPage : undefined}
            loadingMore={events.isFetchingNextPage}
            columns={[
              { title: t("admin.received"), cell: (row) => <At at={row.receivedAt} /> },
              { title: t("admin.provider"), cell: (row) => row.provider },
              { title: t("admin.event"), cell: (row) => <Name of={row.type} /> },
              { title: t("admin.state"), cell: (row) => <Badge tone={TONES[row.state] ?? "plain"}>{row.state}</Badge> },
              { title: t("admin.error"), cell: (row) => (row.error === null ? "" : <Name of={row.error} />) },
              {
                title: "",
                cell: (row) => (
                  <Button busy={again.isPending && again.variables === row.id} onClick={() => again.mutate(row.id)}>
                    {t("admin.replay")}
                  </Button>
                ),
              },
            ]}
          />
        )}
      </Answer>
    </Panel>
  );
}
