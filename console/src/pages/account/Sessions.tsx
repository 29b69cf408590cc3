/** Where the account is signed in, and how to end that. */

import { useMutation } from "@tanstack/react-query";

import type { ApiError } from "@/api/errors";
import { readAnew } from "@/api/queries";
import { leave } from "@/session/session";
import { t } from "@/texts";
import { Badge } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { Name } from "@/ui/Name";
import { Answer, Panel } from "@/ui/Panel";
import { Refusal } from "@/ui/Refusal";
import { Table } from "@/ui/Table";
import { Ago } from "@/ui/Time";

import { endSession, useSessions } from "./reading";

export function Sessions() {
  const sessions = useSessions();
  const end = useMutation<unknown, ApiError, string>({
    mutationFn: endSession,
    onSettled: () => void readAnew(["account", "sessions"]),
  });
  const everywhere = useMutation<undefined, ApiError>({
    mutationFn: async () => {
      await leave(true);
      return undefined;
    },
  });
  const all = (
    <Button kind="danger" busy={everywhere.isPending} onClick={() => everywhere.mutate()}>
      {t("account.leaveAll")}
    </Button>
  );
  return (
    <Panel title={t("account.sessions")} actions={all}>
      {end.error !== null && <Refusal error={end.error} />}
      <Answer of={sessions}>
        {(rows) => (
          <Table
            caption={t("account.sessions")}
            rows={rows}
            id={(row) => row.id}
            empty={t("account.noSessions")}
            columns={[
              {
                title: t("account.device"),
                cell: (row) => (
                  <span>
                    <Name of={row.userAgent ?? "–"} /> {row.current && <Badge tone="good">{t("account.current")}</Badge>}
                  </span>
                ),
              },
              { title: t("account.from"), cell: (row) => row.ip ?? "–" },
              { title: t("account.lastUsed"), cell: (row) => <Ago at={row.lastUsedAt} /> },
              {
                title: "",
                cell: (row) =>
                  row.current ? (
                    ""
                  ) : (
                    <Button busy={end.isPending && end.variables === row.id} onClick={() => end.mutate(row.id)}>
                      {t("account.end")}
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
