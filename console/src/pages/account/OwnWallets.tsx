/** The wallets that sign in to the account. */

import { useMutation } from "@tanstack/react-query";

import type { ApiError } from "@/api/errors";
import { readAnew } from "@/api/queries";
import { t } from "@/texts";
import { Badge } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { Address } from "@/ui/Name";
import { Answer, Panel } from "@/ui/Panel";
import { Refusal } from "@/ui/Refusal";
import { Table } from "@/ui/Table";
import { Ago } from "@/ui/Time";

import { removeWallet, useOwnWallets } from "./reading";

export function OwnWallets() {
  const wallets = useOwnWallets();
  const remove = useMutation<unknown, ApiError, string>({
    mutationFn: removeWallet,
    onSettled: () => void readAnew(["account", "wallets"]),
  });
  return (
    <Panel title={t("account.wallets")}>
      {remove.error !== null && <Refusal error={remove.error} />}
      <Answer of={wallets}>
        {(rows) => (
          <Table
            caption={t("account.wallets")}
            rows={rows}
            id={(row) => row.id}
            empty={t("account.noWallets")}
            columns={[
              {
                title: t("account.wallet"),
                cell: (row) => (
                  <span>
                    <Address of={row.address} /> {row.primary && <Badge>{t("account.primary")}</Badge>}
                  </span>
                ),
              },
              { title: t("account.kind"), cell: (row) => row.kind },
              { title: t("account.lastLogin"), cell: (row) => (row.lastLoginAt === null ? "–" : <Ago at={row.lastLoginAt} />) },
              {
                title: "",
                cell: (row) => (
                  <Button kind="danger" busy={remove.isPending && remove.variables === row.id} onClick={() => remove.mutate(row.id)}>
                    {t("account.remove")}
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
